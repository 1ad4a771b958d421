/**
 * What the map and the list show: the layout, the plan of it, what is filtered out, and where the cursor is.
 */

import { isWithin, plan, toLocal } from "./geometry.js";
import { nearby } from "./nearby.js";

/** Whether the window is higher than wide. */
export const TALL = matchMedia("(max-aspect-ratio: 1)");
const OWN = ["a", "chosen", "mine"];

export class Scene {
  constructor(choice) {
    Object.assign(this, { choice, layout: null, plan: null, colours: null, camera: null });
    /** `classes` are indexes of price classes, none for all; `section` is a name, or null for all. */
    this.filter = { classes: new Set(), section: null, onlyFree: false };
    Object.assign(this, { cursor: null, pointed: null, under: null, isFocused: false });
  }

  /** Show a layout, the first or a new one. */
  take(layout) {
    this.layout = layout;
    this.choice.adopt(layout.seats);
    this.filter.classes.clear(); // the classes are those of the layout
    this.cursor = null;
    this.arrange();
  }

  /** Plan the house as it suits the window. */
  arrange() {
    this.isTall = TALL.matches;
    this.plan = plan(this.layout.sections, this.layout.seats.length, this.isTall);
    this.index = nearby(this.plan.xs, this.plan.ys);
    this.pointed = this.under = null;
    if (this.cursor) this.cursor.block = this.plan.blocks[this.cursor.block.index];
  }

  /** Give the block at a point of the plan, or null. */
  blockAt([x, y]) {
    return this.plan.blocks.find((block) => isWithin(block, toLocal(block, x, y))) ?? null;
  }

  sectionOf(seat) {
    return this.layout.sections[this.plan.blockOf[seat.ordinal]];
  }

  shapeOf(seat) {
    return this.choice.shapeOf(seat);
  }

  /** Say whether the filter lets a seat through; what is chosen is always shown. */
  matches = (seat) => {
    const { classes, section, onlyFree } = this.filter;
    const shape = this.shapeOf(seat);
    if (shape === "chosen") return true;
    if (section !== null && seat.section !== section) return false;
    if (classes.size && !classes.has(this.layout.classOf[seat.ordinal])) return false;
    return !onlyFree || OWN.includes(shape);
  };

  /** Give the number of free seats of a section that the filter lets through, by price class. */
  left(section) {
    const { classes } = this.filter;
    return section.left.map((count, index) => (classes.size && !classes.has(index) ? 0 : count));
  }

  /** Say whether the filter leaves nothing of a section that could be chosen. */
  isDim(section) {
    const { classes, section: only, onlyFree } = this.filter;
    if (only !== null && only !== section.name) return true;
    return (classes.size > 0 || onlyFree) && this.left(section).every((count) => count === 0);
  }

  /** Give the look of a seat for its picture. */
  lookOf = (seat) => ({ shape: this.shapeOf(seat), priceClass: this.layout.classOf[seat.ordinal], isDim: !this.matches(seat) });
}
