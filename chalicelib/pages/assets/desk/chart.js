/**
 * Charts of an hour: lines or bars by minute, the values of each minute on hover or by a slider, and as a table.
 */

import { h, show, svg, write } from "../common/dom.js";
import { compact, number, t, timeOfDay } from "../common/i18n.js";
import { table } from "./table.js";

const HEIGHT = 200;
const MARGIN = { left: 46, right: 10, top: 10, bottom: 26 };
const WIDE = 420;
const LINES_MAX = 4;

/**
 * Make a chart: `{ element, update }`; `kind` is lines, of at most three `names` of values of a minute, or bars, of two.
 *
 * `inWords` writes a value, `onAxis` does so in short. `update(hour)` shows minutes as `lastHour` gives them. A value of
 * null is a gap. It draws to the pixels that it has.
 */
export function chart({ title, unit, kind, names, inWords = number, onAxis = compact }) {
  const picture = svg("svg", { class: "chart", "aria-hidden": "true", height: HEIGHT, onpointermove: point });
  const slider = h("input", { type: "range", class: "chart-minute", min: 0, max: 59, value: 59, oninput: tell,
    "aria-label": t("desk.chart.minute", { title }) });
  const cursor = svg("g");
  const told = h("p", { class: "told" });
  const rows = h("div");
  const details = h("details", { ontoggle: fillTable }, h("summary", {}, t("desk.chart.table")), rows);
  const legend = h("ul", { class: "legend plain" }, names.map((name, index) =>
    h("li", {}, svg("svg", { class: "key", width: 24, height: 12, "aria-hidden": "true" }, keyOf(kind, index)), t(`desk.figure.${name}`))));
  const element = h("figure", { class: "card chart-card" }, h("figcaption", {}, h("h3", {}, title), h("span", { class: "quiet" }, unit)),
    legend, picture, slider, told, details);
  let hour = [];
  new ResizeObserver(drawAll).observe(element);

  function update(minutes) {
    if (JSON.stringify(minutes) === JSON.stringify(hour)) return;
    hour = minutes;
    drawAll();
    fillTable();
  }

  function drawAll() {
    const width = picture.clientWidth;
    if (!width || !hour.length) return;
    const scale = scaleOf(hour, names, width);
    show(picture, axes(hour, scale, onAxis), names.map((name, index) => shapes(kind, hour, name, index, scale)), cursor);
    tell();
  }

  function tell() {
    const minute = hour[slider.value];
    if (!minute) return;
    const values = names.map((name) => `${t(`desk.figure.${name}`)} ${valueOf(minute[name], inWords)}`);
    const text = [timeOfDay(minute.at), ...values].join(" · ");
    write(told, text);
    slider.setAttribute("aria-valuetext", text);
    const x = scaleOf(hour, names, picture.clientWidth).x(Number(slider.value));
    show(cursor, svg("line", { class: "cursor", x1: x, x2: x, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }));
  }

  function point(event) {
    const { left, width } = picture.getBoundingClientRect();
    const share = (event.clientX - left - MARGIN.left) / (width - MARGIN.left - MARGIN.right);
    slider.value = Math.floor(share * hour.length);
    tell();
  }

  function fillTable() {
    if (!details.open) return;
    show(rows, table(title, [t("desk.chart.time"), ...names.map((name) => t(`desk.figure.${name}`))],
      hour.toReversed().map((minute) => [timeOfDay(minute.at), ...names.map((name) => valueOf(minute[name], inWords))])));
  }

  return { element, update };
}

function valueOf(value, inWords) {
  return value === null ? t("desk.unknown") : inWords(value);
}

function scaleOf(hour, names, width) {
  const most = Math.max(1, ...hour.flatMap((minute) => names.map((name) => minute[name] ?? 0)));
  const step = stepOf(most);
  const top = Math.ceil(most / step) * step;
  const slot = (width - MARGIN.left - MARGIN.right) / hour.length;
  return {
    width, step, top, slot,
    x: (index) => MARGIN.left + (index + 0.5) * slot,
    y: (value) => MARGIN.top + (1 - Math.max(0, value) / top) * (HEIGHT - MARGIN.top - MARGIN.bottom),
  };
}

/** Give the distance of the lines: a 1, 2 or 5 with zeros, so that there are few of them. */
function stepOf(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return [0.1, 0.2, 0.5, 1, 2, 5].map((part) => part * power).find((step) => step >= 1 && most / step <= LINES_MAX);
}

function axes(hour, { width, step, top, x, y }, onAxis) {
  const values = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step);
  const everyMinutes = width < WIDE ? 30 : 15;
  const times = hour.map(({ at }, index) => ({ at, index })).filter(({ at }) => new Date(at).getMinutes() % everyMinutes === 0);
  return [
    values.map((value) => [
      svg("line", { class: "grid-line", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value) }),
      svg("text", { x: MARGIN.left - 6, y: y(value) + 4, "text-anchor": "end" }, onAxis(value)),
    ]),
    times.map(({ at, index }) =>
      svg("text", { x: x(index), y: HEIGHT - 6, "text-anchor": index < hour.length - 5 ? "middle" : "end" }, timeOfDay(at))),
  ];
}

function shapes(kind, hour, name, index, scale) {
  return kind === "bars" ? bars(hour, name, index, scale) : [svg("path", { class: `line line-${index}`, d: pathOf(hour, name, scale) })];
}

function pathOf(hour, name, { x, y }) {
  let isDown = false;
  return hour.map((minute, index) => {
    if (minute[name] === null) {
      isDown = false;
      return "";
    }
    const place = `${x(index).toFixed(1)} ${y(minute[name]).toFixed(1)}`;
    const step = isDown ? `L${place}` : `M${place}h0`; // h0: a dot, should nothing follow
    isDown = true;
    return step;
  }).join("");
}

function bars(hour, name, index, { x, y, slot }) {
  const wide = Math.max(1, slot * 0.4);
  return hour.map((minute, at) => minute[name] > 0 && svg("rect", {
    class: `bar bar-${index}`, x: x(at) + (index - 1) * wide, width: wide, y: y(minute[name]), height: y(0) - y(minute[name]),
  }));
}

function keyOf(kind, index) {
  return kind === "bars" ? svg("rect", { class: `bar bar-${index}`, x: 6, y: 1, width: 12, height: 10 })
    : svg("path", { class: `line line-${index}`, d: "M0 6H24" });
}
