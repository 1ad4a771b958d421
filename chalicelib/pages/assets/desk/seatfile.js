/**
 * Seats in a CSV file: each line is checked before anything is sent, and what is wrong is named with its line.
 */

import { csvRecords } from "../common/csv.js";
import { language, money, t } from "../common/i18n.js";
import { minorUnits } from "./values.js";

export const SEPARATOR = "\u001f"; // between section, row and number, where one text must name a seat
const COLUMNS = ["section", "row", "number", "price", "price_minor"];
const LABELS = COLUMNS.slice(0, 3);
const LABEL_CHARACTERS_MAX = 40;
const PRICE_MAX = 100_000_000;
const SLICE = 500; // records at a time, some milliseconds of work
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/;

/** Read the text of a file: UTF-8 or UTF-16 as it says, else as spreadsheets of the page's language write. */
export async function textOf(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder(language === "ko" ? "euc-kr" : "windows-1252").decode(bytes);
  }
}

/**
 * Check the seats of a file: `{ seats, errors, unused, known }`.
 *
 * `seats` are those to be sent, each with its `line`; `errors` are `{ line, text }`; `unused` names columns that mean
 * nothing here; `known` counts seats that the event has already, at the same price. `layout` are the seats it has, as
 * the API gives them. The page stays alive meanwhile: the work is done in slices.
 */
export async function checkSeats(text, { event, layout }) {
  const found = { seats: [], errors: [], unused: [], known: 0 };
  const there = new Map(layout.map(([section, row, number, price]) => [[section, row, number].join(SEPARATOR), price]));
  const lines = new Map();
  let columns = null;
  let count = 0;
  for (const record of csvRecords(text)) {
    if (columns === null) {
      columns = columnsOf(record, found);
      if (columns === null) return found;
    } else {
      note(found, seatOf(record, columns, event), there, lines, event);
    }
    count += 1;
    if (count % SLICE === 0) await new Promise((resolve) => { setTimeout(resolve); });
  }
  if (columns === null || (!found.seats.length && !found.errors.length && !found.known)) {
    found.errors.push({ line: 1, text: t("desk.import.no_seats") });
  }
  return found;
}

function columnsOf(record, found) {
  const columns = record.cells.map((cell) => {
    const name = cell.trim().toLowerCase().replaceAll(" ", "_");
    return COLUMNS.find((column) => column === name || t(`desk.column.${column}`).toLowerCase() === cell.trim().toLowerCase()) ?? null;
  });
  const missing = LABELS.filter((name) => !columns.includes(name));
  const twice = COLUMNS.find((name) => columns.filter((column) => column === name).length > 1);
  if (missing.length) found.errors.push({ line: record.line, text: t("desk.import.columns_missing", { names: missing.join(", ") }) });
  else if (twice) found.errors.push({ line: record.line, text: t("desk.import.column_twice", { name: twice }) });
  found.unused = record.cells.filter((cell, index) => columns[index] === null && cell !== "");
  return found.errors.length ? null : columns;
}

function seatOf({ line, cells, isOpen }, columns, event) {
  if (isOpen) return { line, wrong: t("desk.import.quote_open") };
  if (cells.length > columns.length) return { line, wrong: t("desk.import.cells", { n: cells.length, most: columns.length }) };
  const seat = { line };
  for (const name of LABELS) {
    seat[name] = cells[columns.indexOf(name)] ?? "";
    if (seat[name] === "") return { line, wrong: t("desk.import.label_missing", { name: t(`desk.column.${name}`) }) };
    if ([...seat[name]].length > LABEL_CHARACTERS_MAX || CONTROLS.test(seat[name])) {
      return { line, wrong: t("desk.import.label_wrong", { name: t(`desk.column.${name}`), most: LABEL_CHARACTERS_MAX }) };
    }
  }
  seat.price = priceOf(cells, columns, event);
  return seat.price === null || seat.price > PRICE_MAX ? { line, wrong: t("desk.import.price_wrong") } : seat;
}

function priceOf(cells, columns, event) {
  const minor = cells[columns.indexOf("price_minor")] ?? "";
  if (minor !== "") return /^\d{1,12}$/.test(minor) ? Number(minor) : null;
  const price = cells[columns.indexOf("price")] ?? "";
  return price === "" ? event.price : minorUnits(price, event.currency);
}

function note(found, seat, there, lines, event) {
  if (seat.wrong) {
    found.errors.push({ line: seat.line, text: seat.wrong });
    return;
  }
  const label = [seat.section, seat.row, seat.number].join(SEPARATOR);
  const price = there.get(label);
  if (lines.has(label)) found.errors.push({ line: seat.line, text: t("desk.import.duplicate", { line: lines.get(label) }) });
  else if (price === seat.price) found.known += 1;
  else if (price !== undefined) {
    found.errors.push({ line: seat.line, text: t("desk.import.other_price", { price: money(price, event.currency) }) });
  } else found.seats.push(seat);
  if (!lines.has(label)) lines.set(label, seat.line);
}
