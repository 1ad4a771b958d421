/**
 * The sale as it is now and was for the last hour; read every two seconds while somebody can see it.
 */

import { get, pause } from "../common/api.js";
import { h, show, write } from "../common/dom.js";
import { about, compact, money, number, t } from "../common/i18n.js";
import { chart } from "./chart.js";
import { controls } from "./controls.js";
import { lastHour } from "./minutes.js";
import { minorPerMajor } from "./values.js";

const POLL_MS = 2_000;
const FIGURES = ["waiting", "active", "away", "admitted", "available", "held", "sold", "blocked", "revenue", "sell_out"];

/** Draw the view, and keep it up to now until `signal` is aborted. */
export async function draw(place, desk, signal) {
  const figures = Object.fromEntries(FIGURES.map((name) => [name, h("dd", { class: "figure" }, "–")]));
  const charts = chartsOf(desk.event.currency);
  const panel = controls(desk, signal);
  show(place,
    h("dl", { class: "figures" }, FIGURES.map((name) => h("div", { class: "card" }, h("dt", {}, t(`desk.figure.${name}`)), figures[name]))),
    panel.element,
    h("div", { class: "charts" }, charts.map((each) => each.element)));
  while (!signal.aborted) {
    await untilSeen(signal);
    const [{ body: stats }, { body: event }] = await Promise.all([`/events/${desk.id}/stats`, `/events/${desk.id}`].map((path) =>
      get(path, { tries: Infinity, signal })));
    desk.note(event);
    panel.update(event);
    const hour = lastHour(stats, Date.parse(event.created_at));
    for (const [name, text] of Object.entries(texts(stats, event, hour.at(-2)))) {
      write(figures[name], text ?? t("desk.unknown"));
      figures[name].classList.toggle("unknown", text === null);
    }
    for (const each of charts) each.update(hour);
    await pause(POLL_MS, signal);
  }
}

function chartsOf(currency) {
  const amounts = { inWords: (minor) => money(minor, currency), onAxis: (minor) => compact(minor / minorPerMajor(currency)) };
  return [
    chart({ title: t("desk.chart.people"), unit: t("desk.unit.people"), kind: "lines", names: ["waiting", "active"] }),
    chart({ title: t("desk.chart.pace"), unit: t("desk.unit.per_minute"), kind: "bars", names: ["admitted", "sold_per_minute"] }),
    chart({ title: t("desk.chart.stock"), unit: t("desk.unit.tickets"), kind: "lines", names: ["available", "held", "sold"] }),
    chart({ title: t("desk.chart.revenue"), unit: t("desk.unit.revenue", { currency }), kind: "lines", names: ["revenue"], ...amounts }),
  ];
}

function texts(stats, event, before) {
  const { now } = stats;
  const known = (value, inWords) => (value === null || value === undefined ? null : inWords(value));
  return {
    waiting: number(now.waiting), active: number(now.active), away: number(now.away), admitted: known(before.admitted, number),
    available: number(event.available_tickets), held: number(event.held_tickets), sold: number(event.sold_tickets),
    blocked: number(event.blocked_tickets),
    revenue: known(now.revenue, (minor) => money(minor, stats.currency)),
    sell_out: known(stats.sell_out_seconds, (seconds) => (seconds === 0 ? t("desk.sold_out_now") : about(seconds))),
  };
}

/** Wait until the page can be seen; throws when the signal is aborted. */
async function untilSeen(signal) {
  while (document.hidden) {
    await new Promise((resolve, reject) => {
      document.addEventListener("visibilitychange", resolve, { once: true, signal });
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }
}
