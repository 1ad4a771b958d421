/**
 * Small parts that every page uses: how a refusal reads, a button that is busy, a dialog that asks.
 */

import { alarm, focusOn, h } from "./dom.js";
import { has, t } from "./i18n.js";

/** Give the sentence for a refusal: by its word, and what of it concerns single fields. */
export function sentence(refusal) {
  const key = `refusal.${refusal.code}`;
  return has(key) ? t(key, refusal.problem) : refusal.problem?.title ?? t("refusal.internal_error");
}

/** Show a refusal where it belongs, and say it. `place` is emptied by `clear(place)`. */
export function refuse(place, refusal) {
  if (!refusal.code) throw refusal; // not a refusal, but a mistake of ours: it belongs into the console
  place.replaceChildren(h("p", { class: "notice bad" }, sentence(refusal)));
  alarm(sentence(refusal));
}

/** Take back what `refuse` showed. */
export function clear(place) {
  place.replaceChildren();
}

/**
 * Make a button that does one thing at a time: while `act` runs it is busy, and what it refuses stands in `place`.
 * It stays in the order of focus, so that a keyboard does not lose its place.
 */
export function button(name, act, { kind = "", place = null, type = "button" } = {}) {
  const made = h("button", { type, class: kind }, name);
  made.addEventListener("click", async (event) => {
    if (type === "submit") return;
    await busy(made, () => act(event), place);
  });
  return made;
}

/** Run `act` while a button is busy; a second press meanwhile does nothing. */
export async function busy(element, act, place) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    if (place) clear(place);
    await act();
  } catch (error) {
    if (!error.code || !place) throw error;
    refuse(place, error);
  } finally {
    element.removeAttribute("aria-busy");
  }
}

/** Ask before something that cannot be taken back; promises true when it was confirmed. */
export function ask(question, { yes = t("ask.yes"), no = t("ask.no") } = {}) {
  const before = document.activeElement;
  return new Promise((resolve) => {
    const dialog = h("dialog", { class: "ask", "aria-labelledby": "ask-question" },
      h("p", { id: "ask-question" }, question),
      h("div", { class: "row" },
        h("button", { type: "button", onclick: () => close(false) }, no),
        h("button", { type: "button", class: "primary", onclick: () => close(true) }, yes)));
    function close(answer) {
      dialog.close();
      dialog.remove();
      if (before?.isConnected) focusOn(before);
      resolve(answer);
    }
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(false); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
