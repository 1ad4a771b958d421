/**
 * An event in words: in which state its sale is.
 */

import { h } from "../common/dom.js";
import { t } from "../common/i18n.js";

/** Give the word for the state of a sale: the status, and how people are let in where that is not as usual. */
export function stateOf(event) {
  const status = t(`desk.status.${event.status}`);
  return event.status === "active" && event.mode !== "open" ? `${status} · ${t(`desk.mode.${event.mode}`)}` : status;
}

/** Make the badge of an event's state. */
export function badge(event) {
  return h("span", { class: `badge state-${event.status}` }, stateOf(event));
}
