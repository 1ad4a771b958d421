/**
 * The turn: seats are chosen on the map, or a number of standing tickets, and held.
 */

import { get, pagesOf } from "../common/api.js";
import { h, show } from "../common/dom.js";
import { t } from "../common/i18n.js";
import { buyer } from "../common/identity.js";
import { ask, button, refuse } from "../common/parts.js";
import { hold } from "./hold.js";
import { patiently } from "./later.js";
import { turnBar } from "./turnbar.js";

const SEATS = () => import("./seated.js");
const NUMBER = () => import("./standing.js");
const LIVE = new Set(["reserved", "confirmed"]);

/** Show the turn of a sale. What it makes, it ends with the signal. */
export async function view(sale, signal) {
  const heading = h("h1", { class: "your-turn" }, t("checkout.your_turn"));
  const turn = turnBar(sale);
  const place = h("div");
  const goods = h("div", {}, h("p", { class: "quiet" }, t("event.loading")));
  const giveUp = button(t("checkout.give_up"), async () => {
    if (await ask(t("checkout.give_up_question"))) await sale.leave();
  }, { kind: "link", place });
  fill().catch((reason) => {
    if (!signal.aborted) refuse(goods, reason);
  });

  async function fill() {
    const reading = get(`/events/${sale.event.id}`, { tries: Infinity, signal });
    const owned = await ownedIn(sale.event, signal);
    const { body: event } = await reading;
    Object.assign(sale.event, event);
    const limit = event.max_tickets_per_user - owned.length;
    if (limit < 1) return show(goods, full(owned.length));
    const { choice } = await patiently(event.is_seated_event ? SEATS : NUMBER, signal);
    return show(goods, await choice({ event, limit, owned, signal, hold: (what) => hold(sale, what), refill: fill }));
  }

  const name = h("p", { class: "quiet eyebrow" }, sale.event.name);
  const width = sale.event.is_seated_event ? "stack" : "room stack"; // a map wants all there is
  const element = h("article", { class: width }, name, heading, turn.element, goods, giveUp, place);
  return { element, heading, title: t("checkout.your_turn_title", { name: sale.event.name }), update: turn.update };
}

function full(owned) {
  return h("p", { class: "notice" }, t("checkout.limit_reached", { n: owned }), " ", h("a", { href: "/tickets" }, t("nav.tickets")));
}

/** Promise the live tickets of the event that this person has. */
async function ownedIn(event, signal) {
  const { userId } = await buyer();
  const owned = [];
  for await (const tickets of pagesOf(`/tickets/user/${encodeURIComponent(userId)}`, { tries: Infinity, signal })) {
    owned.push(...tickets.filter((ticket) => ticket.event_id === event.id && LIVE.has(ticket.status)));
  }
  return owned;
}
