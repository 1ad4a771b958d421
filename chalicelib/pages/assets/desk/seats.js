/**
 * The seats of an event: who holds what, what is kept back, at which price; and how more of them come in.
 */

import { call, get } from "../common/api.js";
import { announce, h, show } from "../common/dom.js";
import { t } from "../common/i18n.js";
import { button } from "../common/parts.js";
import { field, readFields } from "./form.js";
import { importPanel } from "./seatimport.js";
import { seatsOf, sectionLines } from "./sections.js";
import { ticketList } from "./tickets.js";
import { progressBar, upload } from "./upload.js";

const CHANGES_PER_REQUEST = 500;
const HOLDERS_MAX = 20;
const FREE = ["a", "b"];

/** Draw the view; the map stays alive until `signal` is aborted. */
export async function draw(place, desk, signal) {
  const mapPlace = h("div");
  let map = null;
  const reload = async () => {
    map?.destroy();
    map = await drawMap(mapPlace, desk, signal);
  };
  const adding = [importPanel(desk, signal, reload), sectionPanel(desk, signal, reload)];
  show(place, mapPlace, h("h3", {}, t("desk.seats.add")), h("div", { class: "charts" }, adding));
  await reload();
}

/** Draw the map as it is now and give it, or null while there are no seats. */
async function drawMap(place, desk, signal) {
  desk.note((await get(`/events/${desk.id}`, { tries: Infinity, signal })).body);
  if (!desk.event.seat_count) {
    show(place, h("p", { class: "notice" }, t("desk.seats.none")));
    return null;
  }
  const { seatMap } = await import("../seatmap/seatmap.js");
  const chosen = h("div");
  const onChange = () => drawChosen(chosen, map, desk, signal);
  const map = await seatMap(desk.event, { mode: "desk", limit: null, onChange, onLost() {}, signal });
  show(place, map.element, chosen);
  onChange();
  return map;
}

/** Show what can be done with the seats that are chosen; `said` is what was just done with them. */
function drawChosen(place, map, desk, signal, said = null) {
  const seats = map.selection();
  if (!seats.length) {
    show(place, h("p", { class: "hint" }, t("desk.seats.choose")));
    return;
  }
  const free = seats.filter(({ state }) => FREE.includes(state));
  const taken = seats.filter(({ state }) => !FREE.includes(state));
  show(place, h("div", { class: "card stack" },
    h("h3", {}, t("desk.seats.chosen", { n: seats.length })),
    said && h("p", { class: "good" }, said),
    taken.length > 0 && holders(desk, taken, signal),
    free.length > 0 && changes(desk, free, taken, signal, async (n) => {
      await map.refresh();
      drawChosen(place, map, desk, signal, t("desk.seats.changed", { n }));
      announce(t("desk.seats.changed", { n }));
    })));
}

function holders(desk, taken, signal) {
  const trouble = h("div");
  const list = ticketList(signal);
  const who = button(t("desk.seats.who", { n: Math.min(taken.length, HOLDERS_MAX) }), async () => {
    for (const seat of taken.slice(0, HOLDERS_MAX)) {
      const { body } = await get(`/events/${desk.id}/tickets?seat_id=${seat.id}`, { signal });
      list.add(body.tickets);
    }
    announce(t("desk.find.found", { n: list.element.children.length }));
  }, { place: trouble });
  return h("div", { class: "stack" }, who, list.element, trouble);
}

function changes(desk, free, taken, signal, onChanged) {
  const trouble = h("div");
  const reason = field({ name: "reason", kind: "text", length: 200 });
  const price = field({ name: "new_price", kind: "money", isRequired: true }, null, () => desk.event.currency);
  const send = async (change) => {
    let changed = 0;
    for (let start = 0; start < free.length; start += CHANGES_PER_REQUEST) {
      const seatIds = free.slice(start, start + CHANGES_PER_REQUEST).map(({ id }) => id);
      changed += (await call("PATCH", `/events/${desk.id}/seats`, { body: { seat_ids: seatIds, ...change }, signal })).body.count;
    }
    await onChanged(changed);
  };
  const block = (blocked) => () => send({ blocked, reason: blocked ? reason.control.value.trim() : "" });
  return h("div", { class: "stack" },
    taken.length > 0 && h("p", { class: "hint" }, t("desk.seats.left_alone", { n: taken.length })),
    h("div", { class: "fields" }, reason.element, price.element),
    h("div", { class: "row" },
      button(t("desk.seats.block"), block(true), { place: trouble }),
      button(t("desk.seats.unblock"), block(false), { place: trouble }),
      button(t("desk.seats.price"), async () => {
        const body = readFields([price]);
        if (body) await send({ price: body.new_price });
      }, { place: trouble })),
    trouble);
}

function sectionPanel(desk, signal, onAdded) {
  const trouble = h("div");
  const lines = sectionLines({ currency: () => desk.event.currency });
  const add = button(t("desk.seats.add_sections"), async () => {
    const said = lines.read();
    if (!said) return;
    const wanted = seatsOf(said, desk.event.price);
    if (!wanted.length) return;
    const bar = progressBar(t("desk.upload.of", { name: desk.event.name }), wanted.length);
    show(trouble, bar.element);
    const { count, skipped } = await upload(desk.id, wanted, { onProgress: bar.at, signal });
    await onAdded();
    show(trouble, h("p", { class: "good" }, t("desk.upload.done", { count, skipped })));
    announce(t("desk.upload.done", { count, skipped }));
  }, { kind: "primary", place: trouble });
  return h("section", { class: "card stack" }, h("h4", {}, t("desk.sections.title")), lines.element, add, trouble);
}
