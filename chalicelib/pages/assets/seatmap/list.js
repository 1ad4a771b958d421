/**
 * The same seats as a list: sections, in them rows, in them seats, each made when it is unfolded.
 */

import { h, show, write } from "../common/dom.js";
import { money, t } from "../common/i18n.js";
import { freeIn } from "./layout.js";
import { prices } from "./overview.js";
import { nameAndState } from "./words.js";

const PART = 150; // so many sections, rows or seats at once; a button brings the next

/**
 * Make the list of a scene; `choose(seat, event)` is called for a seat that was pressed.
 *
 * Gives `{ element, refill, touch }`: the layout or the filter changed, seats changed.
 */
export function listView(scene, choose) {
  const element = h("div", { class: "seatmap-list" });
  const unfolded = new Set();
  const buttons = new Map();
  const heads = [];
  const openRows = new Map();

  function refill() {
    buttons.clear();
    openRows.clear();
    heads.length = 0;
    const sections = scene.layout.sections.filter((section) => !scene.isDim(section));
    if (sections.length === 1) unfolded.add(sections[0].name);
    if (sections.length) inParts(element, sections, sectionPart);
    else show(element, h("p", { class: "quiet" }, t("seats.none")));
  }

  function sectionPart(section) {
    const fill = (body) => inParts(body, section.rows.filter((row) => row.seats.some(isPossible)), (row) => rowPart(section, row));
    return part(section.name, section.name, section, section.name, fill);
  }

  function rowPart(section, row) {
    const key = keyOf(section.name, row.name);
    return part(key, section.name, row, t("seats.row", { row: row.name }), (body) => {
      openRows.set(key, { row, body });
      inParts(body, row.seats.filter(isPossible), seatButton);
    });
  }

  /** What unfolds: what it is called, how many of its `things.seats` are free at which prices, and what `fill` puts into it. */
  function part(key, section, things, name, fill) {
    const detail = h("span", { class: "quiet" });
    const body = h("div", { class: "seatmap-part" });
    const made = h("details", { open: unfolded.has(key) }, h("summary", {}, h("span", { class: "seatmap-name" }, name), " ", detail), body);
    made.addEventListener("toggle", () => {
      openRows.delete(key);
      unfolded.delete(key);
      show(body);
      if (!made.open) return;
      unfolded.add(key);
      fill(body);
    });
    const head = () => write(detail, t("seats.of_free",
      { n: freeIn(things.seats.filter(scene.matches)), total: things.seats.length, prices: prices(things, scene.layout.currency) }));
    heads.push({ section, head });
    head();
    return made;
  }

  function seatButton(seat) {
    const made = h("button", { type: "button", class: "seatmap-seat", onclick: (event) => choose(seat, event) }, seat.number);
    buttons.set(seat.ordinal, made);
    dress(made, seat);
    return made;
  }

  function dress(made, seat) {
    const shape = scene.shapeOf(seat);
    made.setAttribute("aria-label", nameAndState(seat, shape, scene.layout.currency));
    made.setAttribute("aria-pressed", String(shape === "chosen"));
    made.setAttribute("aria-disabled", String(shape !== "chosen" && !scene.choice.isOpen(seat)));
    made.dataset.shape = shape;
    made.title = money(seat.price, scene.layout.currency);
  }

  function touch(seats) {
    const sections = new Set(seats.map((seat) => seat.section));
    for (const seat of seats) {
      const made = buttons.get(seat.ordinal);
      if (made) dress(made, seat);
      else if (isPossible(seat)) insert(seat);
    }
    for (const { section, head } of heads) if (sections.has(section)) head();
  }

  function insert(seat) {
    const open = openRows.get(keyOf(seat.section, seat.row));
    if (!open) return;
    const { row, body } = open;
    const next = row.seats.slice(row.seats.indexOf(seat)).find((other) => buttons.get(other.ordinal)?.isConnected);
    body.insertBefore(seatButton(seat), next ? buttons.get(next.ordinal) : null);
  }

  /** In the shop what is gone is no part of the list; what goes while it is shown stays there, and says so. */
  function isPossible(seat) {
    return scene.matches(seat) && (scene.choice.isOpen(seat) || scene.shapeOf(seat) !== seat.state);
  }

  return { element, refill, touch };
}

function keyOf(section, row) {
  return JSON.stringify([section, row]);
}

function inParts(place, items, make, start = 0) {
  const end = start + PART;
  const more = h("button", { type: "button", class: "link", onclick: next }, t("seats.more", { n: items.length - end }));
  function next() {
    more.remove();
    inParts(place, items, make, end);
    const first = place.children[end];
    (first.querySelector("summary") ?? first).focus();
  }
  if (start === 0) show(place);
  place.append(...items.slice(start, end).map(make));
  if (items.length > end) place.append(more);
}
