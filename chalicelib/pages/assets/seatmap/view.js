/**
 * The map itself: a canvas that hands, keys and readers can use, with a name beside what is pointed at.
 */

import { announce, h, show, write } from "../common/dom.js";
import { money, t } from "../common/i18n.js";
import { Camera, EASY_SCALE } from "./camera.js";
import { isWithin, toLocal } from "./geometry.js";
import { gestures } from "./gestures.js";
import { keyboard } from "./keyboard.js";
import { prices } from "./overview.js";
import { painter } from "./painter.js";
import { TALL } from "./scene.js";
import { Pictures, cut } from "./tiles.js";
import { nameAndState } from "./words.js";

const SEAT_REACH = 0.7; // in seats: beside one it is still meant
const MOUSE_SCALE = 8; // from which a mouse can tell seats apart,
const FINGER_SCALE = 18; // and a finger
const BLOCK_SCALE = 12;
const ZOOM = 1.6;
const SETTLING_MS = 400; // a second tap within it was meant for what stood there before

/**
 * Make the map of a scene; `choose(seat, event)` is called for a seat that was tapped.
 *
 * Gives `{ element, rebuild, repaint, touch, go }`: the layout changed, all looks changed, seats changed, show a section.
 */
export function mapView(scene, { choose, signal }) {
  const canvas = h("canvas", { class: "seatmap-canvas" });
  const tip = h("div", { class: "seatmap-tip", "aria-hidden": "true", hidden: true });
  const where = h("p", { class: "seatmap-where", "aria-hidden": "true" });
  const hint = h("p", { class: "hint seatmap-hint", id: "seatmap-hint" }, t("seats.hint"), " ",
    h("span", { class: "seatmap-keys" }, t("seats.hint_keys")));
  const stage = h("div", { class: "seatmap-stage", role: "application", tabindex: 0, "aria-label": t("seats.map_label"),
    "aria-describedby": "seatmap-hint" }, canvas);
  const camera = new Camera(onMove);
  scene.camera = camera;
  const controls = h("div", { class: "seatmap-zoom", role: "group", "aria-label": t("seats.zoom") },
    control("+", "seats.zoom_in", () => camera.zoom(ZOOM, undefined, undefined, true)),
    control("−", "seats.zoom_out", () => camera.zoom(1 / ZOOM, undefined, undefined, true)),
    control("⤢", "seats.whole", () => camera.goWhole(true)));
  const element = h("div", { class: "seatmap-view" }, h("div", { class: "seatmap-frame" }, stage, where, tip, controls), hint);

  const pictures = new Pictures(scene, scene.lookOf);
  const draw = painter(canvas, scene, pictures, placeTip);
  const keys = keyboard(scene, { onCursor, choose });
  let tileOf = [];
  let approached = -Infinity;

  gestures(canvas, camera, { onTap, onPoint, signal });
  const on = (name, listener) => stage.addEventListener(name, listener, { signal });
  on("keydown", (event) => {
    scene.isFocused = true;
    if (keys.onKey(event)) event.preventDefault();
  });
  on("focus", () => {
    scene.isFocused = stage.matches(":focus-visible");
    if (scene.isFocused) keys.settle();
  });
  on("blur", () => {
    scene.isFocused = false;
    draw();
  });
  TALL.addEventListener("change", () => {
    if (scene.isTall === TALL.matches) return; // it changed for a moment only
    scene.arrange();
    camera.isWhole = true; // what was looked at is somewhere else now
    rebuild();
  }, { signal });
  const sizes = new ResizeObserver(() => camera.resize(stage.clientWidth, stage.clientHeight, scene.plan.bounds));
  signal.addEventListener("abort", () => sizes.disconnect(), { once: true });

  function control(sign, key, act) {
    return h("button", { type: "button", "aria-label": t(key), title: t(key), onclick: act }, sign);
  }

  function rebuild() {
    tileOf = cut(scene.plan);
    sizes.observe(stage); // which is heard of at once, also when it is not for the first time
    draw();
  }

  function repaint() {
    pictures.clear();
    draw();
  }

  function touch(seats) {
    pictures.touch(seats, tileOf);
    draw();
  }

  function go(section) {
    const block = scene.plan.blocks[section.index];
    if (camera.width) camera.approach([block.x, block.y], block.width, block.height, BLOCK_SCALE, true);
  }

  function onMove() {
    canvas.style.touchAction = camera.isWhole ? "pan-y" : "none"; // the page must scroll under a finger, too
    scene.pointed = scene.under = null;
    draw();
  }

  function blockAt(point) {
    const at = camera.toWorld(...point);
    return scene.plan.blocks.find((block) => isWithin(block, toLocal(block, ...at))) ?? null;
  }

  function seatAt(point) {
    const seat = scene.layout.seats[scene.index.nearest(...camera.toWorld(...point), SEAT_REACH)];
    return seat && scene.matches(seat) ? seat : null;
  }

  function onPoint(point) {
    const isFine = camera.scale >= MOUSE_SCALE;
    scene.pointed = point && isFine ? seatAt(point) : null;
    scene.under = point && !camera.showsSeats ? blockAt(point) : null;
    canvas.style.cursor = scene.pointed || scene.under ? "pointer" : "grab";
    draw();
  }

  function onTap(point, event, isFinger) {
    if (event.timeStamp - approached < SETTLING_MS) return;
    const block = blockAt(point);
    const seat = camera.showsSeats ? seatAt(point) : null;
    if (seat && camera.scale >= (isFinger ? FINGER_SCALE : MOUSE_SCALE)) {
      scene.cursor = { block, seat };
      choose(seat, event);
      return;
    }
    approached = event.timeStamp;
    if (!camera.showsSeats && block) camera.approach(middleOf(block, point), block.width, block.height, BLOCK_SCALE, true);
    else if (seat) camera.zoom(EASY_SCALE / camera.scale, ...point, true);
    else if (event.detail > 1) camera.zoom(2, ...point, true);
    else approached = -Infinity;
  }

  /** A block that fits is shown as it is, of a larger one the part that was meant. */
  function middleOf(block, point) {
    const fits = block.width * BLOCK_SCALE < camera.width && block.height * BLOCK_SCALE < camera.height;
    return fits ? [block.x, block.y] : camera.toWorld(...point);
  }

  function onCursor() {
    const { block, seat } = scene.cursor;
    announce(seat ? nameAndState(seat, scene.shapeOf(seat), scene.layout.currency) : t("seats.block", blockWords(block)));
    draw();
  }

  function blockWords({ section }) {
    const free = scene.left(section).reduce((sum, count) => sum + count, 0);
    return { section: section.name, prices: prices(section, scene.layout.currency), free: t("seats.free", { n: free }) };
  }

  function placeTip() {
    const focused = scene.isFocused ? scene.cursor : null;
    const seat = camera.showsSeats ? scene.pointed ?? focused?.seat : null;
    const block = camera.showsSeats ? null : scene.under ?? focused?.block;
    writeWhere();
    tip.hidden = !seat && !block;
    if (tip.hidden) return;
    show(tip, seat ? seatLines(seat) : blockLines(block));
    const [x, y] = camera.toScreen(...(seat ? [scene.plan.xs[seat.ordinal], scene.plan.ys[seat.ordinal]] : [block.x, block.y]));
    const above = y - tip.offsetHeight - Math.max(12, camera.scale * 0.7);
    const left = Math.min(Math.max(4, x - tip.offsetWidth / 2), camera.width - tip.offsetWidth - 4);
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(above > 4 ? above : y + Math.max(12, camera.scale * 0.7))}px)`;
  }

  function seatLines(seat) {
    const shape = scene.shapeOf(seat);
    const price = money(seat.price, scene.layout.currency);
    return [h("strong", {}, seat.section), h("span", {}, t("seats.place", seat)),
      h("span", {}, shape === "a" ? price : `${price} · ${t(`seats.state.${shape}`)}`)];
  }

  function blockLines(block) {
    const words = blockWords(block);
    return [h("strong", {}, words.section), h("span", {}, words.prices), h("span", {}, words.free)];
  }

  function writeWhere() {
    const block = camera.showsSeats && !camera.isWhole ? blockAt([camera.width / 2, camera.height / 2]) : null;
    write(where, block?.section.name ?? "");
    where.hidden = !block;
  }

  return { element, rebuild, repaint, touch, go };
}
