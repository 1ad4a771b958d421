/**
 * The event, before anybody joins its queue: what, where, when, for how much, what is left, and one button.
 */

import { get, pause } from "../common/api.js";
import { msUntil } from "../common/clock.js";
import { h, show, write } from "../common/dom.js";
import { countdown, dateTime, t } from "../common/i18n.js";
import { button } from "../common/parts.js";
import { facts, priceOf, saleState } from "./facts.js";

const READ_EVERY_MS = 5000;

/** Show the event; `sale.join()` is the button's. What everybody may know of the room is read while the page is seen. */
export function overview(sale, signal) {
  const { event } = sale;
  const heading = h("h1", {}, event.name);
  const price = h("p", { class: "price", hidden: true });
  const left = h("p", { class: "quiet" });
  const word = h("p");
  const place = h("div");
  const join = button("", () => sale.join(), { kind: "primary big", place });
  const clock = h("p", { class: "figure", role: "timer", "aria-live": "off" });
  let serving = null;

  function update() {
    const [state, open] = saleState(event, serving);
    const opensAt = serving?.opens_at ?? event.sale_starts_at;
    write(word, t(`event.state.${state}`, { n: serving?.waiting ?? 0, when: opensAt ? dateTime(opensAt) : "" }));
    write(left, t("event.left", { n: event.available_tickets }));
    left.hidden = !["open", "queue", "lobby", "paused"].includes(state);
    join.hidden = !open;
    write(join, t(`event.join.${state === "lobby" || state === "open" ? state : "queue"}`));
    clock.hidden = state !== "lobby" || !opensAt;
    if (!clock.hidden) write(clock, countdown(msUntil(opensAt)));
  }

  async function read() {
    for (let etag = null; !signal.aborted; await pause(READ_EVERY_MS, signal)) {
      if (document.hidden) continue;
      const answer = await get(`/queue/serving/${event.id}`, { etag, tries: Infinity, signal });
      if (answer.status === 304) continue;
      ({ etag, body: serving } = answer);
      update();
    }
  }

  priceOf(event).then((text) => { show(price, text); price.hidden = !text; }, () => {}); // without it the page is whole
  read().catch((reason) => { if (!signal.aborted) throw reason; });
  update();
  const element = h("article", { class: "event" },
    h("div", { class: "stack" }, heading, facts(event), event.description && h("p", { class: "description" }, event.description)),
    h("aside", { class: "card stack buy", "aria-label": t("event.tickets") }, price, left, word, clock, join, place));
  return { element, heading, title: event.name, update };
}
