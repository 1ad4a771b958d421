/**
 * Time that runs out: a clock, a bar, and a word at five, two and one minutes for those who listen.
 */

import { msUntil } from "../common/clock.js";
import { announce, h, write } from "../common/dom.js";
import { countdown, t } from "../common/i18n.js";

const SAID_AT_MINUTES = [1, 2, 5];

/**
 * Make a clock under the text `label`. `wholeSeconds` is what the full bar means, `said` the key of what is said at some
 * minutes. `update(expiresAt)` shows what is left until an instant and gives it, in ms.
 */
export function timeLeft({ label, wholeSeconds, said }) {
  const clock = h("span", { class: "clock", role: "timer", "aria-live": "off" });
  const bar = h("progress", { max: wholeSeconds, "aria-label": label });
  let lastMs = Infinity;

  function update(expiresAt) {
    const leftMs = Math.max(0, msUntil(expiresAt));
    write(clock, countdown(leftMs));
    bar.value = Math.ceil(leftMs / 1000);
    const passed = SAID_AT_MINUTES.find((minutes) => leftMs <= minutes * 60_000 && lastMs > minutes * 60_000);
    if (passed && lastMs !== Infinity) announce(t(said, { n: passed }));
    lastMs = leftMs;
    return leftMs;
  }

  return { element: h("div", { class: "time-left" }, h("p", { class: "spread" }, h("span", {}, label), clock), bar), update };
}
