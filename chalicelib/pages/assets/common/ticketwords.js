/**
 * How a ticket is written: its place and its holder, the same on the ticket, in the list and at the door.
 */

import { t } from "./i18n.js";

const GUEST = /^~guest-[0-9a-f]*([0-9a-f]{6})$/;

/** Give the place that a ticket is for: section, row and seat, or that it is for standing. */
export function placeOf(ticket) {
  return ticket.seat_id ? t("ticket.seat", ticket) : t("ticket.standing");
}

/** Give who has a ticket; of a guest, who has no name, the end of the number. */
export function holderOf(ticket) {
  const guest = GUEST.exec(ticket.user_id);
  return guest ? t("ticket.guest", { code: guest[1] }) : ticket.user_id;
}
