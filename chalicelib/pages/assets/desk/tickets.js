/**
 * Who has which ticket: found by its number, order, person or seat, cancelled, and all of them as a file.
 */

import { get, post } from "../common/api.js";
import { announce, focusOn, h, show } from "../common/dom.js";
import { money, shortDateTime, t } from "../common/i18n.js";
import { ask, busy, button, clear, refuse } from "../common/parts.js";
import { holderOf, placeOf } from "../common/ticketwords.js";
import { exportTickets } from "./export.js";
import { field, readFields } from "./form.js";
import { seatNamed } from "./layout.js";

const WAYS = ["all", "ticket", "order", "person", "seat"];
const STATUSES = ["", "reserved", "confirmed", "cancelled", "expired"];
const PAGE = 50;

/** Draw the view. */
export async function draw(place, desk, signal) {
  const way = select("ticket-way", WAYS.filter((each) => each !== "seat" || desk.event.is_seated_event), (each) => t(`desk.find.${each}`));
  const what = field({ name: "what", kind: "text", isRequired: true });
  const status = select("ticket-status", STATUSES, (each) => t(`desk.ticket_status.${each || "any"}`));
  const trouble = h("div");
  const results = h("div", { class: "stack" });
  const send = h("button", { type: "submit", class: "primary" }, t("desk.find.go"));
  way.addEventListener("change", offer);
  offer();
  show(place,
    h("form", { class: "card find", role: "search", novalidate: true, onsubmit },
      h("div", {}, h("label", { for: "ticket-way" }, t("desk.find.by")), way), what.element,
      h("div", {}, h("label", { for: "ticket-status" }, t("desk.find.status")), status), send),
    exportPanel(desk, signal), trouble, results);
  await find();

  function offer() {
    what.element.hidden = way.value === "all";
  }

  async function onsubmit(event) {
    event.preventDefault();
    if (way.value === "all" || readFields([what])) await busy(send, find, trouble);
  }

  async function find() {
    const list = ticketList(signal);
    const more = h("div");
    clear(trouble);
    try {
      let first = await found(desk, { way: way.value, text: what.control.value.trim(), status: status.value }, signal);
      while (!first.tickets.length && first.next) first = await first.next(); // a page may have none of the wanted status
      list.add(first.tickets);
      offerMore(first.next);
      const said = first.tickets.length ? t("desk.find.found", { n: first.tickets.length }) : t("desk.find.none");
      show(results, first.tickets.length ? [list.element, more] : h("p", { class: "notice" }, said));
      announce(said);
    } catch (refusal) {
      show(results);
      refuse(trouble, refusal);
    }

    function offerMore(next) {
      show(more, next && button(t("desk.find.more"), async () => {
        const page = await next();
        const item = list.add(page.tickets);
        offerMore(page.next);
        if (item) focusOn(item);
      }, { place: trouble }));
    }
  }
}

function select(id, values, nameOf) {
  return h("select", { id }, values.map((value) => h("option", { value }, nameOf(value))));
}

/** Give `{ tickets, next }`: the first page of those that fit, and a function that promises the next one, or null. */
async function found(desk, { way, text, status }, signal) {
  if (way === "ticket") {
    const { body } = await get(`/tickets/${encodeURIComponent(text)}`, { signal });
    return { tickets: body.event_id === desk.id && (!status || body.status === status) ? [body] : [], next: null };
  }
  const query = new URLSearchParams({ limit: PAGE });
  if (status) query.set("status", status);
  if (way === "person") query.set("user_id", text);
  if (way === "order") query.set("order_id", text);
  if (way === "seat") {
    const seat = await seatNamed(desk.event, text, signal);
    if (!seat) return { tickets: [], next: null };
    query.set("seat_id", seat);
  }
  return page(desk, query, signal);
}

async function page(desk, query, signal) {
  const { body } = await get(`/events/${desk.id}/tickets?${query}`, { signal });
  const next = () => {
    query.set("cursor", body.next_cursor);
    return page(desk, query, signal);
  };
  return { tickets: body.tickets, next: body.next_cursor === null ? null : next };
}

/** Make a list of tickets: `{ element, add }`; `add(tickets)` gives the first item that was new. */
export function ticketList(signal) {
  const element = h("ul", { class: "plain ticket-list" });
  const seen = new Set(); // while people buy, a ticket may come with two pages
  return {
    element,
    add(tickets) {
      const fresh = tickets.filter(({ id }) => !seen.has(id)).map((ticket) => {
        seen.add(ticket.id);
        return ticketItem(ticket, signal);
      });
      element.append(...fresh);
      return fresh[0];
    },
  };
}

function ticketItem(ticket, signal) {
  const item = h("li", { class: "card" });
  const trouble = h("div");
  fill(ticket);
  return item;

  function fill(now) {
    const isLive = now.status === "reserved" || now.status === "confirmed";
    show(item,
      h("div", { class: "spread" }, h("strong", {}, holderOf(now)),
        h("span", { class: `badge ticket-${now.status}` }, t(`desk.ticket_status.${now.status}`))),
      h("div", { class: "spread" }, h("span", {}, placeOf(now)), h("span", {}, money(now.price, now.currency))),
      h("p", { class: "hint" }, timesOf(now)),
      h("p", { class: "hint" }, t("desk.ticket_number", { id: now.id, who: now.user_id })),
      isLive && button(t("desk.ticket.cancel"), () => cancel(now), { kind: "danger", place: trouble }),
      trouble);
  }

  async function cancel(now) {
    if (!await ask(t("desk.ticket.cancel_really", { who: holderOf(now), seat: placeOf(now) }))) return;
    const { body } = await post(`/tickets/${now.id}/cancel`, {}, { signal });
    fill(body.ticket);
    announce(t("desk.ticket.cancelled"));
    focusOn(item);
  }
}

function timesOf({ status, issued_at: issued, expires_at: expires, confirmed_at: confirmed, checked_in_at: checkedIn }) {
  const times = { issued, expires: status === "reserved" ? expires : null, confirmed, checked_in: checkedIn };
  return Object.entries(times).filter(([, at]) => at).map(([name, at]) => t(`desk.time.${name}`, { at: shortDateTime(at) })).join(" · ");
}

function exportPanel(desk, signal) {
  const place = h("div");
  const progress = h("p", { class: "quiet" });
  return h("div", { class: "card stack" }, h("p", { class: "hint" }, t("desk.export.hint")),
    h("div", { class: "row" }, button(t("desk.export.go"), async () => {
      const onProgress = (read, total) => { progress.textContent = t("desk.progress", { n: read, total }); };
      const { n, total } = await exportTickets(desk.event, { signal, onProgress });
      progress.textContent = n < total ? t("desk.export.short", { n, total }) : t("desk.export.done", { n });
      announce(progress.textContent);
    }, { place }), progress), place);
}
