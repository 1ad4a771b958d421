/**
 * The map itself: a canvas that hands, keys and readers can use, with a name beside what is pointed at.
 */

import { announce, h } from "../common/dom.js";
import { t } from "../common/i18n.js";
import { Camera, EASY_SCALE } from "./camera.js";
import { gestures } from "./gestures.js";
import { keyboard } from "./keyboard.js";
import { painter } from "./painter.js";
import { TALL } from "./scene.js";
import { Pictures, cut } from "./tiles.js";
import { tipOf } from "./tip.js";

const SEAT_REACH = 0.7; // in seats: beside one it is still meant
const MOUSE_SCALE = 8; // from which a mouse can tell seats apart,
const FINGER_SCALE = 18; // and a finger
const BLOCK_SCALE = 12;
const FAR = 40; // in seats: farther from the middle of the view nothing is looked at
const ZOOM = 1.6;
const SETTLING_MS = 400; // a second tap within it was meant for what stood there before

/**
 * Make the map of a scene; `choose(seat, event)` is called for a seat that was tapped.
 *
 * Gives `{ element, rebuild, repaint, touch, go }`: the layout changed, all looks changed, seats changed, show a section.
 */
export function mapView(scene, { choose, signal }) {
  const canvas = h("canvas", { class: "seatmap-canvas" });
  const tip = tipOf(scene);
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
  const element = h("div", { class: "seatmap-view" }, h("div", { class: "seatmap-frame" }, stage, tip.elements, controls), hint);

  const pictures = new Pictures(scene, scene.lookOf);
  const draw = painter(canvas, scene, pictures, tip.place);
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
    if (!scene.plan || scene.isTall === TALL.matches) return; // nothing is there yet, or it changed for a moment only
    const middle = scene.index.nearest(camera.x, camera.y, FAR);
    scene.arrange();
    if (middle >= 0) Object.assign(camera, { x: scene.plan.xs[middle], y: scene.plan.ys[middle] });
    rebuild();
  }, { signal });
  const sizes = new ResizeObserver(() => camera.resize(stage.clientWidth, stage.clientHeight, scene.plan.bounds));
  signal.addEventListener("abort", () => sizes.disconnect(), { once: true });

  function control(sign, key, act) {
    return h("button", { type: "button", "aria-label": t(key), title: t(key), onclick: act }, sign);
  }

  function rebuild() {
    pictures.clear();
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

  function seatAt(point) {
    const seat = scene.layout.seats[scene.index.nearest(...camera.toWorld(...point), SEAT_REACH)];
    return seat && scene.matches(seat) ? seat : null;
  }

  function onPoint(point) {
    const isFine = camera.scale >= MOUSE_SCALE;
    scene.pointed = point && isFine ? seatAt(point) : null;
    scene.under = point && !camera.showsSeats ? scene.blockAt(camera.toWorld(...point)) : null;
    canvas.style.cursor = scene.pointed || scene.under ? "pointer" : "grab";
    draw();
  }

  function onTap(point, event, isFinger) {
    if (event.timeStamp - approached < SETTLING_MS) return;
    const block = scene.blockAt(camera.toWorld(...point));
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
    announce(tip.words(scene.cursor));
    draw();
  }

  return { element, rebuild, repaint, touch, go };
}
