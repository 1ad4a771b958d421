/**
 * What a visitor knows of a waiting room, and when to ask for more: the client's algorithm of docs/waiting-room.md. It
 * touches neither page nor network.
 */

import { noteServerTime, serverNow } from "../common/clock.js";

const LATE_MS = 5000; // the shortest away_seconds there can be: who is later may have been passed over
const ROOM = new Set(["lobby", "waiting", "standby", "sold_out", "paused", "ended"]);
/** The states in which nothing more is asked: the turn or the place is over. */
export const OVER = new Set(["completed", "expired", "left", "abandoned"]);

/** A room as one visitor sees it. `nowMs` is a clock that nobody sets. */
export class Room {
  constructor(nowMs = () => performance.now()) {
    this.nowMs = nowMs;
    /** When to ask for an own answer, by `nowMs`; it is late 5 s after that. */
    this.askAtMs = 0;
    this.over = false;
    this.own = null;
    this.serving = null;
    this.admittedTotal = 0;
    this.startMs = null;
  }

  /** Hear an own answer: of a join, a status, a refresh or a leave. With `dueMs` it says that it is to be asked again then. */
  hear(said, dueMs = said.poll_after_ms) {
    const entry = said.entry ?? said;
    noteServerTime(entry.updated_at);
    // The answer to a join says the place, and not how many had been admitted when it was that.
    const ahead = "ahead" in said ? said.ahead : entry.position ? entry.position - 1 : null;
    this.own = { ...said, entry, ahead };
    this.answeredMs = Date.parse(entry.updated_at);
    this.startMs = said.opens_in_ms === null ? null : this.answeredMs + said.opens_in_ms;
    this.over = said.poll_after_ms === null;
    this.askAtMs = this.nowMs() + (dueMs ?? 0);
  }

  /** Read the answer for everybody. */
  read(serving) {
    this.serving = serving;
    // Two caches may be of two ages: the count only ever grows.
    this.admittedTotal = Math.max(this.admittedTotal, serving.admitted_total);
    // Ask earlier by as much as the start was brought forward since our own answer: so questions stay spread.
    if (this.startMs === null || Date.parse(serving.server_time) <= this.answeredMs) return;
    const startMs = serving.epoch || (serving.opens_at ? Date.parse(serving.opens_at) : this.startMs);
    if (startMs < this.startMs) {
      this.askAtMs -= this.startMs - startMs;
      this.startMs = startMs;
    }
  }

  /** Ask the next time only after so many ms, because the service said so. */
  putOff(ms) {
    this.askAtMs = this.nowMs() + ms;
  }

  /**
   * Give what is to be shown, or null before the first own answer. `placeAtMost` is an upper bound of the place, null
   * while nothing is known; `expiresAt` the end of a turn; `opensInMs` the time to the opening, by the service's clock.
   */
  screen() {
    if (!this.own) return null;
    const state = this.own.state;
    const room = this.#room();
    const shown = this.#turnIsOver() ? "expired" : room.state;
    return {
      state: shown,
      mode: room.mode ?? this.own.mode,
      message: ROOM.has(state) ? room.message : null,
      placeAtMost: shown === "ended" ? null : this.#placeAtMost(),
      estimateSeconds: this.own.estimated_wait_seconds ?? null,
      mayReturn: shown === "standby" ? this.own.may_return : null,
      opensInMs: shown === "lobby" ? this.#opensInMs() : null,
      expiresAt: shown === "active" ? this.own.entry.expires_at : null,
      activatedAt: this.own.entry.activated_at,
    };
  }

  /** The answer for everybody is younger, once it knows of the opening; whether it is our turn only our own says. */
  #room() {
    if (!this.serving || !ROOM.has(this.own.state)) return this.own;
    return this.serving.epoch || this.own.state === "lobby" ? this.serving : this.own;
  }

  /** The service's clock is never behind what we take it for, so at nought the turn is over there too. */
  #turnIsOver() {
    return this.own.state === "active" && Date.parse(this.own.entry.expires_at) <= serverNow();
  }

  #opensInMs() {
    const opensAt = this.serving?.opens_at;
    if (opensAt) return Math.max(0, Date.parse(opensAt) - serverNow());
    return this.startMs === null ? null : Math.max(0, this.startMs - serverNow());
  }

  #placeAtMost() {
    const { ahead, admitted_total: before, epoch, state } = this.own;
    if (ahead === null || this.over || !ROOM.has(state)) return null;
    if (this.nowMs() >= this.askAtMs + LATE_MS) return null; // people from behind us may have been admitted too
    if (before === undefined || !this.serving) return ahead + 1;
    if (this.serving.epoch !== epoch) return null;
    return Math.max(1, ahead + 1 - Math.max(0, this.admittedTotal - before));
  }
}

/**
 * Give how far along a line is, 0 to 100: 0 at the first place that was seen, 100 at the turn. `kept` is
 * `{ first, percent }` of before, or null; so a bar never runs backwards, whatever an answer says.
 */
export function progress(kept, place) {
  if (place === null) return kept;
  const first = kept?.first ?? place;
  return { first, percent: Math.max(kept?.percent ?? 0, Math.round(100 * (1 - place / first))) };
}
