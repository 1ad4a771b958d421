/**
 * The language of the page: the first of the browser's that we speak, or what was chosen in the footer.
 *
 * All texts of a language stand in `lang/<language>.json`. `{name}` is a value; a text in two forms, `one` and `other`,
 * goes by the value `n`. Dates, numbers and money are written as the browser's locale of that language does.
 */

export const LANGUAGES = { en: "English", ko: "한국어" };
const CHOICE = "ticketing.language";

export const language = chosen();
export const locale = navigator.languages.find((tag) => tag.split("-")[0] === language) ?? language;
document.documentElement.lang = language;

const texts = await load(language);
const plural = new Intl.PluralRules(locale);

/** Give a text by its key; a key that is missing is itself the text, so that it is seen and mended. */
export function t(key, values = {}) {
  let text = texts[key];
  if (text === undefined) return key;
  if (typeof text === "object") text = text[plural.select(values.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : value ?? whole;
  });
}

/** Say whether there is a text of this key. */
export function has(key) {
  return key in texts;
}

/** Remember another language and show the page in it. */
export function choose(tag) {
  localStorage.setItem(CHOICE, tag);
  location.reload();
}

export function number(value) {
  return new Intl.NumberFormat(locale).format(value);
}

/** Write a number in short where there is little room: 12K. */
export function compact(value) {
  return new Intl.NumberFormat(locale, { notation: "compact" }).format(value);
}

/** Write an amount in minor units (5000 is 50.00 of a currency that has cents). */
export function money(minor, currency) {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** Write an instant (RFC 3339 or ms) with its day and time, in the time zone of the reader. */
export function dateTime(instant) {
  return new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" }).format(new Date(instant));
}

/** Write from when to when; what both have in common, such as the day, stands there once. */
export function dateTimeRange(from, to) {
  return new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" }).formatRange(new Date(from), new Date(to));
}

/** Write an instant in short, for lists. */
export function shortDateTime(instant) {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(instant));
}

/** Write the time of day of an instant, with seconds. */
export function clockTime(instant) {
  return new Intl.DateTimeFormat(locale, { timeStyle: "medium" }).format(new Date(instant));
}

/** Write the time of day of an instant, to the minute. */
export function timeOfDay(instant) {
  return new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(new Date(instant));
}

/** Write what is left as a clock does: 14:59, 1:02:03, and days before that. */
export function countdown(leftMs) {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const two = (value) => String(value).padStart(2, "0");
  const clock = `${days || hours ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
  return days ? t("time.days", { n: days, clock }) : clock;
}

/** Write a duration as people say it, rounded up: about 5 minutes. */
export function about(seconds) {
  if (seconds < 60) return t("time.under_a_minute");
  if (seconds < 5400) return t("time.minutes", { n: Math.ceil(seconds / 60) });
  return t("time.hours", { n: Math.ceil(seconds / 3600) });
}

function chosen() {
  const wanted = [localStorage.getItem(CHOICE), ...navigator.languages.map((tag) => tag.split("-")[0])];
  return wanted.find((tag) => tag in LANGUAGES) ?? "en";
}

async function load(tag) {
  const answer = await fetch(new URL(`../lang/${tag}.json`, import.meta.url));
  return answer.json();
}
