/**
 * The layout of an event's seats, as the API gives it.
 */

import { get } from "../common/api.js";
import { seatId } from "./values.js";

/** Give the seats of an event in order: lists of section, row, number and price. The browser keeps them for each version. */
export async function layoutOf(event, signal) {
  return (await get(`/events/${event.id}/seatmap?v=${event.layout_version}`, { tries: Infinity, signal })).body.seats;
}

/** Find a seat by what stands on it, "Stalls A 12" or "stalls/a/12"; gives its id, or null. */
export async function seatNamed(event, text, signal) {
  const plain = (label) => label.toLowerCase().replace(/[\s,;/·-]+/g, " ").trim();
  const wanted = plain(text);
  const { body: now } = await get(`/events/${event.id}`, { signal });
  const ordinal = (await layoutOf(now, signal)).findIndex(([section, row, number]) => plain(`${section} ${row} ${number}`) === wanted);
  return ordinal < 0 ? null : seatId(event.id, ordinal);
}
