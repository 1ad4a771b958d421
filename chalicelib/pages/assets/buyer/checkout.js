/**
 * What is held, for how long, and the button that buys it.
 */

import { pause, post } from "../common/api.js";
import { h } from "../common/dom.js";
import { money, t } from "../common/i18n.js";
import { ask, button } from "../common/parts.js";
import { seatName } from "./seatname.js";
import { timeLeft } from "./timeleft.js";
import { turnBar } from "./turnbar.js";

const AGAIN_MS = 1000;

/** Show the order that is held. */
export function view(sale, signal) {
  const { event, order } = sale;
  const heading = h("h1", {}, t("checkout.title"));
  const place = h("div");
  const hold = timeLeft({ label: t("checkout.hold_left"), wholeSeconds: event.hold_seconds, said: "checkout.hold_left_said" });
  const turn = turnBar(sale);
  const held = order.tickets.filter((ticket) => ticket.status === "reserved");
  const sum = money(held.reduce((total, ticket) => total + ticket.price, 0), order.currency);
  const confirm = button(t("checkout.confirm", { sum }), () => settle("confirm"), { kind: "primary big", place });
  const cancel = button(t("checkout.cancel"), async () => {
    if (await ask(t("checkout.cancel_question"))) await settle("cancel");
  }, { place });
  let looking = false;

  function update(screen) {
    turn.update(screen);
    if (hold.update(order.expires_at) === 0) look().catch((reason) => { if (!signal.aborted) throw reason; });
  }

  /** The time is over by our clock, which is never before the service's; what became of the order, the service says. */
  async function look() {
    if (looking || confirm.getAttribute("aria-busy")) return;
    looking = true;
    await sale.readOrder(order.id);
    await pause(AGAIN_MS, signal);
    looking = false;
  }

  async function settle(how) {
    try {
      await post(`/orders/${order.id}/${how}`, {}, { tries: Infinity });
    } catch (refusal) {
      if (!["hold_expired", "ticket_cancelled"].includes(refusal.code)) throw refusal;
      return sale.drop(t("checkout.expired"));
    }
    if (how === "cancel") return sale.drop(t("checkout.cancelled"));
    sale.visit.keep({ orderId: undefined });
    return location.assign(`/orders/${order.id}`);
  }

  const element = h("article", { class: "card room stack" },
    h("p", { class: "quiet eyebrow" }, event.name), heading, hold.element, goods(held, order.currency),
    h("p", { class: "spread total" }, h("span", {}, t("checkout.sum")), h("span", { class: "figure" }, sum)),
    h("p", { class: "hint" }, t("checkout.demo")), confirm, place, h("div", { class: "foot spread" }, cancel, turn.element));
  return { element, heading, title: t("checkout.title_of", { name: event.name }), update };
}

function goods(tickets, currency) {
  const seats = tickets.filter((ticket) => ticket.seat_id);
  const others = tickets.length - seats.length;
  return h("ul", { class: "plain basket", "aria-label": t("checkout.held") },
    seats.map((ticket) => line(seatName(ticket), ticket.price)),
    others > 0 && line(t("checkout.standing_tickets", { n: others }), others * tickets[0].price));

  function line(name, price) {
    return h("li", { class: "spread" }, h("span", {}, name), h("span", {}, money(price, currency)));
  }
}
