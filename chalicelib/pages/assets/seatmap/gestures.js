/**
 * Hands on the map: drag and one finger move it, wheel and two fingers zoom, a tap is handed on.
 */

const TAP_MOVES_MAX = 6;

/**
 * Listen to the pointers on `canvas` until `signal` is aborted.
 *
 * `onTap(point, event, isFinger)` has the point in CSS pixels; `onPoint(point)` where a mouse is, or null when it left.
 */
export function gestures(canvas, camera, { onTap, onPoint, signal }) {
  const down = new Map();
  let [moved, isFinger] = [0, false];
  const listen = (name, listener, options) => canvas.addEventListener(name, listener, { signal, ...options });

  listen("pointerdown", (event) => {
    if (!down.size) moved = 0;
    isFinger = event.pointerType !== "mouse";
    down.set(event.pointerId, at(event));
    if (down.size > 1) moved = Infinity; // whoever pinches does not tap
  });
  listen("pointermove", (event) => {
    if (!event.buttons) down.delete(event.pointerId); // it was let go outside
    if (!down.has(event.pointerId)) {
      if (event.pointerType === "mouse") onPoint(at(event));
      return;
    }
    const before = [...down.values()];
    const [x, y] = at(event);
    const [lastX, lastY] = down.get(event.pointerId);
    down.set(event.pointerId, [x, y]);
    moved += Math.hypot(x - lastX, y - lastY);
    if (moved <= TAP_MOVES_MAX) return;
    canvas.setPointerCapture(event.pointerId);
    onPoint(null);
    if (down.size === 1) camera.pan(x - lastX, y - lastY);
    else if (down.size === 2) pinch(camera, before, [...down.values()]);
  });
  for (const name of ["pointerup", "pointercancel"]) listen(name, (event) => down.delete(event.pointerId));
  listen("pointerleave", () => onPoint(null));
  listen("click", (event) => {
    if (moved <= TAP_MOVES_MAX) onTap(at(event), event, isFinger);
  });
  listen("wheel", (event) => {
    if (event.deltaY > 0 && camera.isWhole) return; // the page may scroll on
    event.preventDefault();
    camera.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.03 : 0.0018)), ...at(event));
  }, { passive: false });
}

function at(event) {
  return [event.offsetX, event.offsetY];
}

function pinch(camera, [a, b], [c, d]) {
  const middle = (one, other) => [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
  const apart = (one, other) => Math.max(1, Math.hypot(one[0] - other[0], one[1] - other[1]));
  const [before, now] = [middle(a, b), middle(c, d)];
  camera.pan(now[0] - before[0], now[1] - before[1]);
  camera.zoom(apart(c, d) / apart(a, b), ...now);
}
