/**
 * What an event is and how its sale stands, in words.
 */

import { get } from "../common/api.js";
import { h } from "../common/dom.js";
import { dateTimeRange, money, t } from "../common/i18n.js";

const LAYOUT_SEATS_MAX = 2000; // a larger layout is not worth its bytes before anybody chooses a seat

/** Give the list of what, where and when. */
export function facts(event) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return h("dl", { class: "facts" },
    h("dt", {}, t("event.when")),
    h("dd", {}, dateTimeRange(event.start_time, event.end_time), h("span", { class: "hint" }, t("event.zone", { zone: timeZone }))),
    event.venue && [h("dt", {}, t("event.where")), h("dd", {}, event.venue)]);
}

/** Promise the price in words: of seats from the lowest to the highest, or null when finding out costs too much. */
export async function priceOf(event) {
  if (!event.is_seated_event) return money(event.price, event.currency);
  if (!event.seat_count || event.seat_count > LAYOUT_SEATS_MAX) return null;
  const { body } = await get(`/events/${event.id}/seatmap?v=${event.layout_version}`);
  const prices = body.seats.map(([, , , price]) => price);
  const [least, most] = [Math.min(...prices), Math.max(...prices)];
  if (least === most) return money(least, event.currency);
  return t("event.price_range", { from: money(least, event.currency), to: money(most, event.currency) });
}

/**
 * Give the word for how the sale stands, and whether one may join: of the event as it was read, and of what is known of its
 * room since, if anything. Words: draft, cancelled, inactive, ended, seatless, sold_out, closed, lobby, paused, standby,
 * queue, open.
 */
export function saleState(event, serving) {
  if (["draft", "cancelled", "inactive"].includes(event.status)) return [event.status, false];
  const state = serving?.state;
  if (state === "ended" || event.status === "ended") return ["ended", false];
  if (event.is_seated_event && !event.seat_count) return ["seatless", false];
  if (state === "sold_out" || (!state && event.status === "sold_out")) return ["sold_out", false];
  if ((serving ?? event).mode === "closed") return ["closed", false];
  if (state === "lobby" || (!state && event.sale_starts_at && !event.opened_at)) return ["lobby", true];
  if (state === "standby") return [state, true];
  if ((serving ?? event).mode === "paused") return ["paused", true];
  return [serving?.waiting ? "queue" : "open", true];
}
