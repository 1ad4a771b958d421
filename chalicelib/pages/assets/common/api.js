/**
 * The API, as the pages speak it. Every command may be sent twice, so what got no answer is sent again.
 */

import { noteServerTime } from "./clock.js";

const PREFIX = "/api/v1";
const TRIES_MAX = 6;
const ANSWER_MS_MAX = 30_000; // a network that went away may say nothing at all
const NO_ANSWER_MS = [500, 1000, 2000, 4000, 4000];

let bearer = async () => null;
const listeners = new Set();
let reached = true;

/** What the service answers instead of doing what was asked; `code` is its word, `problem` the whole document. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.title ?? problem.code);
    this.status = status;
    this.code = problem.code ?? "internal_error";
    this.problem = problem;
  }
}

/** Have every request carry a token; `give` promises it, or null for none. */
export function authenticateWith(give) {
  bearer = give;
}

/** Hear whether the service can be reached: `listener(false)` when it cannot, `listener(true)` when it can again. */
export function onReach(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Send a request and give `{ status, body, etag, link }`; a 304 has no body.
 *
 * Without an answer, or on 429 and 503, it waits (as the service says, if it does) and sends the same again, `tries`
 * times in all; with `tries: Infinity` until `signal` is aborted. Throws a Refusal: the service's, or `offline` when no
 * try had an answer. `key` is an Idempotency-Key, `etag` what the caller has.
 */
export async function call(method, path, { body, key, etag, signal, tries = TRIES_MAX } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    const [answer, refusal] = await once(method, path, { body, key, etag, signal });
    if (answer) return answer;
    const again = refusal.code === "offline" || refusal.status === 429 || refusal.status === 503;
    if (!again || attempt >= tries) throw refusal;
    await pause(refusal.retryAfterMs ?? NO_ANSWER_MS[Math.min(attempt, NO_ANSWER_MS.length) - 1], signal);
  }
}

export const get = (path, options) => call("GET", path, options);
export const post = (path, body, options) => call("POST", path, { ...options, body: body ?? {} });

/** Give every page of a list: `read(body)` takes the items of one, `next_cursor` or Link name the next. */
export async function* pagesOf(path, options) {
  for (let next = path; next; ) {
    const { body, link } = await get(next, options);
    yield body;
    const cursor = body.next_cursor ? `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(body.next_cursor)}` : null;
    next = cursor ?? link;
  }
}

/** Wait; throws when the signal is aborted. It wakes early when the network comes back. */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      signal?.removeEventListener("abort", stop);
      resolve();
    }
    function stop() {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      reject(signal.reason);
    }
    window.addEventListener("online", done);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

async function once(method, path, { body, key, etag, signal }) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (etag) headers["If-None-Match"] = etag;
  const token = await bearer();
  if (token) headers.Authorization = `Bearer ${token}`;
  const cache = etag ? "no-store" : "default"; // with an ETag of our own the browser's cache would hide a 304
  const patience = AbortSignal.timeout(ANSWER_MS_MAX);
  const ending = signal ? AbortSignal.any([signal, patience]) : patience;
  let answer;
  let said;
  try {
    answer = await fetch(PREFIX + path, { method, headers, body: body && JSON.stringify(body), signal: ending, cache });
    said = answer.status === 204 || answer.status === 304 ? null : await answer.json();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (!answer) noteReach(false);
    return [null, new Refusal(0, { code: "offline" })];
  }
  noteReach(true);
  if (said?.server_time) noteServerTime(said.server_time);
  if (answer.ok || answer.status === 304) {
    return [{ status: answer.status, body: said, etag: answer.headers.get("ETag"), link: nextOf(answer) }, null];
  }
  const refusal = new Refusal(answer.status, said);
  const after = Number(answer.headers.get("Retry-After"));
  if (after) refusal.retryAfterMs = after * 1000;
  return [null, refusal];
}

function nextOf(answer) {
  const match = /<([^>]+)>; rel="next"/.exec(answer.headers.get("Link") ?? "");
  return match ? match[1].slice(PREFIX.length) : null;
}

function noteReach(now) {
  if (now === reached) return;
  reached = now;
  for (const listener of listeners) listener(now);
}
