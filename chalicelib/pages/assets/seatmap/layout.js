/**
 * The seats of an event as the API gives them, put into sections and rows, each with its price class and its state.
 */

import { get } from "../common/api.js";

export const CLASSES_MAX = 8;
const naturally = new Intl.Collator("en", { numeric: true });

/** Read the layout of this version, which a browser asks for only once. Throws a Refusal. */
export async function readLayout(event, version, signal) {
  const { body } = await get(`/events/${event.id}/seatmap?v=${version}`, { tries: Infinity, signal });
  return layoutOf(body);
}

/**
 * Make a layout of the API's SeatMap: `{ version, currency, seats, sections, classes, classOf, states }`.
 *
 * A Seat is `{ id, ordinal, section, row, number, price, state }`, a section `{ index, name, short, rows, seats, min, max,
 * left }` with `left` the number of free seats by price class, a row `{ name, seats, min, max }`. Sections and rows stand in the
 * order in which they were added, the seats of a row in the order of their numbers. A class is `{ index, min, max }`, the
 * dearest first; all prices are in minor units.
 */
export function layoutOf({ event_id: eventId, layout_version: version, currency, seats: lines }) {
  const idStart = `${eventId.slice(0, 13)}-8000-8000-`;
  const seats = lines.map(([section, row, number, price], ordinal) =>
    ({ id: idStart + ordinal.toString(16).padStart(12, "0"), ordinal, section, row, number, price, state: "a" }));
  const { classes, classByPrice } = classesOf(new Set(seats.map((seat) => seat.price)));
  const classOf = Uint8Array.from(seats, (seat) => classByPrice.get(seat.price));
  const layout = { version, currency, seats, sections: sectionsOf(seats), classes, classOf, states: "" };
  layout.sections.forEach((section) => recount(layout, section));
  return layout;
}

/** Take the states in, one character a seat; gives the seats whose state is another one now. */
export function takeStates(layout, states) {
  const changed = layout.seats.filter((seat) => seat.ordinal < states.length && states[seat.ordinal] !== seat.state);
  for (const seat of changed) seat.state = states[seat.ordinal];
  layout.states = states;
  const touched = new Set(changed.map((seat) => seat.section));
  layout.sections.filter((section) => touched.has(section.name)).forEach((section) => recount(layout, section));
  return changed;
}

/** Give the ordinal of a seat by its id. */
export function ordinalOf(seatId) {
  return Number.parseInt(seatId.slice(24), 16);
}

/** Count the free ones of some seats. */
export function freeIn(seats) {
  return seats.reduce((count, seat) => count + (seat.state === "a"), 0);
}

function sectionsOf(seats) {
  const byName = new Map();
  for (const seat of seats) {
    let section = byName.get(seat.section);
    if (!section) byName.set(seat.section, section = { index: byName.size, name: seat.section, rows: new Map() });
    const row = section.rows.get(seat.row);
    if (row) row.push(seat);
    else section.rows.set(seat.row, [seat]);
  }
  const start = sharedStart([...byName.keys()]);
  return Array.from(byName.values(), ({ index, name, rows }) => {
    const sorted = Array.from(rows, ([row, itsSeats]) => ({ name: row, seats: itsSeats.sort(byNumber), ...spanOf(itsSeats) }));
    const all = sorted.flatMap((row) => row.seats);
    return { index, name, short: name.slice(start), rows: sorted, seats: all, ...spanOf(all), left: [] };
  });
}

/** How long the words are with which all names begin: the 6 letters before the number of Block 101 to Block 140. */
function sharedStart([first, ...others]) {
  let length = first?.lastIndexOf(" ") + 1 || 0;
  while (length && (!others.length || !others.every((name) => name.startsWith(first.slice(0, length)) && name.length > length))) {
    length = first.lastIndexOf(" ", length - 2) + 1;
  }
  return length;
}

function spanOf(seats) {
  return seats.reduce(({ min, max }, { price }) => ({ min: Math.min(min, price), max: Math.max(max, price) }), { min: Infinity, max: 0 });
}

function byNumber(one, other) {
  return one.number - other.number || naturally.compare(one.number, other.number);
}

function classesOf(prices) {
  const sorted = [...prices].sort((one, other) => other - one);
  const size = sorted.length / Math.min(CLASSES_MAX, sorted.length);
  const classes = [];
  const classByPrice = new Map();
  sorted.forEach((price, nth) => {
    const index = Math.floor(nth / size);
    classes[index] ??= { index, max: price };
    classes[index].min = price;
    classByPrice.set(price, index);
  });
  return { classes, classByPrice };
}

function recount({ classes, classOf }, section) {
  section.left = classes.map(() => 0);
  for (const seat of section.seats) if (seat.state === "a") section.left[classOf[seat.ordinal]] += 1;
}
