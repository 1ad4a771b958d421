/**
 * The service's time. A laptop's clock may be wrong or be set at any moment; `performance.now()` is neither.
 */

let offsetMs = null;

/** Learn from a time that the service said. An answer that is old only makes it look late, so the latest guess wins. */
export function noteServerTime(instant) {
  const guess = Date.parse(instant) - performance.now();
  if (offsetMs === null || guess > offsetMs) offsetMs = guess;
}

/** Give the service's time in ms since 1970; before it ever said any, the laptop's. */
export function serverNow() {
  return offsetMs === null ? Date.now() : offsetMs + performance.now();
}

/** Give how long it is until an instant, in ms; less than 0 when it is over. */
export function msUntil(instant) {
  return Date.parse(instant) - serverNow();
}
