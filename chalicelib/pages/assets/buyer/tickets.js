/**
 * My tickets: what this buyer has bought, by event and order; what is to come first, then what was, then what is void.
 */

import { get, pagesOf } from "../common/api.js";
import { serverNow } from "../common/clock.js";
import { h, show } from "../common/dom.js";
import { frame } from "../common/frame.js";
import { shortDateTime, t } from "../common/i18n.js";
import { actAsBuyer, buyer } from "../common/identity.js";
import { refuse } from "../common/parts.js";
import { placeOf } from "../common/ticketwords.js";
import { isVoid, stateOf } from "./ticketcard.js";

const PATIENT = { tries: Infinity };
const PLACES_SHOWN = 4;
const STATES = ["reserved", "confirmed", "checked_in", "event_cancelled", "expired", "cancelled"]; // what needs most attention first

actAsBuyer();
const main = frame("buyer", t("ticket.mine"));
const place = h("div");
const list = h("div", { class: "stack" }, h("p", { class: "quiet" }, t("ticket.loading")));
show(main, h("h1", {}, t("ticket.mine")), place, list);
try {
  show(list, sections(await readOrders()));
} catch (refusal) {
  show(list);
  refuse(place, refusal);
}

/** Give the orders, `[{ id, tickets, event }]`, latest first; each event is read once. */
async function readOrders() {
  const orders = new Map();
  const { userId } = await buyer();
  for await (const tickets of pagesOf(`/tickets/user/${encodeURIComponent(userId)}`, PATIENT)) {
    for (const ticket of tickets) orders.set(ticket.order_id, [...(orders.get(ticket.order_id) ?? []), ticket]);
  }
  const events = await eventsOf([...orders.values()].map((tickets) => tickets[0].event_id));
  const found = [...orders].map(([id, tickets]) => ({ id, tickets, event: events.get(tickets[0].event_id) }));
  return found.filter(({ event }) => event);
}

async function eventsOf(ids) {
  const read = async (id) => [id, (await get(`/events/${id}`, PATIENT)).body];
  const found = await Promise.allSettled([...new Set(ids)].map(read));
  for (const { reason } of found) if (reason && reason.status !== 404 && reason.status !== 410) throw reason;
  return new Map(found.filter(({ value }) => value).map(({ value }) => value)); // an event that has gone meanwhile took its tickets along
}

function sections(orders) {
  if (!orders.length) return h("p", { class: "notice" }, t("ticket.none"), " ", h("a", { href: "/" }, t("ticket.to_events")));
  const isOver = ({ event }) => Date.parse(event.end_time) < serverNow();
  const isGone = ({ event, tickets }) => tickets.every((ticket) => isVoid(ticket, event));
  const good = orders.filter((order) => !isGone(order));
  return [
    section(t("ticket.upcoming"), good.filter((order) => !isOver(order)), 1),
    section(t("ticket.past"), good.filter(isOver), -1),
    section(t("ticket.void"), orders.filter(isGone), -1),
  ];
}

function section(name, orders, direction) {
  if (!orders.length) return null;
  const events = [...new Map(orders.map(({ event }) => [event.id, event])).values()];
  events.sort((one, other) => direction * (Date.parse(one.start_time) - Date.parse(other.start_time)));
  return h("section", { class: "stack" }, h("h2", {}, name), h("ul", { class: "grid plain" }, events.map((event) =>
    h("li", { class: "card" }, h("h3", {}, event.name),
      h("p", { class: "quiet" }, [shortDateTime(event.start_time), event.venue].filter(Boolean).join(" · ")),
      h("ul", { class: "plain orders" }, orders.filter((order) => order.event === event).map(orderLine))))));
}

function orderLine({ id, tickets, event }) {
  const states = tickets.map((ticket) => stateOf(ticket, event));
  const state = STATES.find((one) => states.includes(one));
  const good = tickets.filter((ticket) => !isVoid(ticket, event));
  const shown = good.length ? good : tickets;
  return h("li", { class: "spread" },
    h("a", { href: `/orders/${id}` }, t("ticket.count", { n: shown.length }), " · ", placesOf(shown)),
    h("span", { class: `badge state-${state}` }, t(`ticket.state.${state}`)));
}

function placesOf(tickets) {
  // The ids of seats are in the order of the map.
  const bySeat = [...tickets].sort((one, other) => ((one.seat_id ?? one.id) < (other.seat_id ?? other.id) ? -1 : 1));
  const places = [...new Set(bySeat.map(placeOf))];
  return [...places.slice(0, PLACES_SHOWN), places.length > PLACES_SHOWN && "…"].filter(Boolean).join(" · ");
}
