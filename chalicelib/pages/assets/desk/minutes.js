/**
 * The figures of the last hour by minute, from what the service kept of it.
 */

const MINUTE_MS = 60_000;
const MINUTES = 60;
const KEPT = ["waiting", "active", "admitted", "available", "held", "sold", "revenue"];

/**
 * Give 60 minutes, oldest first, the present one last, each `{ at, waiting, active, admitted, available, held, sold,
 * revenue, sold_per_minute }`.
 *
 * `at` is when it began, in ms. The service keeps no minute in which nothing was asked: all is then as it was before, and
 * nobody came in. `sold_per_minute` is what the minute sold, less what was cancelled. What is not known is null, as all
 * is from before `createdMs`, when the event was made.
 */
export function lastHour(stats, createdMs) {
  const kept = new Map([...stats.series, stats.now].map((minute) => [Date.parse(minute.minute), minute]));
  const last = Date.parse(stats.now.minute);
  const hour = [];
  let before = null;
  for (let at = last - (MINUTES - 1) * MINUTE_MS; at <= last; at += MINUTE_MS) {
    const minute = kept.get(at) ?? (before && { ...before, admitted: 0 });
    const values = Object.fromEntries(KEPT.map((name) => [name, minute?.[name] ?? null]));
    hour.push({ at, ...values, sold_per_minute: difference(minute?.sold, before ? before.sold : soldBefore(at, createdMs)) });
    before = minute ?? before;
  }
  return hour;
}

/** Nothing was sold before the minute in which an event was made. */
function soldBefore(at, createdMs) {
  return at <= createdMs && createdMs < at + MINUTE_MS ? 0 : null;
}

function difference(now, before) {
  return typeof now === "number" && typeof before === "number" ? now - before : null;
}
