/**
 * What of the plan is looked at: its point in the middle of the view, and how many CSS pixels a seat takes.
 */

export const SEATS_FROM = 5; // from this scale on seats are drawn, below it only blocks
export const EASY_SCALE = 26; // at which a finger hits the seat that is meant
const SCALE_MAX = 44;
const SCALE_SMALL_PLAN = 34;
const EDGE = 14; // pixels that stay free around the whole
const CONTROLS = 60; // and below it, where the buttons are
const STEP_MS = 220;

const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Camera {
  /** `onMove()` is called after each change; one is due until `resize` was called. */
  constructor(onMove) {
    Object.assign(this, { onMove, x: 0, y: 0, scale: 1, width: 0, height: 0, bounds: null, isWhole: true, walk: 0 });
  }

  get showsSeats() {
    return this.scale >= SEATS_FROM;
  }

  /** Look through a view of so many CSS pixels at a plan; what was looked at stays, and the whole stays whole. */
  resize(width, height, bounds) {
    if (!width || !height) return; // hidden behind the list
    Object.assign(this, { width, height, bounds });
    if (this.isWhole) this.jump(this.whole());
    else this.jump(this);
  }

  toScreen(x, y) {
    return [(x - this.x) * this.scale + this.width / 2, (y - this.y) * this.scale + this.height / 2];
  }

  toWorld(left, top) {
    return [(left - this.width / 2) / this.scale + this.x, (top - this.height / 2) / this.scale + this.y];
  }

  pan(dx, dy) {
    this.jump({ x: this.x - dx / this.scale, y: this.y - dy / this.scale, scale: this.scale });
  }

  /** Zoom around a point of the view, which stays where it is; `slowly` takes a moment where motion is welcome. */
  zoom(factor, left = this.width / 2, top = this.height / 2, slowly = false) {
    const scale = this.within(this.scale * factor);
    const [x, y] = this.toWorld(left, top);
    this.go({ x: x - (left - this.width / 2) / scale, y: y - (top - this.height / 2) / scale, scale }, slowly);
  }

  /** Go to where so much of the plan around a point fills the view, or nearer if a seat has less than `scaleMin` there. */
  approach([x, y], width, height, scaleMin, slowly = false) {
    const fitting = Math.min((this.width - 2 * EDGE) / width, (this.height - EDGE - CONTROLS) / height);
    this.go({ x, y, scale: this.within(Math.max(fitting, scaleMin)) }, slowly);
  }

  /** Move as little as shows a point with some room around it. */
  reveal([x, y]) {
    const [left, top] = this.toScreen(x, y);
    const [roomX, roomY] = [Math.min(70, this.width / 4), Math.min(70, this.height / 4)];
    const dx = Math.max(roomX - left, 0) + Math.min(this.width - roomX - left, 0);
    const dy = Math.max(roomY - top, 0) + Math.min(this.height - roomY - top, 0);
    if (dx || dy) this.pan(dx, dy);
  }

  goWhole(slowly = false) {
    this.go(this.whole(), slowly);
  }

  whole() {
    const { left, right, top, bottom } = this.bounds;
    const fitting = Math.min((this.width - 2 * EDGE) / (right - left), (this.height - EDGE - CONTROLS) / (bottom - top));
    const scale = Math.min(fitting, SCALE_SMALL_PLAN);
    return { x: (left + right) / 2, y: (top + bottom) / 2 + (CONTROLS - EDGE) / 2 / scale, scale };
  }

  within(scale) {
    return Math.min(Math.max(scale, this.whole().scale), SCALE_MAX);
  }

  jump({ x, y, scale }) {
    cancelAnimationFrame(this.walk);
    const { bounds } = this;
    const whole = this.whole();
    this.isWhole = scale <= whole.scale * 1.001;
    this.scale = scale;
    this.x = this.isWhole ? whole.x : between(x, bounds.left, bounds.right);
    this.y = this.isWhole ? whole.y : between(y, bounds.top, bounds.bottom);
    this.onMove();
  }

  go(wanted, slowly) {
    if (!slowly || still.matches) {
      this.jump(wanted);
      return;
    }
    const from = { x: this.x, y: this.y, scale: this.scale };
    const began = performance.now();
    const step = () => {
      const share = Math.min(1, (performance.now() - began) / STEP_MS);
      this.jump(share < 1 ? onTheWay(from, wanted, share * (2 - share)) : wanted);
      if (share < 1) this.walk = requestAnimationFrame(step);
    };
    step();
  }
}

/** Between two views so that one point of the plan stays where it is: what one zooms into does not swing about. */
function onTheWay(from, to, share) {
  const scale = from.scale * (to.scale / from.scale) ** share;
  const along = Math.abs(to.scale / from.scale - 1) < 1e-3 ? share : (1 / scale - 1 / from.scale) / (1 / to.scale - 1 / from.scale);
  return { x: from.x + (to.x - from.x) * along, y: from.y + (to.y - from.y) * along, scale };
}

function between(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
