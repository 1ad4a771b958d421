/**
 * Seats, chosen on the map, and a bar that says which.
 */

import { alarm, announce, h, show, write } from "../common/dom.js";
import { money, t } from "../common/i18n.js";
import { button, refuse } from "../common/parts.js";
import { seatMap } from "../seatmap/seatmap.js";
import { seatName } from "./seatname.js";

/** Promise the map with its bar. `hold({ seat_ids })` is the bar's button's; seats that went are named, the rest stays chosen. */
export async function choice({ event, limit, owned, signal, hold, refill }) {
  const list = h("ul", { class: "plain basket scroll" });
  const count = h("p", { class: "quiet" });
  const sum = h("p", { class: "figure" });
  const place = h("div");
  const mine = owned.map((ticket) => ticket.seat_id);
  const buy = button(t("checkout.hold_seats"), submit, { kind: "primary", place });
  const map = await seatMap(event, { mode: "buy", limit, onChange: update, onLost: update, signal }); // it names itself what it lost
  signal.addEventListener("abort", () => map.destroy(), { once: true });

  function update() {
    const seats = map.selection();
    show(list, seats.map(line));
    write(count, seats.length ? t("checkout.seats_chosen", { n: seats.length }) : t("checkout.no_seats", { n: limit }));
    write(sum, money(seats.reduce((total, seat) => total + seat.price, 0), event.currency));
    buy.disabled = sum.hidden = !seats.length;
  }

  function line(seat) {
    const name = t("checkout.remove_seat", { seat: seatName(seat) });
    return h("li", {}, h("span", {}, seatName(seat)), h("span", {}, money(seat.price, event.currency)),
      h("button", { type: "button", "aria-label": name, title: name, onclick: () => remove(seat) }, "×"));
  }

  function remove(seat) {
    map.deselect([seat.id]);
    update();
    announce(t("checkout.removed", { seat: seatName(seat) }));
    (list.querySelector("button") ?? buy).focus();
  }

  function lost(seats) {
    update();
    const text = t("checkout.seats_taken", { n: seats.length, seats: seats.map(seatName).join("; ") });
    show(place, h("p", { class: "notice bad" }, text));
    alarm(text);
  }

  async function submit() {
    const wanted = map.selection().map((seat) => seat.id);
    map.setMine([...mine, ...wanted]); // the map may hear that they are held before we do
    try {
      await hold({ seat_ids: wanted });
    } catch (refusal) {
      map.setMine(mine);
      if (refusal.code === "seat_taken") {
        lost(map.deselect(refusal.problem.seat_ids));
        map.refresh().catch(() => {}); // now if it can; it goes on by itself
        return;
      }
      refuse(place, refusal);
      if (refusal.code === "ticket_limit_reached") await refill();
    }
  }

  map.setMine(mine);
  update();
  return h("div", { class: "seated" }, map.element, h("section", { class: "card bar", "aria-label": t("checkout.your_seats") },
    place, list, h("div", { class: "spread" }, count, sum, buy)));
}
