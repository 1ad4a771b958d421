/**
 * Fields of a form: made from a description, read as the API takes them, each with its own word of what is wrong.
 *
 * A description is `{ name, id, kind, isRequired, min, max, length, options }`; `kind` is text, lines, number, money, time
 * or choice, `id` is needed where a name stands there twice. Its label is the text `desk.field.<name>`, its hint
 * `desk.hint.<name>` if there is one.
 */

import { focusOn, h } from "../common/dom.js";
import { has, t } from "../common/i18n.js";
import { clear, refuse, sentence } from "../common/parts.js";
import { decimal, exampleOf, localTime, minorUnits, timeZone, withOffset } from "./values.js";

const FOUR_DIGITS = "9999-12-31T23:59"; // else browsers let people type years of six
const FIELD_OF_REFUSAL = {
  end_before_start: "end_time", end_in_past: "end_time", sale_start_in_past: "sale_starts_at", sale_window_invalid: "sale_ends_at",
  draw_key_missing: "queue_mode", capacity_below_sold: "total_tickets", capacity_below_seats: "total_tickets",
};

/**
 * Make a field: `{ name, element, control, read, isChanged, settle, complain }`.
 *
 * `read()` gives `[value, null]`, or `[null, sentence]` when it is wrong; nothing written is null. `currency()` says which
 * one amounts are in. `isChanged()` says whether somebody wrote something else than what stood there first, or when
 * `settle()` was called.
 */
export function field(described, value, currency) {
  const id = `field-${described.id ?? described.name}`;
  const hint = has(`desk.hint.${described.name}`) ? t(`desk.hint.${described.name}`, { zone: timeZone() }) : null;
  const error = h("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const control = controlOf(described, { id, required: described.isRequired, "aria-describedby": `${id}-hint ${id}-error` });
  control.value = writtenOf(described, value, currency);
  let written = control.value;
  const element = h("div", { class: `field field-${described.kind}` },
    h("label", { for: id }, t(`desk.field.${described.name}`)), control,
    h("p", { class: "hint", id: `${id}-hint`, hidden: hint === null }, hint), error);
  return {
    name: described.name, element, control,
    read: () => (control.value.trim() === "" ? nothing(described) : READERS[described.kind](control.value.trim(), described, currency)),
    isChanged: () => control.value !== written,
    settle() { written = control.value; },
    complain(text) {
      error.hidden = !text;
      error.textContent = text ?? "";
      if (text) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    },
  };
}

/** Read fields as the body of a request; null when some are wrong: each says why, and the first has the focus. */
export function readFields(fields) {
  const body = {};
  const wrong = [];
  for (const one of fields) {
    const [value, problem] = one.read();
    one.complain(problem);
    if (problem) wrong.push(one);
    else body[one.name] = value;
  }
  if (wrong.length) focusOn(reveal(wrong[0]));
  return wrong.length ? null : body;
}

/** Show what the API refuses at the fields that it names, and in `place` what concerns none of them. */
export function refuseFields(fields, refusal, place) {
  clear(place);
  const named = (refusal.problem?.errors ?? []).map(({ field: name, message }) => [name, t("desk.field.refused", { message })]);
  if (refusal.code in FIELD_OF_REFUSAL) named.push([FIELD_OF_REFUSAL[refusal.code], sentence(refusal)]);
  const known = named.map(([name, text]) => [fields.find((one) => one.name === name), text]).filter(([one]) => one);
  for (const [one, text] of known) one.complain(text);
  if (known.length) focusOn(reveal(known[0][0]));
  else refuse(place, refusal);
}

function reveal(one) {
  const details = one.control.closest("details");
  if (details) details.open = true;
  return one.control;
}

function controlOf({ kind, min, max, length, options }, common) {
  if (kind === "lines") return h("textarea", { ...common, rows: 4, maxlength: length });
  if (kind === "choice") return h("select", common, options().map(([value, name]) => h("option", { value }, name)));
  if (kind === "time") return h("input", { ...common, type: "datetime-local", max: FOUR_DIGITS });
  if (kind === "number") return h("input", { ...common, type: "number", inputmode: "numeric", min, max, step: 1 });
  return h("input", { ...common, type: "text", inputmode: kind === "money" ? "decimal" : null, maxlength: length, autocomplete: "off" });
}

function writtenOf({ kind }, value, currency) {
  if (value === null || value === undefined) return "";
  if (kind === "money") return decimal(value, currency());
  return kind === "time" ? localTime(value) : String(value);
}

function nothing({ kind, isRequired }) {
  if (isRequired) return [null, t("desk.wrong.required")];
  return [kind === "text" || kind === "lines" ? "" : null, null];
}

const READERS = {
  text: (text) => [text, null],
  lines: (text) => [text, null],
  choice: (text) => [text, null],
  number(text, { min, max }) {
    const isFine = /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max;
    return isFine ? [Number(text), null] : [null, t("desk.wrong.number", { min, max })];
  },
  money(text, _, currency) {
    const minor = minorUnits(text, currency());
    return minor === null ? [null, t("desk.wrong.money", { example: exampleOf(currency()) })] : [minor, null];
  },
  time(text) {
    const instant = withOffset(text);
    return instant ? [instant, null] : [null, t("desk.wrong.time")];
  },
};
