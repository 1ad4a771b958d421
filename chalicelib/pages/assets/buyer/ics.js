/**
 * Calendar files (RFC 5545), so that a ticket stands in the calendar of whoever bought it.
 */

const LINE_MAX_OCTETS = 75;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/**
 * Write a calendar with one event. `start`, `end` and `stamp` are instants (RFC 3339 or ms); `uid` makes a file that is
 * opened twice one entry. Texts may hold anything; what is null is left out.
 */
export function calendarFile({ uid, start, end, stamp, summary, location, description, url }) {
  const lines = [
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Ticketing//Tickets//EN", "CALSCALE:GREGORIAN",
    "BEGIN:VEVENT", `UID:${uid}`, `DTSTAMP:${utc(stamp)}`, `DTSTART:${utc(start)}`, `DTEND:${utc(end)}`,
    `SUMMARY:${escaped(summary)}`, location && `LOCATION:${escaped(location)}`, `DESCRIPTION:${escaped(description)}`, `URL:${url}`,
    "END:VEVENT", "END:VCALENDAR",
  ];
  return lines.filter(Boolean).map((line) => `${folded(line)}\r\n`).join("");
}

/** Give a name for a file of this event: its letters and digits, in any script. */
export function fileName(summary) {
  return `${summary.replace(/[^\p{L}\p{M}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "event"}.ics`;
}

function utc(instant) {
  return new Date(instant).toISOString().replace(/[-:]|\.\d+/g, "");
}

function escaped(text) {
  return text.replace(/\r\n?/g, "\n").replace(CONTROLS, "").replace(/[\\;,]/g, "\\$&").replaceAll("\n", "\\n");
}

function folded(line) {
  const encoder = new TextEncoder();
  let octets = 0;
  let text = "";
  for (const character of line) { // by code points, so that none is cut in two
    const more = encoder.encode(character).length;
    if (octets + more > LINE_MAX_OCTETS) {
      text += "\r\n ";
      octets = 1;
    }
    text += character;
    octets += more;
  }
  return text;
}
