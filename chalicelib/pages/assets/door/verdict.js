/**
 * The answer to a scan, so that it is seen from a step away: by a colour, a sign, a word, and what belongs to it.
 */

import { msUntil } from "../common/clock.js";
import { h, svg } from "../common/dom.js";
import { clockTime, shortDateTime, t } from "../common/i18n.js";
import { sentence } from "../common/parts.js";
import { holderOf, placeOf } from "../common/ticketwords.js";

const SIGNS = {
  in: "M5 13l5 5L20 6",
  already: "M12 4v10M12 18v2",
  no: "M5 5l14 14M19 5L5 19",
  unchecked: "M8 8a4 4 0 1 1 5 4v3M13 18v2",
  waiting: "M12 5v7l5 3",
  ready: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4",
};
const DAY_MS = 86_400_000;

/** Draw the large answer to a scan, `{ outcome }`: without one it waits; without a scan the door is ready. */
export function panel(scan, isReached) {
  const verdict = verdictOf(scan);
  return h("div", { class: `verdict verdict-${verdict}` },
    svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: SIGNS[verdict] })),
    h("p", { class: "word" }, t(`door.verdict.${verdict}`)),
    detailsOf(scan, isReached).map((text) => h("p", {}, text)));
}

/** Give the answer to a scan as one text, to be heard. */
export function spoken(scan) {
  return [t(`door.verdict.${verdictOf(scan)}`), ...detailsOf(scan, true)].join(". ");
}

/** Draw a scan as a line of the list. */
export function line(scan) {
  const verdict = verdictOf(scan);
  const ticket = scan.outcome?.ticket;
  return h("li", { class: "spread" },
    h("span", {}, h("span", { class: `sign sign-${verdict}` }, t(`door.verdict.${verdict}`)), " ", ticket && placeOf(ticket)),
    h("span", { class: "quiet" }, clockTime(scan.atMs)));
}

function verdictOf(scan) {
  if (!scan) return "ready";
  return scan.outcome?.verdict ?? "waiting";
}

function detailsOf(scan, isReached) {
  if (!scan) return [t("door.ready")];
  if (!scan.outcome) return [t(isReached ? "door.waiting" : "door.offline")];
  const { why, ticket, at, refusal } = scan.outcome;
  return [
    at && t("door.since", { when: -msUntil(at) < DAY_MS / 2 ? clockTime(at) : shortDateTime(at) }),
    ticket && placeOf(ticket),
    ticket && holderOf(ticket),
    why && t(`door.why.${why}`),
    refusal && sentence(refusal),
  ].filter(Boolean);
}
