/**
 * The events that are on sale, with what is left of each.
 */

import { pagesOf } from "../common/api.js";
import { h, show } from "../common/dom.js";
import { frame } from "../common/frame.js";
import { dateTime, money, shortDateTime, t } from "../common/i18n.js";
import { actAsBuyer } from "../common/identity.js";
import { refuse } from "../common/parts.js";
import { saleState } from "./facts.js";

actAsBuyer();
const main = frame("buyer", t("home.title"));
const list = h("ul", { class: "grid plain" });
const place = h("div");
show(main, h("h1", {}, t("home.title")), place, list);
try {
  await fillList();
} catch (refusal) {
  refuse(place, refusal);
}

async function fillList() {
  const seen = new Set(); // an event that ends later while pages are read may stand on two of them
  for await (const page of pagesOf("/events/active", { tries: Infinity })) {
    for (const event of page.events) {
      if (!seen.has(event.id)) list.append(h("li", {}, card(event)));
      seen.add(event.id);
    }
  }
  if (!seen.size) show(place, h("p", { class: "notice" }, t("home.none")));
}

function card(event) {
  return h("a", { class: "card event-card", href: `/e/${event.id}` },
    h("h2", {}, event.name),
    h("span", { class: "quiet" }, dateTime(event.start_time)),
    event.venue && h("span", { class: "quiet" }, event.venue),
    h("span", { class: "left" }, whatIsLeft(event)));
}

function whatIsLeft(event) {
  const [state] = saleState(event);
  if (state === "lobby") return t("home.opens", { when: shortDateTime(event.sale_starts_at) });
  if (state !== "open") return t(`home.state.${state}`);
  const left = event.available_tickets ? t("home.left", { n: event.available_tickets }) : t("home.all_held");
  return event.is_seated_event ? left : `${left} · ${money(event.price, event.currency)}`;
}
