/**
 * One ticket as people show it: what, when, where and whose; its state in words; and the code that the door reads.
 */

import { h } from "../common/dom.js";
import { dateTime, money, shortDateTime, t } from "../common/i18n.js";
import { holderOf, placeOf } from "../common/ticketwords.js";

const LINES = /^.+\.|[^.]+$/g; // a code in two lines that people can copy

/** Say whether somebody can come in with a ticket, now or until it is confirmed: the others are void. */
export function isVoid(ticket, event) {
  return ticket.status === "cancelled" || ticket.status === "expired" || event.status === "cancelled";
}

/** Say how a ticket stands, in one word of `ticket.state.*`. */
export function stateOf(ticket, event) {
  if (event.status === "cancelled") return "event_cancelled";
  return ticket.checked_in_at ? "checked_in" : ticket.status;
}

/** Draw a ticket. The library that draws its code is only loaded for a ticket that has one. */
export async function ticketCard(ticket, event) {
  const state = stateOf(ticket, event);
  const name = h("h2", { id: `name-${ticket.id}` }, event.name);
  return h("article", { class: `ticket ${isVoid(ticket, event) ? "void not-printed" : ""}`, "aria-labelledby": name.id },
    h("div", { class: "ticket-main" },
      h("div", { class: "spread" }, name, h("span", { class: `badge state-${state}` }, t(`ticket.state.${state}`))),
      h("dl", { class: "facts" },
        fact("ticket.when", dateTime(event.start_time)),
        event.venue && fact("ticket.where", event.venue),
        fact("ticket.place", h("strong", {}, placeOf(ticket))),
        fact("ticket.price", money(ticket.price, ticket.currency)),
        fact("ticket.holder", holderOf(ticket)),
        fact("ticket.number", h("span", { class: "code" }, ticket.id)))),
    h("div", { class: "stub" }, await stub(ticket, event, state)));
}

function fact(key, value) {
  return h("div", {}, h("dt", {}, t(key)), h("dd", {}, value));
}

async function stub(ticket, event, state) {
  const when = ticket.checked_in_at ?? ticket.expires_at;
  const says = h("p", { class: "says" }, t(`ticket.says.${state}`, { when: when && shortDateTime(when) }));
  if (ticket.status !== "confirmed" || isVoid(ticket, event)) return says;
  if (!ticket.barcode) return [says, h("p", {}, t("ticket.without_code"))];
  const { qr } = await import("./qr.js");
  return [
    qr(ticket.barcode, t("ticket.qr", { place: placeOf(ticket) })),
    says,
    h("p", { class: "code" },
      h("span", { class: "unseen" }, `${t("ticket.code")} `),
      ticket.barcode.match(LINES).map((line) => h("span", {}, line))),
  ];
}
