/**
 * Which seat is at a point, without looking at all of them.
 */

const CELL = 2;
const COLUMN = 65_536; // more cells than a plan is high

/** Index points by where they are; `nearest(x, y, within)` gives the number of the nearest one, or -1. */
export function nearby(xs, ys) {
  const cells = new Map();
  for (let i = 0; i < xs.length; i += 1) {
    const key = Math.floor(xs[i] / CELL) * COLUMN + Math.floor(ys[i] / CELL);
    const cell = cells.get(key);
    if (cell) cell.push(i);
    else cells.set(key, [i]);
  }
  return {
    nearest(x, y, within) {
      let [found, best] = [-1, within];
      for (let column = Math.floor((x - within) / CELL); column <= Math.floor((x + within) / CELL); column += 1) {
        for (let row = Math.floor((y - within) / CELL); row <= Math.floor((y + within) / CELL); row += 1) {
          for (const i of cells.get(column * COLUMN + row) ?? []) {
            const distance = Math.hypot(xs[i] - x, ys[i] - y);
            if (distance <= best) [found, best] = [i, distance];
          }
        }
      }
      return found;
    },
  };
}
