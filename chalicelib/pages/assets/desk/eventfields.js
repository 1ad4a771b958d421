/**
 * The fields of an event, in groups, as they stand in the form of a new one and among the settings of one that is there.
 */

import { h } from "../common/dom.js";
import { language, locale, t } from "../common/i18n.js";
import { field } from "./form.js";

const MILLION = 1_000_000;
const DAY_S = 86_400;
const seconds = (name) => ({ name, kind: "number", min: 5, max: DAY_S, isRequired: true });

export const GROUPS = {
  what: [
    { name: "name", kind: "text", length: 200, isRequired: true },
    { name: "venue", kind: "text", length: 200 },
    { name: "start_time", kind: "time", isRequired: true },
    { name: "end_time", kind: "time", isRequired: true },
    { name: "description", kind: "lines", length: 5000 },
  ],
  stock: [
    { name: "is_seated_event", kind: "choice", options: () => [["true", t("desk.seated")], ["false", t("desk.standing")]] },
    { name: "currency", kind: "choice", options: currencies },
    { name: "price", kind: "money", isRequired: true },
    { name: "total_tickets", kind: "number", min: 1, max: MILLION, isRequired: true },
  ],
  sale: [
    { name: "sale_starts_at", kind: "time" },
    { name: "sale_ends_at", kind: "time" },
    { name: "queue_mode", kind: "choice", options: queueModes },
  ],
  room: [
    { name: "max_active_sessions", kind: "number", min: 1, max: MILLION, isRequired: true },
    { name: "admissions_per_minute", kind: "number", min: 1, max: MILLION },
    { name: "tickets_per_visitor", kind: "number", min: 1, max: 100, isRequired: true },
    { name: "max_tickets_per_user", kind: "number", min: 1, max: 100, isRequired: true },
    ...["session_seconds", "hold_seconds", "away_seconds", "abandon_seconds", "claim_seconds"].map(seconds),
  ],
};

/** What a new event begins with; the amounts are those that the service takes where nothing is said. */
export const NEW_EVENT = {
  is_seated_event: true, currency: language === "ko" ? "KRW" : "USD", max_active_sessions: 100, tickets_per_visitor: 1,
  max_tickets_per_user: 10, session_seconds: 900, hold_seconds: 900, away_seconds: 60, abandon_seconds: 300, claim_seconds: 120,
};

/** Make the fields of an event: `{ all, groups, named }`, groups of elements by name, fields by name. */
export function eventFields(event) {
  const named = {};
  const currency = () => named.currency.control.value;
  named.currency = field(GROUPS.stock[1], event.currency, currency);
  for (const described of Object.values(GROUPS).flat()) named[described.name] ??= field(described, event[described.name], currency);
  const groups = {};
  for (const [name, described] of Object.entries(GROUPS)) groups[name] = described.map((one) => named[one.name].element);
  return { all: Object.values(named), groups, named };
}

/** Draw a group of fields; those of `folded` stand behind a word that opens them. */
export function drawGroups(groups, folded = []) {
  return Object.entries(groups).map(([name, elements]) => {
    const title = t(`desk.group.${name}`);
    const fields = h("div", { class: "fields" }, elements);
    return folded.includes(name)
      ? h("details", { class: "card more" }, h("summary", {}, title), fields)
      : h("fieldset", { class: "card" }, h("legend", {}, title), fields);
  });
}

/** Turn what was read into what the API takes: a choice of yes or no is a boolean, no choice is null. */
export function eventBody(read) {
  const body = { ...read };
  if ("is_seated_event" in body) body.is_seated_event = body.is_seated_event === "true";
  return body;
}

function queueModes() {
  return ["", "draw", "fifo"].map((mode) => [mode, t(`desk.queue_mode.${mode || "auto"}`)]);
}

function currencies() {
  const names = new Intl.DisplayNames(locale, { type: "currency" });
  return Intl.supportedValuesOf("currency").map((code) => [code, `${code} – ${names.of(code)}`]);
}
