/**
 * Seats described by sections: so many rows of so many seats at a price, one line each.
 */

import { announce, focusOn, h, write } from "../common/dom.js";
import { t } from "../common/i18n.js";
import { field, readFields } from "./form.js";

const SECTIONS = [
  { name: "section", kind: "text", length: 40, isRequired: true },
  { name: "rows", kind: "number", min: 1, max: 1000, isRequired: true },
  { name: "seats_per_row", kind: "number", min: 1, max: 10_000, isRequired: true },
  { name: "section_price", kind: "money" },
];
const ways = () => ["letters", "numbers"].map((way) => [way, t(`desk.row_naming.${way}`)]);
const NAMING = { name: "row_naming", kind: "choice", options: ways };

/**
 * Make the lines: `{ element, read, count }`.
 *
 * `read()` gives `{ naming, lines }` without those that are empty, or null when something is wrong, which is then said at
 * its field. A line is `{ section, rows, seats_per_row, section_price }`, its price null for that of the event.
 * `onCount(n)` hears how many seats there are, each time that this changes.
 */
export function sectionLines({ currency, onCount = () => {} }) {
  const lines = [];
  let made = 0;
  const list = h("div", { class: "section-lines" });
  const total = h("output", { class: "quiet" });
  const naming = field(NAMING, "letters", currency);
  const add = h("button", { type: "button", onclick: () => focusOn(addLine().fields[0].control) }, t("desk.sections.add"));
  const element = h("div", { class: "stack", oninput: recount },
    list, h("div", { class: "row" }, add, total), h("div", { class: "fields" }, naming.element));

  function addLine() {
    made += 1;
    const described = SECTIONS.map((one) => ({ ...one, id: `${one.name}-${made}` }));
    const line = { fields: described.map((one) => field(one, null, currency)) };
    const remove = h("button", { type: "button", class: "link", onclick: () => removeLine(line) }, t("desk.sections.remove"));
    line.element = h("div", { class: "section-line", role: "group", "aria-label": t("desk.sections.line", { n: made }) },
      line.fields.map((one) => one.element), remove);
    lines.push(line);
    list.append(line.element);
    return line;
  }

  function removeLine(line) {
    lines.splice(lines.indexOf(line), 1);
    line.element.remove();
    recount();
    announce(total.textContent);
    focusOn(add);
  }

  function recount() {
    const n = count();
    write(total, t("desk.sections.count", { n }));
    onCount(n);
  }

  function count() {
    return lines.reduce((sum, { fields: [, rows, seats] }) => sum + (rows.read()[0] ?? 0) * (seats.read()[0] ?? 0), 0);
  }

  function read() {
    const said = [];
    const sections = new Set();
    for (const line of lines) {
      if (line.fields.every((one) => one.control.value === "")) continue;
      const body = readFields(line.fields);
      if (!body) return null;
      if (sections.has(body.section)) {
        line.fields[0].complain(t("desk.sections.twice"));
        focusOn(line.fields[0].control);
        return null;
      }
      sections.add(body.section);
      said.push(body);
    }
    return { naming: naming.control.value, lines: said };
  }

  addLine();
  recount();
  return { element, read, count };
}

/** Give the seats that lines describe, as the API takes them, in order; `price` is that of lines without one. */
export function seatsOf({ naming, lines }, price) {
  return lines.flatMap(({ section, rows, seats_per_row: seats, section_price: own }) =>
    Array.from({ length: rows * seats }, (_, index) => {
      const row = Math.floor(index / seats);
      const named = naming === "letters" ? letters(row) : String(row + 1);
      return { section, row: named, number: String(index % seats + 1), price: own ?? price };
    }));
}

/** Name a row as theatres do: A to Z, then AA, AB. */
function letters(index) {
  const last = String.fromCharCode(65 + index % 26);
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}
