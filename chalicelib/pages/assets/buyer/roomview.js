/**
 * The waiting room on the screen: where one stands, how long it may take, and what happens meanwhile.
 */

import { announce, h, write } from "../common/dom.js";
import { about, countdown, number, t } from "../common/i18n.js";
import { ask, button } from "../common/parts.js";
import { soundIsOn, switchSound } from "./chime.js";
import { progress } from "./room.js";

const SAID_EVERY_MS = 20_000;
const IN_LINE = new Set(["waiting", "paused", "standby"]);

/** Show the room of a sale; `update(screen)` brings it up to now. */
export function roomView(sale) {
  const { event, visit } = sale;
  const heading = h("h1");
  const lead = h("p");
  const message = h("p", { class: "notice" });
  const figure = h("p", { class: "place" });
  const label = h("p", { class: "quiet", id: "place-label" });
  const bar = h("progress", { max: 100, "aria-labelledby": "line-label" });
  const line = h("div", {}, h("p", { class: "unseen", id: "line-label" }, t("room.progress")), bar);
  const ahead = h("p", {});
  const note = h("p", { class: "quiet" });
  const advice = h("p", { class: "quiet" });
  const place = h("div");
  let saidMs = -Infinity;
  let said = null;

  /** Say what is new at once, and a new place now and then. */
  function say(screen, text) {
    const nowMs = performance.now();
    const isNew = said !== null && said.state !== screen.state;
    if (said === null) said = { state: screen.state, text: null };
    if (!isNew && (text === said.text || nowMs - saidMs < SAID_EVERY_MS)) return;
    announce(isNew ? `${heading.textContent}. ${lead.textContent}` : text);
    saidMs = nowMs;
    said = { state: screen.state, text };
  }

  function update(screen) {
    const { state, placeAtMost } = screen;
    const inLine = IN_LINE.has(state);
    const kept = progress(visit.kept.line, inLine ? placeAtMost : null);
    if (kept && kept.percent !== visit.kept.line?.percent) visit.keep({ line: kept });
    write(heading, t(`room.${state}.title`));
    write(lead, leadOf(event, screen));
    write(message, screen.message ? t("room.message", { message: screen.message }) : "");
    message.hidden = !screen.message;
    figure.classList.toggle("long", state === "lobby");
    figure.hidden = label.hidden = !inLine && state !== "lobby";
    write(figure, state === "lobby" ? opening(screen) : placeAtMost === null ? "–" : number(placeAtMost));
    write(label, t(state === "lobby" ? "room.opens_in" : placeAtMost === null ? "room.place_unknown" : "room.place"));
    line.hidden = !inLine || !kept;
    bar.value = kept?.percent ?? 0;
    write(ahead, inLine && placeAtMost !== null ? t("room.ahead", { n: placeAtMost - 1 }) + estimate(screen) : "");
    write(note, screen.mode === "closed" && inLine ? t("room.closed") : "");
    write(advice, adviceOf(event, state));
    sale.entitle(inLine && placeAtMost !== null ? `${number(placeAtMost)} · ${event.name}` : event.name);
    say(screen, inLine && placeAtMost !== null ? t("room.said", { n: placeAtMost }) : lead.textContent);
  }

  const element = h("article", { class: "card room stack" },
    h("p", { class: "quiet eyebrow" }, event.name),
    heading, lead, message, h("div", { class: "standing" }, label, figure, ahead), line, note, advice,
    h("div", { class: "row" }, soundButton(), button(t("room.leave"), () => leave(sale), { kind: "danger", place }),
      h("a", { class: "button", href: "/" }, t("room.others"))), place);
  return { element, heading, title: event.name, update };
}

async function leave(sale) {
  const question = sale.screen.state === "lobby" ? "room.leave_lobby_question" : "room.leave_question";
  if (await ask(t(question), { yes: t("room.leave_yes"), no: t("room.leave_no") })) await sale.leave();
}

function soundButton() {
  const made = h("button", { type: "button", class: "toggle", "aria-pressed": String(soundIsOn()), onclick: () => {
    switchSound(!soundIsOn());
    made.setAttribute("aria-pressed", String(soundIsOn()));
  } }, t("room.sound"));
  return made;
}

function leadOf(event, { state, mayReturn }) {
  if (state === "lobby") return t(event.queue_mode === "fifo" ? "room.lobby.fifo" : "room.lobby.draw");
  return t(`room.${state}.text`, { n: mayReturn ?? 0 });
}

function adviceOf(event, state) {
  if (state === "lobby") return t("room.advice_lobby");
  return IN_LINE.has(state) ? t("room.advice", { n: Math.max(1, Math.round(event.abandon_seconds / 60)) }) : "";
}

function opening({ opensInMs }) {
  return opensInMs === null ? "–" : countdown(opensInMs);
}

function estimate({ estimateSeconds }) {
  return estimateSeconds === null ? "" : ` · ${t("room.estimate", { time: about(estimateSeconds) })}`;
}
