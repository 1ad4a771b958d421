/**
 * How a seat is called.
 */

import { t } from "../common/i18n.js";

/** Give the name of a seat or of a ticket for one: section, row and number. */
export function seatName({ section, row, number }) {
  return t("checkout.seat", { section, row, number });
}
