/**
 * Which seats are chosen, and which are the visitor's already.
 */

/** With a `limit` of null as many as one likes; in the mode `desk` seats of any state. */
export class Choice {
  constructor(mode, limit) {
    Object.assign(this, { isDesk: mode === "desk", limit, chosen: new Map(), mine: new Set() });
  }

  get seats() {
    return [...this.chosen.values()];
  }

  /** Give the shape in which a seat is shown. A seat of one's own that is free again is simply free. */
  shapeOf(seat) {
    if (this.chosen.has(seat.ordinal)) return "chosen";
    return this.mine.has(seat.ordinal) && seat.state !== "a" ? "mine" : seat.state;
  }

  /** Say whether a seat may be chosen, apart from the limit. */
  isOpen(seat) {
    return this.isDesk || seat.state === "a";
  }

  /** Choose a seat, or take it back; gives what became of that: `added`, `removed`, `taken` or `limit`. */
  toggle(seat) {
    if (this.chosen.delete(seat.ordinal)) return "removed";
    if (!this.isOpen(seat)) return "taken";
    if (this.limit !== null && this.chosen.size >= this.limit) return "limit";
    this.chosen.set(seat.ordinal, seat);
    return "added";
  }

  /** Take seats back, as far as they are chosen; gives those. */
  remove(ordinals) {
    const removed = ordinals.map((ordinal) => this.chosen.get(ordinal)).filter(Boolean);
    for (const seat of removed) this.chosen.delete(seat.ordinal);
    return removed;
  }

  /** Take back what others took; gives those. What is, or is about to be, the visitor's own is not lost. */
  loseTaken() {
    return this.remove(this.seats.filter((seat) => !this.isOpen(seat) && !this.mine.has(seat.ordinal)).map((seat) => seat.ordinal));
  }

  /** Go on with a new layout: the same seats, perhaps at another price. */
  adopt(seats) {
    for (const ordinal of this.chosen.keys()) this.chosen.set(ordinal, seats[ordinal]);
  }
}
