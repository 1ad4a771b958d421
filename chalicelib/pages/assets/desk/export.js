/**
 * All tickets of an event as a CSV file.
 */

import { pagesOf } from "../common/api.js";
import { csvLine, csvStart } from "../common/csv.js";
import { h } from "../common/dom.js";
import { decimal } from "./values.js";

const PAGE = 1_000;
const READINGS_MAX = 3;
const COLUMNS = ["ticket_id", "order_id", "user_id", "section", "row", "number", "price", "currency", "status", "issued_at",
  "confirmed_at", "checked_in_at", "payment_reference"];
const FORBIDDEN = /[\\/:*?"<>|\x00-\x1f\x7f]/g; // in names of files

/**
 * Read every ticket, page by page, and have the browser save them as `tickets-<event>.csv`; gives `{ n, total }`.
 *
 * A line each, in the state in which it was read, amounts as decimals, times in UTC. `onProgress(n, total)` hears of each
 * page. `n` is less than `total`, which the service counts, only if it never stood still for one whole reading.
 */
export async function exportTickets(event, { onProgress, signal }) {
  const lines = new Map(); // by id: while people buy, a ticket may come with two pages
  let total = 0;
  for (let reading = 1; reading === 1 || (lines.size < total && reading <= READINGS_MAX); reading += 1) {
    for await (const page of pagesOf(`/events/${event.id}/tickets?limit=${PAGE}`, { tries: Infinity, signal })) {
      for (const ticket of page.tickets) lines.set(ticket.id, line(ticket));
      total = page.tickets_total;
      onProgress(lines.size, total);
    }
  }
  const parts = [csvStart(), csvLine(COLUMNS), ...lines.values()];
  save(new Blob(parts, { type: "text/csv;charset=utf-8" }), `tickets-${event.name.replace(FORBIDDEN, "_")}.csv`);
  return { n: lines.size, total };
}

function line(ticket) {
  const said = { ...ticket, ticket_id: ticket.id, price: decimal(ticket.price, ticket.currency) };
  return csvLine(COLUMNS.map((column) => said[column]));
}

function save(blob, name) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it after this
}
