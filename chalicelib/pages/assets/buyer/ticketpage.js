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

/** Show the tickets that `read` promises, and show them again when they have changed. `id` names them in a calendar. */
export async function ticketPage(id, read) {
  actAsBuyer();
  const place = h("div", { class: "not-printed" });
  const body = h("div", { class: "stack" }, h("p", { class: "quiet" }, t("ticket.loading")));
  show(frame("buyer", t("ticket.title")), place, body);
  let shown = null;

  async function refresh() {
    const tickets = await read();
    const { body: event } = await get(`/events/${tickets[0].event_id}`, PATIENT);
    const now = JSON.stringify([tickets, event.status]);
    if (now === shown) return;
    shown = now;
    entitle(event.name);
    const cards = await Promise.all(tickets.map((ticket) => ticketCard(ticket, event)));
    show(body,
      h("h1", { class: "not-printed" }, t("ticket.heading", { n: tickets.length })),
      toConfirm(tickets, event, () => orRefuse(refresh())),
      toKeep(id, tickets, event),
      cards.map((card, index) => [card, toCancel(tickets[index], event, onCancelled)]),
      h("p", { class: "row not-printed" }, links(tickets)));
  }

  async function onCancelled(ticket) {
    await refresh();
    focusOn(body.querySelector("h1"));
    announce(t("ticket.cancelled_now", { place: placeOf(ticket) }));
  }

  async function orRefuse(promise) {
    try {
      await promise;
    } catch (refusal) {
      show(body, toList());
      refuse(place, refusal);
    }
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) orRefuse(refresh()); });
  await orRefuse(buyer().then(refresh));
}

/** The way to confirm what is held, with the time left for it; `onOver` is called when there is none. */
function toConfirm(tickets, event, onOver) {
  const held = tickets.find((ticket) => ticket.status === "reserved" && !isVoid(ticket, event));
  if (!held) return null;
  const left = h("span", { class: "clock", role: "timer" }, countdown(msUntil(held.expires_at)));
  const ticking = setInterval(() => {
    const leftMs = msUntil(held.expires_at);
    write(left, countdown(leftMs));
    if (leftMs < 0 || !left.isConnected) clearInterval(ticking);
    if (leftMs < 0 && left.isConnected) onOver();
  }, TICK_MS);
  return h("div", { class: "notice row not-printed" }, h("span", {}, t("ticket.left"), " ", left),
    h("a", { class: "button primary", href: `/e/${event.id}` }, t("ticket.to_confirm")));
}

/** The ways to keep tickets, if any of them lets somebody in. */
function toKeep(id, tickets, event) {
  const good = tickets.filter((ticket) => ticket.status === "confirmed" && !isVoid(ticket, event));
  return good.length > 0 && h("div", { class: "row not-printed" },
    button(t("ticket.print"), () => window.print(), { kind: "primary" }),
    button(t("ticket.calendar"), () => download(calendarOf(id, good, event), fileName(event.name))));
}

/** The way to give a ticket back, while there is one. */
function toCancel(ticket, event, onCancelled) {
  if (isVoid(ticket, event) || ticket.checked_in_at || msUntil(event.end_time) < 0) return null;
  const refusal = h("div");
  const place = placeOf(ticket);
  return h("div", { class: "not-printed" }, refusal, button(t("ticket.cancel", { place }), async () => {
    if (!await ask(t("ticket.cancel_question", { place }), { yes: t("ticket.cancel_yes"), no: t("ticket.cancel_no") })) return;
    await post(`/tickets/${ticket.id}/cancel`, {});
    await onCancelled(ticket);
  }, { kind: "link", place: refusal }));
}

function links(tickets) {
  const order = `/orders/${tickets[0].order_id}`;
  return [location.pathname !== order && h("a", { href: order }, t("ticket.order")), toList()];
}

function toList() {
  return h("a", { href: "/tickets" }, t("ticket.all"));
}

function calendarOf(uid, tickets, event) {
  return calendarFile({
    uid, start: event.start_time, end: event.end_time, stamp: serverNow(), url: location.href.split("#")[0],
    summary: event.name, location: event.venue,
    description: tickets.map((ticket) => t("ticket.line", { place: placeOf(ticket), number: ticket.id })).join("\n"),
  });
}

function download(text, name) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/calendar;charset=utf-8" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url)); // the click has begun to read it
}
