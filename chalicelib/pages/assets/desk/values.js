/**
 * What people write and what the API takes: amounts of money, times of day, and back.
 */

const known = new Map(); // by currency: a file asks once a line

/** Give how many digits of a currency stand behind the point: 2 of the dollar, none of the won. */
function digitsOf(currency) {
  if (!known.has(currency)) {
    known.set(currency, new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits);
  }
  return known.get(currency);
}

/**
 * Read an amount as minor units: "75", "75.00" and "75,00" are 7500 of a currency with cents; null is no amount.
 *
 * Thousands may be grouped where that cannot be misread: "1,234.50", or "75,000" of a currency without a point.
 */
export function minorUnits(text, currency) {
  const digits = digitsOf(currency);
  const written = text.trim().replace(/[\s\u00a0\u202f']/g, "");
  const behind = digits ? `[.,](\\d{1,${digits}})` : "()";
  const plain = new RegExp(`^(\\d+)(?:${behind})?$`).exec(written);
  const grouped = digits
    ? new RegExp(`^(\\d{1,3}(?:,\\d{3})+)\\.(\\d{1,${digits}})$|^(\\d{1,3}(?:\\.\\d{3})+),(\\d{1,${digits}})$`).exec(written)
    : /^(\d{1,3}(?:,\d{3})+)$/.exec(written);
  const [whole, fraction = ""] = (plain ?? grouped ?? []).slice(1).filter((part) => part !== undefined);
  if (whole === undefined) return null;
  return Number(whole.replace(/\D/g, "")) * 10 ** digits + Number(fraction.padEnd(digits, "0"));
}

/** Give how many minor units are one of a currency: 100 cents a dollar, 1 of the won. */
export function minorPerMajor(currency) {
  return 10 ** digitsOf(currency);
}

/** Write an amount as `minorUnits` reads it, without a currency: 7500 is "75.00". */
export function decimal(minor, currency) {
  const digits = digitsOf(currency);
  return (minor / 10 ** digits).toFixed(digits);
}

/** Give an amount as one might write it in a currency: 75.00, or 75000 where there is no point. */
export function exampleOf(currency) {
  const digits = digitsOf(currency);
  return decimal(digits ? 75 * 10 ** digits : 75_000, currency);
}

/** Write an instant as a field of day and time wants it, in the time zone of this computer, to the minute. */
export function localTime(instant) {
  const moment = new Date(instant);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Read such a field as RFC 3339 with the offset that this computer's time zone has at that moment; null is no time. */
export function withOffset(local) {
  const moment = new Date(local);
  if (Number.isNaN(moment.getTime())) return null;
  const minutes = -moment.getTimezoneOffset();
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) => String(part).padStart(2, "0"));
  return `${localTime(moment)}:00${minutes < 0 ? "-" : "+"}${hours}:${rest}`;
}

/** Give the name of the time zone of this computer, such as Europe/London. */
export function timeZone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Give the id of the seat with this place in the layout, 0 for the first; `eventId` begins with the code of the event. */
export function seatId(eventId, ordinal) {
  return `${eventId.slice(0, 13)}-8000-8000-${ordinal.toString(16).padStart(12, "0")}`;
}
