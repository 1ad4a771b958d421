/**
 * One event at the desk: its state on top, and below one of several views, which the address names.
 */

import { get } from "../common/api.js";
import { focusOn, h, show } from "../common/dom.js";
import { entitle, frame } from "../common/frame.js";
import { shortDateTime, t } from "../common/i18n.js";
import { clear, refuse } from "../common/parts.js";
import { signedIn } from "./signin.js";
import { badge } from "./words.js";

const VIEWS = {
  live: () => import("./live.js"),
  seats: () => import("./seats.js"),
  tickets: () => import("./tickets.js"),
  settings: () => import("./settings.js"),
  check: () => import("./check.js"),
};

const id = location.pathname.split("/")[2];
const main = frame("desk", t("desk.title"));
await signedIn(main);
const place = h("div");
const head = h("div", { class: "event-head" });
const tabs = h("nav", { class: "tabs", "aria-label": t("desk.views") });
const view = h("section", { class: "stack" });
let stop = new AbortController();
let isFirst = true;
/** What the views share: the event as it was last read. `note(event)` is for a newer one. */
const desk = { id, event: null, note };

show(main, place, head, tabs, view);
try {
  await get(`/events/${id}/stats`, { tries: Infinity }); // of another organiser's event nothing is shown
  note((await get(`/events/${id}`, { tries: Infinity })).body);
  window.addEventListener("hashchange", open);
  await open();
} catch (refusal) {
  refuse(place, refusal);
}

function note(event) {
  const before = desk.event;
  desk.event = event;
  entitle(event.name);
  if (before && JSON.stringify([before.name, before.status, before.mode, before.start_time, before.venue]) ===
    JSON.stringify([event.name, event.status, event.mode, event.start_time, event.venue])) return;
  show(head,
    h("div", { class: "spread" }, h("h1", {}, event.name), badge(event)),
    h("p", { class: "quiet" }, [shortDateTime(event.start_time), event.venue].filter(Boolean).join(" · ")),
    h("p", { class: "row" }, h("a", { href: `/e/${id}` }, t("desk.to_shop")), h("a", { href: `/desk/${id}/door` }, t("desk.to_door"))));
}

async function open() {
  stop.abort();
  stop = new AbortController();
  const { signal } = stop;
  const named = location.hash.slice(1);
  const names = Object.keys(VIEWS).filter((each) => each !== "seats" || desk.event.is_seated_event);
  const name = names.includes(named) ? named : "live";
  const title = h("h2", {}, t(`desk.view.${name}`));
  const body = h("div", { class: "stack" });
  show(tabs, names.map((each) => h("a", { href: `#${each}`, "aria-current": each === name ? "page" : null }, t(`desk.view.${each}`))));
  clear(place);
  show(view, title, body);
  if (!isFirst) focusOn(title);
  isFirst = false;
  try {
    const { draw } = await VIEWS[name]();
    if (!signal.aborted) await draw(body, desk, signal);
  } catch (trouble) {
    if (!signal.aborted) refuse(place, trouble);
  }
}
