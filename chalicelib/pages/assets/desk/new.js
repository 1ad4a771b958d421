/**
 * A new event in one form. What was sent is kept until all of it is done, so that a reload in between goes on with it.
 */

import { call, post } from "../common/api.js";
import { focusOn, h, show } from "../common/dom.js";
import { frame } from "../common/frame.js";
import { t } from "../common/i18n.js";
import { busy, button, refuse } from "../common/parts.js";
import { NEW_EVENT, drawGroups, eventBody, eventFields } from "./eventfields.js";
import { readFields, refuseFields } from "./form.js";
import { seatsOf, sectionLines } from "./sections.js";
import { signedIn } from "./signin.js";
import { progressBar, upload } from "./upload.js";
import { localTime, withOffset } from "./values.js";

const PLAN = "ticketing.plan"; // { key, event, seats: { naming, lines }, isOpen } of what is not done yet
const THREE_HOURS_MS = 3 * 3_600_000;

const main = frame("desk", t("desk.new"));
await signedIn(main);
const { all, groups, named } = eventFields(NEW_EVENT);
const total = named.total_tickets.control;
let isOwnTotal = false;
const seats = sectionLines({ currency: () => named.currency.control.value, onCount: proposeTotal });
const sections = h("fieldset", { class: "card" }, h("legend", {}, t("desk.sections.title")),
  h("p", { class: "hint" }, t("desk.sections.hint")), seats.element);
const isOpen = h("input", { type: "checkbox", id: "open-at-once", checked: true });
const trouble = h("div");
const send = h("button", { class: "primary big", type: "submit" }, t("desk.create"));
const [what, stock, sale, room] = drawGroups(groups, ["sale", "room"]);
const form = h("form", { class: "stack", novalidate: true, onsubmit: submit },
  h("h1", {}, t("desk.new")), what, stock, sections, sale, room,
  h("p", { class: "row" }, isOpen, h("label", { for: "open-at-once", class: "beside" }, t("desk.open_at_once"))),
  trouble, send);
named.is_seated_event.control.addEventListener("change", showSections);
named.start_time.control.addEventListener("change", proposeEnd);
total.addEventListener("input", () => { isOwnTotal = true; });
showSections();
const before = JSON.parse(sessionStorage.getItem(PLAN) ?? "null");
if (before) await carryOut(before);
else show(main, form);

function isSeated() {
  return named.is_seated_event.control.value === "true";
}

function showSections() {
  sections.hidden = !isSeated();
  proposeTotal(isSeated() ? seats.count() : 0);
}

function proposeTotal(n) {
  if (!isOwnTotal) total.value = n || "";
}

function proposeEnd() {
  const start = withOffset(named.start_time.control.value);
  if (start && !named.end_time.control.value) named.end_time.control.value = localTime(Date.parse(start) + THREE_HOURS_MS);
}

async function submit(event) {
  event.preventDefault();
  const lines = isSeated() ? seats.read() : { lines: [] };
  const body = readFields(all); // the later one, so that the first field of all that is wrong has the focus
  if (!body || !lines) return;
  const isOneStep = !lines.lines.length;
  const status = isOpen.checked && !isSeated() ? "active" : "draft"; // seats first: nobody must find half of them on sale
  const plan = { key: crypto.randomUUID(), event: { ...eventBody(body), status }, seats: lines, isOpen: isOpen.checked && !isOneStep };
  await busy(send, () => carryOut(plan), trouble);
}

/** Do all that a plan says. Each step may be done twice, so an interrupted plan is simply done again. */
async function carryOut(plan) {
  sessionStorage.setItem(PLAN, JSON.stringify(plan));
  let id;
  try {
    id = (await post("/events", plan.event, { key: plan.key, tries: Infinity })).body.id;
  } catch (refusal) {
    sessionStorage.removeItem(PLAN);
    if (!form.isConnected) show(main, form);
    refuseFields(all, refusal, trouble);
    return;
  }
  await addSeats(id, plan);
}

async function addSeats(id, plan) {
  const wanted = seatsOf(plan.seats, plan.event.price);
  const bar = progressBar(t("desk.upload.of", { name: plan.event.name }), wanted.length);
  const place = h("div");
  const title = h("h1", {}, t("desk.new"));
  show(main, h("div", { class: "stack" }, title, wanted.length > 0 && bar.element, place));
  focusOn(title);
  try {
    await upload(id, wanted, { onProgress: bar.at });
    if (plan.isOpen) await call("PUT", `/events/${id}`, { body: { status: "active" }, tries: Infinity });
  } catch (refusal) {
    refuse(place, refusal);
    place.append(h("div", { class: "row" }, button(t("desk.upload.again"), () => addSeats(id, plan), { kind: "primary" }),
      h("a", { class: "button", href: `/desk/${id}#seats`, onclick: () => sessionStorage.removeItem(PLAN) }, t("desk.upload.leave"))));
    return;
  }
  sessionStorage.removeItem(PLAN);
  location.assign(`/desk/${id}${plan.event.is_seated_event && !wanted.length ? "#seats" : ""}`);
}
