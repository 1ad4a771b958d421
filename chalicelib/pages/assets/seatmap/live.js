/**
 * The states of the seats, about once a second, for as long as somebody looks.
 */

import { Refusal, get, pause } from "../common/api.js";

const PERIOD_MS = 1000;

/**
 * Read the states, and again and again until `signal` is aborted, or the service has no more to say of this event.
 *
 * `apply(body)` is called with the API's SeatStates whenever they are others than before. Gives a function that reads
 * once more at once and promises that this is applied. Throws the first Refusal.
 */
export async function follow(eventId, apply, signal) {
  let etag = null;
  let turn = Promise.resolve();

  async function read() {
    const answer = await get(`/events/${eventId}/seatmap/states`, { etag, tries: Infinity, signal });
    if (answer.status === 304) return;
    await apply(answer.body);
    etag = answer.etag;
  }

  function refresh() {
    turn = turn.then(read, read); // one after the other: an older answer must not undo a newer one
    return turn;
  }

  async function go() {
    for (;;) {
      await pause(PERIOD_MS, signal);
      await shown(signal);
      await refresh();
    }
  }

  await refresh();
  go().catch((error) => {
    if (!signal.aborted && !(error instanceof Refusal)) throw error;
  });
  return refresh;
}

function shown(signal) {
  return new Promise((resolve, reject) => {
    function look() {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", look);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    }
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", look, { once: true });
    look();
  });
}
