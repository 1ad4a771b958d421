/**
 * The seats of an event to look at and to choose from, as a map and as a list, always as they are now.
 */

import { alarm, announce, h, write } from "../common/dom.js";
import { t } from "../common/i18n.js";
import { barOf } from "./bar.js";
import { Choice } from "./choice.js";
import { ordinalOf, readLayout, takeStates } from "./layout.js";
import { listView } from "./list.js";
import { follow } from "./live.js";
import { coloursOf } from "./looks.js";
import { Scene } from "./scene.js";
import { mapView } from "./view.js";
import { nameOf, namesOf } from "./words.js";

/**
 * Make the seat map of the API's Event; it goes on reading the states until `destroy()`, or until `signal` is aborted.
 *
 * In the mode `buy` free seats can be chosen, at most `limit`; in the mode `desk` any, with `limit` null as many as one
 * likes, and a click with Shift takes all from the last one. `onChange(seats)` has what is chosen after each change,
 * `onLost(seats)` what others took of it. A Seat is `{ id, ordinal, section, row, number, price, state }`, see layout.js.
 *
 * Gives `element` to be shown; `selection()`; `deselect(seatIds)`, which gives the seats that were chosen; `setMine(ids)`,
 * the visitor's own: call it before asking for them, so that they do not count as lost when the map hears of it first;
 * `refresh()`, which promises the present states; `layout`, all seats; `states()`; `destroy()`. Throws a Refusal.
 */
export async function seatMap(event, { mode = "buy", limit = null, onChange = () => {}, onLost = () => {}, signal } = {}) {
  const ended = new AbortController();
  const until = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  const choice = new Choice(mode, limit);
  const scene = new Scene(choice);
  const first = readLayout(event, event.layout_version, until);
  const note = h("p", { class: "seatmap-note notice", hidden: true });
  const view = mapView(scene, { choose, signal: until });
  const list = listView(scene, choose);
  const around = barOf(scene, { onView, onFilter });
  const element = h("section", { class: "seatmap", "aria-label": t("seats.title") },
    around.bar, note, view.element, list.element, around.legend);
  list.element.hidden = true;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint, { signal: until });
  const refresh = await follow(event.id, apply, until);

  async function apply({ layout_version: version, states }) {
    if (!scene.layout) adopt(await first);
    if (version > scene.layout.version) adopt(await readLayout(event, version, until));
    const changed = takeStates(scene.layout, states);
    const lost = choice.loseTaken();
    touch(changed);
    if (!lost.length) return;
    say(t("seats.lost", { n: lost.length, seats: namesOf(lost, scene.layout.currency) }), alarm);
    onLost(lost);
    onChange(choice.seats);
  }

  function adopt(layout) {
    scene.take(layout);
    paint();
    view.rebuild();
    list.refill();
  }

  /** Also when the theme changed: pictures have the colours of the time at which they were made. */
  function paint() {
    if (!scene.layout) return;
    scene.colours = coloursOf(document.body);
    around.rebuild();
    view.repaint();
  }

  function touch(seats) {
    view.touch(seats);
    list.touch(seats);
  }

  function say(text, aloud) {
    write(note, text);
    note.hidden = !text;
    if (text) aloud(text);
  }

  function choose(seat, { shiftKey }) {
    const seats = shiftKey && choice.isDesk ? rangeTo(seat) : [seat];
    const outcome = seats.map((one) => choice.toggle(one)).at(-1);
    touch(seats);
    const n = choice.seats.length;
    const words = { name: nameOf(seat, scene.layout.currency), state: t(`seats.state.${scene.shapeOf(seat)}`), n, limit };
    if (outcome === "limit" || outcome === "taken") {
      say(t(`seats.${outcome}`, { ...words, n: limit }), alarm);
      return;
    }
    say("");
    announce(t(`seats.${outcome}`, words));
    onChange(choice.seats);
  }

  function rangeTo(seat) {
    const last = choice.seats.at(-1);
    if (last?.section !== seat.section) return [seat];
    const { seats } = scene.sectionOf(seat);
    const [from, to] = [seats.indexOf(last), seats.indexOf(seat)].sort((one, other) => one - other);
    return seats.slice(from, to + 1).filter((one) => !choice.chosen.has(one.ordinal));
  }

  function onView(isList) {
    view.element.hidden = isList;
    list.element.hidden = !isList;
  }

  function onFilter(section) {
    say("");
    list.refill();
    view.repaint();
    if (section) view.go(section);
  }

  function deselect(seatIds) {
    const removed = choice.remove(seatIds.map(ordinalOf));
    touch(removed);
    if (removed.length) onChange(choice.seats);
    return removed;
  }

  function setMine(seatIds) {
    const before = [...choice.mine];
    choice.mine = new Set(seatIds.map(ordinalOf));
    touch([...new Set([...before, ...choice.mine])].map((ordinal) => scene.layout.seats[ordinal]));
  }

  return {
    element,
    refresh,
    deselect,
    setMine,
    selection: () => choice.seats,
    states: () => scene.layout.states,
    get layout() { return scene.layout.seats; },
    destroy() {
      ended.abort();
      element.remove();
    },
  };
}
