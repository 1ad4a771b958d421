/**
 * Who uses the page: a buyer, known by a guest's token that this browser keeps, or an organiser with a token of theirs.
 */

import { Refusal, authenticateWith, post } from "./api.js";

const GUEST = "ticketing.guest";
const TOKEN = "ticketing.token";
const { authMode, guests } = document.documentElement.dataset;
const RENEWED_MS = 7 * 86_400_000;

let asked = null;

/** Say whether the service looks at tokens; on a laptop it does not. */
export const wantsTokens = authMode === "jwt";

/**
 * Give the buyer of this browser, `{ userId, token }`, made on the first call and the same ever after.
 *
 * Two tabs that ask at once get the same one. Throws the Refusal `token_missing` where the service wants tokens and
 * makes none for guests.
 */
export function buyer() {
  asked ??= navigator.locks ? navigator.locks.request(GUEST, known) : known();
  asked.catch(() => { asked = null; });
  return asked;
}

/** From here on every request is a buyer's. */
export function actAsBuyer() {
  if (wantsTokens) authenticateWith(async () => kept()?.token);
}

/** From here on every request is an organiser's. The token is forgotten with the tab. */
export function actAsOrganiser() {
  if (wantsTokens) authenticateWith(async () => sessionStorage.getItem(TOKEN));
}

/** Keep the token that an organiser signed in with, or forget it. */
export function signIn(token) {
  if (token) sessionStorage.setItem(TOKEN, token);
  else sessionStorage.removeItem(TOKEN);
}

/** Say whether an organiser has signed in, or need not. */
export function isSignedIn() {
  return !wantsTokens || sessionStorage.getItem(TOKEN) !== null;
}

function kept() {
  const guest = JSON.parse(localStorage.getItem(GUEST) ?? "null");
  return guest?.expiresMs < Date.now() ? null : guest;
}

async function known() {
  const before = kept();
  if (before && (!before.expiresMs || before.expiresMs - Date.now() > RENEWED_MS)) return before;
  const made = guests === "1" ? await guest() : madeUp();
  localStorage.setItem(GUEST, JSON.stringify(made));
  return made;
}

async function guest() {
  const { body } = await post("/guests"); // with a token that is nearly over this is the same guest for longer
  return { userId: body.user_id, token: body.token, expiresMs: Date.parse(body.expires_at) };
}

function madeUp() {
  if (wantsTokens) throw new Refusal(401, { code: "token_missing" });
  return { userId: `~guest-${crypto.randomUUID().replaceAll("-", "")}`, token: null };
}
