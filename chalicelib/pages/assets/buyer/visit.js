/**
 * What this browser keeps of a visit to an event, for all its tabs and over reloads: the session, the order, how far the
 * line has come.
 */

const VISIT = "ticketing.visit.";
const WISH = "ticketing.wish.";

/** The visit to one event. Two tabs see the same one. */
export class Visit {
  constructor(eventId) {
    this.key = VISIT + eventId;
    this.wishKey = WISH + eventId;
  }

  /** Give `{ sessionId, orderId, line }`, of which each may be missing. */
  get kept() {
    return JSON.parse(localStorage.getItem(this.key) ?? "{}");
  }

  /** Keep what changed; undefined forgets. */
  keep(change) {
    localStorage.setItem(this.key, JSON.stringify({ ...this.kept, ...change }));
  }

  /** Call `listener(now, before)` when another tab kept something else. */
  onChange(listener) {
    window.addEventListener("storage", ({ key, oldValue, newValue }) => {
      if (key === this.key) listener(JSON.parse(newValue ?? "{}"), JSON.parse(oldValue ?? "{}"));
    });
  }

  /**
   * Give the wish of this tab that has no outcome yet, `{ key, order }`, or null. It outlives a reload, so that the order
   * is repeated with its Idempotency-Key and nothing is held twice.
   */
  get wish() {
    return JSON.parse(sessionStorage.getItem(this.wishKey) ?? "null");
  }

  set wish(wish) {
    if (wish) sessionStorage.setItem(this.wishKey, JSON.stringify(wish));
    else sessionStorage.removeItem(this.wishKey);
  }
}
