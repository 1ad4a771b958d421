/**
 * The page of one ticket, or of the tickets of an order: to be shown, printed, kept in a calendar, or given back.
 */

import { get, post } from "../common/api.js";
import { msUntil, serverNow } from "../common/clock.js";
import { announce, focusOn, h, show, write } from "../common/dom.js";
import { entitle, frame } from "../common/frame.js";
import { countdown, t } from "../common/i18n.js";
import { actAsBuyer, buyer } from "../common/identity.js";
import { ask, button, refuse } from "../common/parts.js";
import { placeOf } from "../common/ticketwords.js";
import { calendarFile, fileName } from "./ics.js";
import { isVoid, ticketCard } from "./ticketcard.js";

const PATIENT = { tries: Infinity };
const TICK_MS = 1000;

/** Show the tickets that `read` promises, and show them again when they are others. `id` names them in a calendar. */
export async function ticketPage(id, read) {
  actAsBuyer();
  const main = frame("buyer", t("ticket.title"));
  const place = h("div", { class: "not-printed" });
  const body = h("div", { class: "stack" }, h("p", { class: "quiet" }, t("ticket.loading")));
  show(main, place, body);
  let shown = null;
  let ticking = null;

  async function refresh() {
    const tickets = await read();
    const { body: event } = await get(`/events/${tickets[0].event_id}`, PATIENT);
    if (JSON.stringify([tickets, event.status]) === shown) return;
    shown = JSON.stringify([tickets, event.status]);
    await draw(tickets, event);
  }

  async function draw(tickets, event) {
    entitle(event.name);
    const cards = await Promise.all(tickets.map((ticket) => ticketCard(ticket, event)));
    const held = tickets.find((ticket) => ticket.status === "reserved" && !isVoid(ticket, event));
    clearInterval(ticking);
    show(body,
      h("h1", { class: "not-printed" }, t("ticket.heading", { n: tickets.length })),
      held && toConfirm(held, event),
      tickets.some((ticket) => !isVoid(ticket, event) && ticket.status === "confirmed") && keeping(tickets, event),
      cards.map((card, index) => [card, cancelling(tickets[index], event)]),
      h("p", { class: "row not-printed" }, links(tickets)));
  }

  function toConfirm(ticket, event) {
    const left = h("span", { class: "clock", role: "timer" });
    const tick = () => {
      write(left, countdown(msUntil(ticket.expires_at)));
      if (msUntil(ticket.expires_at) < 0) {
        clearInterval(ticking);
        orRefuse(refresh());
      }
    };
    tick();
    ticking = setInterval(tick, TICK_MS);
    return h("div", { class: "notice row not-printed" }, h("span", {}, t("ticket.left"), " ", left),
      h("a", { class: "button primary", href: `/e/${event.id}` }, t("ticket.to_confirm")));
  }

  function keeping(tickets, event) {
    return h("div", { class: "row not-printed" },
      button(t("ticket.print"), () => window.print(), { kind: "primary" }),
      button(t("ticket.calendar"), () => download(calendarOf(id, tickets, event), fileName(event.name))));
  }

  function cancelling(ticket, event) {
    const open = ticket.status === "reserved" || (ticket.status === "confirmed" && !ticket.checked_in_at);
    if (!open || isVoid(ticket, event) || msUntil(event.end_time) < 0) return null;
    const refusal = h("div");
    const name = t("ticket.cancel", { place: placeOf(ticket) });
    return h("div", { class: "not-printed" }, refusal, button(name, async () => {
      if (!await ask(t("ticket.cancel_question", { place: placeOf(ticket) }), { yes: t("ticket.cancel_yes"), no: t("ticket.cancel_no") })) return;
      await post(`/tickets/${ticket.id}/cancel`, {});
      await refresh();
      focusOn(body.querySelector("h1"));
      announce(t("ticket.cancelled_now", { place: placeOf(ticket) }));
    }, { kind: "link", place: refusal }));
  }

  const orRefuse = (promise) => promise.catch((refusal) => { show(body); refuse(place, refusal); place.append(toList()); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) orRefuse(refresh()); });
  await orRefuse(buyer().then(refresh));
}

function links(tickets) {
  const order = `/orders/${tickets[0].order_id}`;
  return [location.pathname !== order && h("a", { href: order }, t("ticket.order")), toList()];
}

function toList() {
  return h("a", { href: "/tickets" }, t("ticket.all"));
}

function calendarOf(uid, tickets, event) {
  const good = tickets.filter((ticket) => ticket.status === "confirmed");
  return calendarFile({
    uid, start: event.start_time, end: event.end_time, stamp: serverNow(), url: location.href.split("#")[0],
    summary: event.name, location: event.venue,
    description: good.map((ticket) => t("ticket.line", { place: placeOf(ticket), number: ticket.id })).join("\n"),
  });
}

function download(text, name) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/calendar;charset=utf-8" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url)); // the click has begun to read it
}
