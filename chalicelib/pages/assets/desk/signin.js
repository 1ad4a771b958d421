/**
 * The way into the desk where the service wants tokens: an organiser pastes theirs, and this tab keeps it.
 */

import { Refusal, get } from "../common/api.js";
import { focusOn, h, show } from "../common/dom.js";
import { t } from "../common/i18n.js";
import { actAsOrganiser, isSignedIn, signIn, wantsTokens } from "../common/identity.js";
import { busy, refuse, sentence } from "../common/parts.js";

const WORDS = /^[\x21-\x7e]+$/; // what a header can carry

/**
 * Wait until an organiser has signed in; `place` shows the field meanwhile. Where no tokens are wanted, at once.
 *
 * Every request is the organiser's from here on. A token that the service does not take, or no longer, is said at the
 * field.
 */
export async function signedIn(place) {
  actAsOrganiser();
  if (!wantsTokens) return;
  const before = isSignedIn() ? await refusalNow() : null;
  if (!isSignedIn()) await new Promise((resolve) => { askForToken(place, before, resolve); });
  offerSignOut();
}

function askForToken(place, before, done) {
  const error = h("p", { class: "field-error", id: "token-error", hidden: true });
  const input = h("input", { id: "token", type: "password", autocomplete: "off", required: true,
    "aria-describedby": "token-hint token-error" });
  const send = h("button", { class: "primary", type: "submit" }, t("desk.signin.go"));
  const trouble = h("div");
  const form = h("form", { class: "card signin stack", novalidate: true, onsubmit },
    h("h1", {}, t("desk.signin.title")),
    h("div", {}, h("label", { for: "token" }, t("desk.signin.token")), input,
      h("p", { class: "hint", id: "token-hint" }, t("desk.signin.hint")), error),
    trouble, send);
  show(place, form);
  if (before) tell(before);

  function tell(refusal) {
    const isOfToken = refusal.status === 401 || refusal.status === 403;
    error.hidden = !isOfToken;
    error.textContent = isOfToken ? sentence(refusal) : "";
    if (isOfToken) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (!isOfToken) refuse(trouble, refusal);
    focusOn(input);
  }

  async function onsubmit(event) {
    event.preventDefault();
    await busy(send, async () => {
      const refusal = await tried(input.value.trim().replace(/^Bearer\s+/i, ""));
      if (!refusal) {
        show(place);
        done();
        return;
      }
      tell(refusal);
    }, trouble);
  }
}

/** Sign in with a token; gives the Refusal of it, or null. */
async function tried(token) {
  if (token === "") return new Refusal(401, { code: "token_missing" });
  if (!WORDS.test(token)) return new Refusal(401, { code: "token_invalid" });
  signIn(token);
  const refusal = await refusalNow();
  if (refusal) signIn(null);
  return refusal;
}

/** Ask the service whether it takes the token; gives its Refusal, or null. A token that it refuses is forgotten. */
async function refusalNow() {
  try {
    await get("/events/mine?limit=1");
    return null;
  } catch (refusal) {
    if (!refusal.code) throw refusal;
    if (refusal.status === 401 || refusal.status === 403) signIn(null);
    return refusal;
  }
}

function offerSignOut() {
  const signOut = h("button", { type: "button", class: "link sign-out", onclick: leave }, t("desk.signin.out"));
  document.querySelector("#header nav").append(signOut);
}

function leave() {
  signIn(null);
  location.reload();
}
