/**
 * Keeps a room up to date in all tabs of a browser: one tab asks, the others hear of it. Which one is decided by a lock that
 * the browser gives to the next tab when this one is closed.
 */

import { get, post } from "../common/api.js";
import { noteServerTime, serverNow } from "../common/clock.js";
import { every } from "../common/ticker.js";
import { Room } from "./room.js";

const READ_EVERY_MS = 1000;
const TICK_MS = 250;
const OFFLINE_AGAIN_MS = 2000;
const TROUBLE_AGAIN_MS = 5000;
const GONE = new Set([400, 404, 410]);

/**
 * Follow a session. `first` is the answer of the join, if there was one just now; `onTick` is called some times a second,
 * `onGone(refusal)` when the service knows the session no more. Ends when the signal is aborted.
 */
export class Poller {
  constructor({ eventId, sessionId, first, onTick, onGone, signal }) {
    this.room = new Room();
    this.eventId = eventId;
    this.sessionId = sessionId;
    this.onTick = onTick;
    this.onGone = onGone;
    this.signal = signal;
    this.leads = false;
    this.asking = this.reading = false;
    this.askAgainMs = this.readAtMs = 0;
    this.etag = null;
    const name = `ticketing.room.${sessionId}`;
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = ({ data }) => this.#listen(data);
    if (first) this.#tell({ own: first });
    else this.channel.postMessage({ hello: true });
    if (navigator.locks) navigator.locks.request(name, { signal }, () => this.#lead()).catch(() => {}); // aborted
    else this.#lead();
    const endTicks = every(TICK_MS, () => this.#tick());
    window.addEventListener("online", () => { this.askAgainMs = 0; this.#tick(); }, { signal });
    signal.addEventListener("abort", () => { endTicks(); this.channel.close(); }, { once: true });
  }

  /** Ask for the status now: something of ours changed. Whichever tab asks does it; a few times are allowed. */
  askNow() {
    if (this.leads) this.room.putOff(0);
    else this.channel.postMessage({ askNow: true });
  }

  /** Give the turn its full time again, where that is allowed. Throws a Refusal. */
  async refresh() {
    const { body } = await post("/queue/refresh", { session_id: this.sessionId }, { signal: this.signal });
    this.#settled(body);
  }

  /** Give the place or the turn up. */
  async leave() {
    const { body } = await post("/queue/leave", { session_id: this.sessionId }, { tries: Infinity, signal: this.signal });
    this.#settled(body);
  }

  #settled(body) {
    const { own } = this.room;
    this.#tell({ own: { ...own, ...body, message: own?.message ?? null } }); // the message of this answer is no operator's
  }

  #lead() {
    this.leads = true;
    return new Promise((resolve) => this.signal.addEventListener("abort", resolve, { once: true }));
  }

  #tick() {
    if (this.signal.aborted) return;
    const { room } = this;
    const nowMs = room.nowMs();
    if (this.leads && !room.over) {
      if (!this.asking && nowMs >= Math.max(room.askAtMs, this.askAgainMs)) this.#ask();
      const learns = room.own && room.own.state !== "active"; // whose turn it is has nothing to learn from what all may know
      if (learns && !this.reading && nowMs >= this.readAtMs) this.#read();
    }
    this.onTick();
  }

  async #ask() {
    this.asking = true;
    try {
      const { body } = await get(`/queue/status/${this.sessionId}`, { tries: 1, signal: this.signal });
      this.#tell({ own: body });
    } catch (refusal) {
      this.#refused(refusal);
    } finally {
      this.asking = false;
    }
  }

  #refused(refusal) {
    if (this.signal.aborted) return;
    if (!refusal.code) throw refusal;
    if (refusal.code === "offline") this.askAgainMs = this.room.nowMs() + OFFLINE_AGAIN_MS;
    else if (GONE.has(refusal.status)) this.onGone(refusal);
    else this.room.putOff(refusal.retryAfterMs ?? TROUBLE_AGAIN_MS);
  }

  async #read() {
    this.reading = true;
    this.readAtMs = this.room.nowMs() + READ_EVERY_MS;
    try {
      const { status, body, etag } = await get(`/queue/serving/${this.eventId}`, { tries: 1, etag: this.etag, signal: this.signal });
      if (status === 304) return;
      this.etag = etag;
      this.#tell({ serving: body });
    } catch (refusal) {
      // If it fails, so be it: the place depends on our own questions.
      if (refusal.retryAfterMs) this.readAtMs = this.room.nowMs() + refusal.retryAfterMs;
    } finally {
      this.reading = false;
    }
  }

  /** Take news in, and tell the other tabs. */
  #tell(news) {
    this.#hear(news);
    this.#send(news);
    this.onTick();
  }

  #send(news) {
    this.channel.postMessage({ ...news, at: new Date(serverNow()).toISOString() });
  }

  #hear({ own, serving, dueMs }) {
    if (own) this.room.hear(own, dueMs);
    if (serving) this.room.read(serving);
  }

  #listen(data) {
    const { room } = this;
    if (data.hello) {
      if (this.leads && room.own) this.#send({ own: room.own, serving: room.serving, dueMs: room.askAtMs - room.nowMs() });
    } else if (data.askNow) {
      if (this.leads) room.putOff(0);
    } else {
      noteServerTime(data.at);
      this.#hear(data);
    }
  }
}
