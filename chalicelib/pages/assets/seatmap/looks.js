/**
 * How a seat looks: a shape for its state and a colour for its price, the same on the map and in the legend.
 */

import { CLASSES_MAX } from "./layout.js";

/** What a shape can say, in the order of the legend; `a` is drawn in the colour of a price class. */
export const SHAPES = ["a", "chosen", "mine", "h", "s", "b"];
const NAMES = ["ground", "paper", "ink", "quiet", "line", "edge", "accent", "on-accent", "good"];
const CLASS_NAMES = Array.from({ length: CLASSES_MAX }, (_, index) => `seat-${index + 1}`);

/** Read the colours of the theme that is on now; `classes` are those of the price classes. */
export function coloursOf(element) {
  const probe = document.createElement("span");
  element.append(probe);
  const read = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = { ...Object.fromEntries(NAMES.map((name) => [name, read(name)])), classes: CLASS_NAMES.map(read) };
  colours.font = getComputedStyle(probe).fontFamily;
  probe.remove();
  return colours;
}

/** Draw a seat into a circle of `size` pixels around a point; `priceClass` is the index of its class. */
export function drawSeat(context, shape, priceClass, x, y, size, colours) {
  context.beginPath();
  context.lineWidth = Math.max(1, size * 0.09);
  context.lineCap = "round";
  DRAW[shape](context, x, y, size, colours, priceClass);
}

const DRAW = {
  a(context, x, y, size, colours, priceClass) {
    context.fillStyle = colours.classes[priceClass];
    context.arc(x, y, size * 0.4, 0, 2 * Math.PI);
    context.fill();
  },
  chosen(context, x, y, size, colours) {
    context.fillStyle = colours.ink;
    context.roundRect(x - size * 0.4, y - size * 0.4, size * 0.8, size * 0.8, size * 0.16);
    context.fill();
    tick(context, x, y, size, colours.paper);
  },
  mine(context, x, y, size, colours) {
    context.fillStyle = colours.good;
    context.moveTo(x, y - size * 0.5);
    for (const [dx, dy] of [[0.5, 0], [0, 0.5], [-0.5, 0]]) context.lineTo(x + dx * size, y + dy * size);
    context.closePath();
    context.fill();
    tick(context, x, y, size * 0.7, colours.paper);
  },
  h(context, x, y, size, colours) {
    context.strokeStyle = colours.edge;
    context.arc(x, y, size * 0.32, 0, 2 * Math.PI);
    context.stroke();
  },
  s(context, x, y, size, colours) {
    context.strokeStyle = colours.edge;
    for (const side of [-0.2, 0.2]) {
      context.moveTo(x + side * size, y - size * 0.2);
      context.lineTo(x - side * size, y + size * 0.2);
    }
    context.stroke();
  },
  b(context, x, y, size, colours) {
    context.strokeStyle = colours.edge;
    context.moveTo(x - size * 0.24, y);
    context.lineTo(x + size * 0.24, y);
    context.stroke();
  },
};

function tick(context, x, y, size, colour) {
  context.beginPath();
  context.strokeStyle = colour;
  context.lineWidth = Math.max(1, size * 0.13);
  context.moveTo(x - size * 0.22, y + size * 0.02);
  context.lineTo(x - size * 0.05, y + size * 0.18);
  context.lineTo(x + size * 0.24, y - size * 0.17);
  context.stroke();
}

/** Make a small picture of a shape, for legends; what it says must stand beside it as a text. */
export function swatch(shape, priceClass, colours) {
  const side = 22;
  const picture = document.createElement("canvas");
  picture.width = picture.height = side * 2;
  picture.className = "seatmap-swatch";
  picture.setAttribute("aria-hidden", "true");
  drawSeat(picture.getContext("2d"), shape, priceClass, side, side, side * 1.8, colours);
  return picture;
}
