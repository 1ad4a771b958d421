/**
 * How long a turn lasts, and more time while that is short and allowed.
 */

import { h } from "../common/dom.js";
import { t } from "../common/i18n.js";
import { button } from "../common/parts.js";
import { timeLeft } from "./timeleft.js";

const SHORT_MS = 180_000;
const EXTENSIONS_MAX = 4; // in all a turn may last four times its time

/** Make the bar; `update(screen)` shows what is left of the turn. */
export function turnBar(sale) {
  const wholeMs = sale.event.session_seconds * 1000;
  const place = h("div");
  const clock = timeLeft({ label: t("checkout.turn_left"), wholeSeconds: wholeMs / 1000, said: "checkout.turn_left_said" });
  const more = button(t("checkout.more_time"), () => sale.poller.refresh(), { place });
  const element = h("div", { class: "turn" }, clock.element, more, place);

  function update(screen) {
    element.hidden = screen?.state !== "active";
    if (element.hidden) return;
    const leftMs = clock.update(screen.expiresAt);
    const lastMs = Date.parse(screen.activatedAt) + EXTENSIONS_MAX * wholeMs;
    more.hidden = leftMs > Math.min(SHORT_MS, wholeMs / 2) || Date.parse(screen.expiresAt) >= lastMs;
  }

  return { element, update };
}
