/**
 * The door: codes come from the camera, the keyboard or a hand scanner; each is checked in, and the answer is shown large.
 */

import { get, onReach } from "../common/api.js";
import { serverNow } from "../common/clock.js";
import { alarm, h, show, write } from "../common/dom.js";
import { entitle, frame } from "../common/frame.js";
import { dateTime, t } from "../common/i18n.js";
import { signIn } from "../common/identity.js";
import { button, refuse } from "../common/parts.js";
import { scan as look } from "../door/camera.js";
import { checkIn } from "../door/checkin.js";
import { isOn, play, switchTo } from "../door/sound.js";
import { line, panel, spoken } from "../door/verdict.js";
import { signedIn } from "./signin.js";

const SAME_SCAN_MS = 3000; // a code that was out of sight for less is the same one, still held there
const LINES_MAX = 20;
const eventId = location.pathname.split("/")[2].toLowerCase();
const COUNTED = `ticketing.door.${eventId}`;

const main = frame("desk", t("door.title"));
await signedIn(main);
const scans = [];
let isReached = true;
const seenMs = new Map(); // when each code was last there

const answer = h("div");
const again = h("div");
const field = h("input", { id: "code", autocomplete: "off", autocapitalize: "none", spellcheck: "false", enterkeyhint: "go",
  "aria-describedby": "code-hint code-error" });
const error = h("p", { class: "field-error", id: "code-error", hidden: true });
const count = h("span", { class: "figure" });
const list = h("ol", { class: "scans" });

try {
  const { body: event } = await get(`/events/${eventId}`, { tries: Infinity });
  entitle(`${event.name} · ${t("door.title")}`);
  draw(event);
} catch (refusal) {
  refuse(main, refusal);
}

function draw(event) {
  const form = h("form", { class: "stack", novalidate: true, onsubmit: typed },
    h("div", {}, h("label", { for: "code" }, t("door.code")), field, error,
      h("p", { class: "hint", id: "code-hint" }, t("door.code_hint"))),
    h("button", { class: "big" }, t("door.check")));
  show(main,
    h("p", {}, h("a", { href: `/desk/${eventId}` }, t("door.back"))),
    h("h1", {}, event.name),
    h("p", { class: "quiet" }, [dateTime(event.start_time), event.venue].filter(Boolean).join(" · ")),
    h("div", { class: "door" },
      h("section", { class: "stack", "aria-label": t("door.answer") }, answer, again, cameraPart()),
      h("section", { class: "stack", "aria-label": t("door.by_hand") }, form,
        h("p", { class: "card spread" }, h("span", {}, count, h("span", { class: "quiet" }, " ", t("door.counted"))), soundPart()),
        h("h2", {}, t("door.list")), list)));
  onReach((reached) => { isReached = reached; redraw(); });
  redraw();
  document.addEventListener("keydown", towardsField);
  if (matchMedia("(pointer: fine)").matches) field.focus(); // a phone would cover half of the page with its keyboard
}

/** A hand scanner types wherever the focus is: what begins elsewhere goes on in the field. */
function towardsField({ key, target, ctrlKey, metaKey, altKey }) {
  const isText = key.length === 1 && key !== " " && !ctrlKey && !metaKey && !altKey;
  if (isText && !target.matches("input")) field.focus();
}

function redraw() {
  show(answer, panel(scans[0], isReached));
  show(list, scans.map(line));
  write(count, String(letIn()));
}

function typed(event) {
  event.preventDefault();
  const code = field.value.trim();
  error.hidden = code !== "";
  error.textContent = code ? "" : t("door.empty");
  if (code) field.removeAttribute("aria-invalid");
  else field.setAttribute("aria-invalid", "true");
  if (code) check(code);
  field.value = "";
  field.focus();
}

/** Check a code in, unless it was there a moment ago or still waits; the answer to the latest is the large one. */
async function check(code) {
  const nowMs = performance.now();
  const isSame = nowMs - (seenMs.get(code) ?? -Infinity) < SAME_SCAN_MS || scans.some((scan) => scan.code === code && !scan.outcome);
  seenMs.set(code, nowMs);
  if (isSame) return;
  const scan = { code, atMs: serverNow(), outcome: null };
  scans.unshift(scan);
  scans.length = Math.min(scans.length, LINES_MAX);
  redraw();
  scan.outcome = await checkIn(code, eventId);
  if (scan.outcome.verdict === "in") localStorage.setItem(COUNTED, String(letIn() + 1));
  redraw();
  play(scan.outcome.verdict);
  alarm(spoken(scan));
  const isOfToken = scan.outcome.refusal?.status === 401;
  show(again, isOfToken && button(t("door.sign_in"), signInAgain, { kind: "big" }));
}

function signInAgain() {
  signIn(null);
  location.reload();
}

function letIn() {
  return Number(localStorage.getItem(COUNTED) ?? 0);
}

function cameraPart() {
  const trouble = h("div");
  const video = h("video", { class: "camera", muted: true, playsinline: true, hidden: true, "aria-label": t("door.camera") });
  let stop = null;
  const toggle = button(t("door.camera_start"), async () => {
    show(trouble);
    if (stop) stop();
    stop = stop ? null : await start();
    video.hidden = !stop;
    write(toggle, t(stop ? "door.camera_stop" : "door.camera_start"));
  }, { kind: "big primary" });
  async function start() {
    video.hidden = false;
    try {
      return await look(video, check);
    } catch (refused) {
      const reasons = { NotAllowedError: "refused", NotFoundError: "none" };
      const text = t(`door.camera_${reasons[refused.name] ?? "busy"}`);
      show(trouble, h("p", { class: "notice" }, text));
      alarm(text);
      field.focus();
      return null;
    }
  }
  return h("div", { class: "stack" }, toggle, trouble, video);
}

function soundPart() {
  const toggle = h("button", { type: "button", "aria-pressed": String(isOn()), onclick: () => {
    switchTo(!isOn());
    toggle.setAttribute("aria-pressed", String(isOn()));
    play("in");
  } }, t("door.sound"));
  return toggle;
}
