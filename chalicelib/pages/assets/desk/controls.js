/**
 * What an organiser turns while the sale goes on: the sale itself, how people are let in, and what they are told.
 */

import { call, post } from "../common/api.js";
import { announce, h, show, write } from "../common/dom.js";
import { t } from "../common/i18n.js";
import { ask, busy, button } from "../common/parts.js";
import { field, readFields, refuseFields } from "./form.js";
import { stateOf } from "./words.js";

const MODES = ["open", "paused", "passthrough", "closed"];
const ROOM = [
  { name: "max_active_sessions", kind: "number", min: 1, max: 1_000_000, isRequired: true },
  { name: "admissions_per_minute", kind: "number", min: 1, max: 1_000_000 },
];
const MESSAGE = { name: "message", kind: "text", length: 200, isRequired: true };
const COUNT = { name: "count", kind: "number", min: 1, max: 500, isRequired: true };

/** Make the panel: `{ element, update }`; `update(event)` shows what another desk changed. */
export function controls(desk, signal) {
  const place = h("div");
  const parts = [saleButtons, modeButtons, roomForm, messageForm, byHand].map((make) => make(desk, signal, place));
  const element = h("div", { class: "controls" }, place, parts.map((part) => part.element));
  const update = (event) => { for (const part of parts) part.update?.(event); };
  update(desk.event);
  return { element, update };
}

function card(title, ...children) {
  return h("section", { class: "card stack" }, h("h3", {}, title), children);
}

function saleButtons(desk, signal, place) {
  const change = async (status) => {
    const { body } = await call("PUT", `/events/${desk.id}`, { body: { status }, signal });
    desk.note(body);
    update(body);
    announce(stateOf(body));
  };
  const open = button(t("desk.sale.open"), () => change("active"), { kind: "primary", place });
  const stop = button(t("desk.sale.stop"), async () => { if (await ask(t("desk.sale.stop_really"))) await change("inactive"); }, { place });
  const hint = h("p", { class: "hint" });
  function update({ status }) {
    open.hidden = status !== "draft" && status !== "inactive";
    stop.hidden = status !== "active" && status !== "sold_out";
    write(hint, t(`desk.status_hint.${status}`));
  }
  return { element: card(t("desk.sale.title"), hint, h("div", { class: "row" }, open, stop)), update };
}

function modeButtons(desk, signal, place) {
  const hint = h("p", { class: "hint" });
  const buttons = MODES.map((mode) => button(t(`desk.mode.${mode}`), async () => {
    const event = await admission(desk, { mode }, signal);
    update(event);
    announce(stateOf(event));
  }, { place }));
  function update(event) {
    buttons.forEach((each, index) => each.setAttribute("aria-pressed", String(MODES[index] === event.mode)));
    write(hint, t(`desk.mode_hint.${event.mode}`));
  }
  const choices = h("div", { class: "choices", role: "group", "aria-label": t("desk.mode.title") }, buttons);
  return { element: card(t("desk.mode.title"), choices, hint), update };
}

function roomForm(desk, signal) {
  const fields = ROOM.map((described) => field(described, desk.event[described.name]));
  return form(t("desk.room.title"), fields, t("desk.save"), async (body) => {
    await admission(desk, body, signal);
    return t("desk.saved");
  });
}

function messageForm(desk, signal) {
  const message = field(MESSAGE, desk.event.message);
  const place = h("div");
  const now = h("p", { class: "notice" });
  const back = button(t("desk.message.back"), async () => {
    update(await admission(desk, { message: null }, signal));
    message.control.value = "";
    announce(t("desk.message.gone"));
  }, { place });
  const made = form(t("desk.message.title"), [message], t("desk.message.tell"), async (body) => {
    update(await admission(desk, body, signal));
    return t("desk.message.told");
  }, [back]);
  made.element.insertBefore(now, made.element.children[1]);
  made.element.append(place);
  function update(event) {
    now.hidden = back.hidden = event.message === null;
    write(now, event.message ?? "");
  }
  return { element: made.element, update };
}

function byHand(desk, signal) {
  let wish = null; // a repeat of one that got no answer lets in nobody more
  return form(t("desk.hand.title"), [field(COUNT, 10)], t("desk.hand.go"), async (body) => {
    wish ??= crypto.randomUUID();
    try {
      const answer = await post(`/queue/process/${desk.id}`, body, { key: wish, signal });
      wish = null;
      return t("desk.hand.done", { n: answer.body.activated.length });
    } catch (refusal) {
      if (refusal.code !== "offline") wish = null;
      throw refusal;
    }
  });
}

async function admission(desk, change, signal) {
  const { body } = await post(`/events/${desk.id}/admission`, change, { signal });
  desk.note(body);
  return body;
}

/** Make a card with a form: `act(body)` promises the sentence that it ends with. */
function form(title, fields, name, act, more = []) {
  const place = h("div");
  const send = h("button", { type: "submit", class: "primary" }, name);
  const element = h("form", { class: "card stack", novalidate: true, onsubmit }, h("h3", {}, title),
    h("div", { class: "fields" }, fields.map((one) => one.element)), h("div", { class: "row" }, send, more), place);
  async function onsubmit(event) {
    event.preventDefault();
    const body = readFields(fields);
    if (!body) return;
    await busy(send, async () => {
      try {
        const said = await act(body);
        show(place, h("p", { class: "good" }, said));
        announce(said);
      } catch (refusal) {
        if (!refusal.code) throw refusal;
        refuseFields(fields, refusal, place);
      }
    }, place);
  }
  return { element };
}
