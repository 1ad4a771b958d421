/**
 * How seats are called.
 */

import { money, t } from "../common/i18n.js";

/** Give the whole name of a seat with its price: Section Stalls, row A, seat 1, $75.00. */
export function nameOf({ section, row, number, price }, currency) {
  return t("seats.name", { section, row, number, price: money(price, currency) });
}

/** Give the name of a seat and what can be said of its shape; a seat that is free needs no word. */
export function nameAndState(seat, shape, currency) {
  const name = nameOf(seat, currency);
  return shape === "a" ? name : `${name}, ${t(`seats.state.${shape}`)}`;
}

/** Give the names of some seats in one line. */
export function namesOf(seats, currency) {
  return seats.map((seat) => nameOf(seat, currency)).join("; ");
}
