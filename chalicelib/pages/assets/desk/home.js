/**
 * The organiser's events, with the state of each sale.
 */

import { pagesOf } from "../common/api.js";
import { serverNow } from "../common/clock.js";
import { h, show } from "../common/dom.js";
import { frame } from "../common/frame.js";
import { number, shortDateTime, t } from "../common/i18n.js";
import { refuse } from "../common/parts.js";
import { signedIn } from "./signin.js";
import { badge } from "./words.js";

const main = frame("desk", t("desk.title"));
await signedIn(main);
const coming = h("ul", { class: "grid plain" });
const past = h("ul", { class: "grid plain" });
const pastOnes = h("details", { class: "past", hidden: true }, h("summary", {}, t("desk.past")), past);
const place = h("div");
show(main,
  h("div", { class: "spread desk-title" }, h("h1", {}, t("desk.title")),
    h("a", { class: "button primary", href: "/desk/new" }, t("desk.new"))),
  place, coming, pastOnes);
try {
  await fillLists();
} catch (refusal) {
  refuse(place, refusal);
}

async function fillLists() {
  const seen = new Set(); // an event whose end is changed while pages are read may stand on two of them
  for await (const page of pagesOf("/events/mine", { tries: Infinity })) {
    for (const event of page.events) {
      if (seen.has(event.id)) continue;
      seen.add(event.id);
      (Date.parse(event.end_time) > serverNow() ? coming : past).append(h("li", {}, card(event)));
    }
  }
  pastOnes.hidden = !past.children.length;
  if (!seen.size) show(place, h("p", { class: "notice" }, t("desk.none")));
}

function card(event) {
  const figures = ["sold", "held", "available"].map((name) => h("div", {},
    h("dt", {}, t(`desk.figure.${name}`)), h("dd", {}, number(event[`${name}_tickets`]))));
  return h("a", { class: "card event-card", href: `/desk/${event.id}` },
    h("h2", {}, event.name), badge(event),
    h("span", { class: "quiet" }, shortDateTime(event.start_time)),
    event.venue && h("span", { class: "quiet" }, event.venue),
    h("dl", { class: "small-figures" }, figures));
}
