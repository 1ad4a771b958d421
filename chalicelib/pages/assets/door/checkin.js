/**
 * What a scan means: which ticket a code is of, and what the service says to it.
 */

import { get, post } from "../common/api.js";

const CODE = /^T1\.([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{22}$/;
const OF_THE_TICKET = [
  "ticket_code_invalid", "ticket_not_found", "ticket_not_confirmed", "ticket_cancelled", "hold_expired", "event_cancelled",
];

/** Give the id of the ticket that a code names, or null if the text is no code of a ticket. */
export function ticketOf(code) {
  const raw = CODE.exec(code)?.[1];
  if (!raw) return null;
  const bytes = atob(`${raw.replaceAll("-", "+").replaceAll("_", "/")}==`);
  const digits = Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  return digits.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

/**
 * Check a code in at an event, once, however often it must be sent. Goes on until there is an answer.
 *
 * Promises one of `{ verdict: "in", ticket }`, `{ verdict: "already", at, ticket }` with the time of the first and the
 * ticket if it can be had, `{ verdict: "no", why }` with a word of `door.why.*`, and `{ verdict: "unchecked", refusal }`
 * when the service would not look at it.
 */
export async function checkIn(code, eventId) {
  const id = ticketOf(code);
  if (!id) return { verdict: "no", why: "no_code" };
  // All ids of an event begin alike, so a ticket of another one is known without asking, and is not used up here.
  if (id.slice(0, 13) !== eventId.slice(0, 13)) return { verdict: "no", why: "other_event" };
  try {
    const { body } = await post(`/tickets/${id}/check-in`, { barcode: code }, { key: crypto.randomUUID(), tries: Infinity });
    return { verdict: "in", ticket: body.ticket };
  } catch (refusal) {
    if (!refusal.code) throw refusal;
    if (refusal.code === "already_checked_in") return { verdict: "already", at: refusal.problem.checked_in_at, ticket: await known(id) };
    return OF_THE_TICKET.includes(refusal.code) ? { verdict: "no", why: refusal.code } : { verdict: "unchecked", refusal };
  }
}

async function known(id) {
  try {
    return (await get(`/tickets/${id}`)).body;
  } catch {
    return null; // whose it is helps, but the answer stands without it
  }
}
