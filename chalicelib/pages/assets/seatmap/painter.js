/**
 * Draws a frame of the map when something changed: the stage, and blocks from afar or pictures of seats from near.
 */

import { t } from "../common/i18n.js";
import { fromLocal } from "./geometry.js";
import { cutTo, drawBlock, nameThatFits, writeBlock } from "./overview.js";
import { sizeFor } from "./tiles.js";

const ROWS_FROM = 12; // CSS pixels a seat from which rows are named
const LABEL_PX = 12;

/** Give `draw()`, which has the next frame drawn; `scene` is read then, and `onFrame()` called after it. */
export function painter(canvas, scene, pictures, onFrame) {
  const context = canvas.getContext("2d", { alpha: false });
  let pending = 0;

  function frame() {
    pending = 0;
    const { camera, plan, colours } = scene;
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(camera.width * ratio), Math.round(camera.height * ratio)];
    if (!width || !height) return;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = colours.ground;
    context.fillRect(0, 0, width, height);
    context.textAlign = "center";
    context.textBaseline = "middle";
    pictures.begin();
    drawStage(plan.stage);
    const seen = plan.blocks.filter(isSeen);
    if (camera.showsSeats) drawSeats(seen, ratio);
    else drawBlocks(seen);
    drawRings();
    if (pictures.isLate) draw();
    onFrame();
  }

  function draw() {
    pending ||= requestAnimationFrame(frame);
  }

  function isSeen({ x, y, width, height }) {
    const reach = (Math.hypot(width, height) / 2 + 2) * scene.camera.scale;
    const [left, top] = scene.camera.toScreen(x, y);
    return left > -reach && left < scene.camera.width + reach && top > -reach && top < scene.camera.height + reach;
  }

  /** From here on lengths are CSS pixels. */
  function onScreen() {
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  }

  /** From here on lengths are seats, and directions those of a block, or of the plan. */
  function inPlan({ x = 0, y = 0, cos = 1, sin = 0 }) {
    turn({ x, y, cos, sin }, scene.camera.scale * devicePixelRatio);
  }

  /** From here on lengths are CSS pixels, and directions those of a block. */
  function onBlock(block) {
    turn(block, devicePixelRatio);
  }

  function turn({ x, y, cos, sin }, unit) {
    const [left, top] = scene.camera.toScreen(x, y);
    context.setTransform(cos * unit, sin * unit, -sin * unit, cos * unit, left * devicePixelRatio, top * devicePixelRatio);
  }

  function drawStage({ front, arc, halfWidth, top, y }) {
    inPlan({});
    context.beginPath();
    context.arc(0, 0, front, Math.PI / 2 - arc, Math.PI / 2 + arc);
    context.lineTo(-halfWidth, top);
    context.lineTo(halfWidth, top);
    context.closePath();
    context.fillStyle = scene.colours.line;
    context.fill();
    onScreen();
    context.font = `600 13px ${scene.colours.font}`;
    context.fillStyle = scene.colours.ink;
    context.fillText(cutTo(context, t("seats.stage"), 2 * halfWidth * scene.camera.scale - 4), ...scene.camera.toScreen(0, y));
  }

  function drawBlocks(seen) {
    const { colours, layout, camera } = scene;
    const shown = seen.map((block) => ({
      block, colours, currency: layout.currency, left: scene.left(block.section), isDim: scene.isDim(block.section),
      isUnder: block === scene.under,
    }));
    for (const one of shown) {
      inPlan(one.block);
      drawBlock(context, one, 1 / camera.scale);
    }
    for (const one of shown) {
      onBlock(one.block);
      writeBlock(context, one, camera.scale);
    }
  }

  function drawSeats(seen, ratio) {
    const { colours, camera } = scene;
    const size = sizeFor(camera.scale * ratio);
    for (const block of seen) {
      inPlan(block);
      context.fillStyle = colours.paper;
      context.strokeStyle = colours.line;
      context.lineWidth = 1 / camera.scale;
      context.beginPath();
      context.roundRect(-block.width / 2, -block.height / 2, block.width, block.height, Math.min(1.2, 14 / camera.scale));
      context.fill();
      context.stroke();
      for (const tile of block.tiles) {
        if (!isTileSeen(tile)) continue;
        const picture = pictures.of(tile, size);
        if (picture) context.drawImage(picture, tile.left, tile.top, tile.width, tile.height);
      }
      writeNames(block);
    }
  }

  function isTileSeen({ block, left, top, width, height }) {
    const [x, y] = fromLocal(block, left + width / 2, top + height / 2);
    return isSeen({ x, y, width, height });
  }

  function writeNames(block) {
    const { camera, colours } = scene;
    onBlock(block);
    context.fillStyle = colours.ink;
    context.font = `700 ${LABEL_PX}px ${colours.font}`;
    const name = nameThatFits(context, block.section, (block.width + 1) * camera.scale);
    context.fillText(name, 0, (-block.height / 2) * camera.scale - LABEL_PX * 0.65);
    if (camera.scale < ROWS_FROM) return;
    context.fillStyle = colours.quiet;
    context.font = `${Math.min(LABEL_PX, camera.scale * 0.7)}px ${colours.font}`;
    context.textAlign = "right";
    for (const { name: row, x, y } of block.rows) {
      const [seenX, seenY] = fromLocal(block, x, y);
      if (!isSeen({ x: seenX, y: seenY, width: 2, height: 2 })) continue;
      context.fillText(cutTo(context, row, 1.5 * camera.scale), (x - 0.25) * camera.scale, y * camera.scale);
    }
    context.textAlign = "center";
  }

  function drawRings() {
    const { camera, plan, colours, pointed, cursor } = scene;
    onScreen();
    if (!camera.showsSeats) {
      if (cursor?.block && scene.isFocused) ringBlock(cursor.block);
      return;
    }
    for (const seat of [pointed, scene.isFocused ? cursor?.seat : null]) {
      if (!seat) continue;
      const [left, top] = camera.toScreen(plan.xs[seat.ordinal], plan.ys[seat.ordinal]);
      context.beginPath();
      context.arc(left, top, Math.max(7, camera.scale * 0.62), 0, 2 * Math.PI);
      ring(colours);
    }
  }

  function ringBlock(block) {
    inPlan(block);
    context.beginPath();
    context.roundRect(-block.width / 2 - 0.5, -block.height / 2 - 0.5, block.width + 1, block.height + 1, 1.5);
    onScreen();
    ring(scene.colours);
  }

  function ring(colours) {
    for (const [colour, wide] of [[colours.paper, 5], [colours.accent, 3]]) {
      context.strokeStyle = colour;
      context.lineWidth = wide;
      context.stroke();
    }
  }

  return draw;
}
