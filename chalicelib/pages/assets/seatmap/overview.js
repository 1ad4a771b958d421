/**
 * A block from afar: how much of it is free, in the colours of its prices, with its name, prices and number.
 */

import { money, t } from "../common/i18n.js";

const LINE_PX = 16;
const SMALLEST_PX = 18; // narrower than this a text says nothing,
const ENOUGH_PX = 56; // and than this prices and numbers do not
const TINT = 0.34;

/** Draw a block; the context is turned to it, `pixel` is a CSS pixel in its units. `left` are its free seats by class. */
export function drawBlock(context, { block, left, colours, isDim, isUnder }, pixel) {
  const { width, height, section } = block;
  const [right, bottom] = [width / 2, height / 2];
  context.globalAlpha = isDim ? 0.4 : 1;
  context.fillStyle = colours.paper;
  context.beginPath();
  context.roundRect(-right, -bottom, width, height, 1.2);
  context.fill();
  let level = bottom;
  context.globalAlpha = isDim ? 0.08 : TINT;
  for (let priceClass = left.length - 1; priceClass >= 0; priceClass -= 1) { // the dearest are in front, as a rule
    const share = (left[priceClass] / section.seats.length) * height;
    context.fillStyle = colours.classes[priceClass];
    context.fillRect(-right, level - share, width, share);
    level -= share;
  }
  context.globalAlpha = isDim ? 0.4 : 1;
  context.strokeStyle = isUnder ? colours.accent : colours.edge;
  context.lineWidth = (isUnder ? 3 : 1) * pixel;
  context.stroke();
  context.globalAlpha = 1;
}

/** Write onto a block what fits; the context is turned to it, in CSS pixels, of which a seat takes `scale`. */
export function writeBlock(context, { block, left, currency, colours, isDim }, scale) {
  const room = block.width * scale - 5;
  const lineCount = Math.floor((block.height * scale - 4) / LINE_PX);
  if (room < SMALLEST_PX || lineCount < 1) return;
  const free = left.reduce((sum, count) => sum + count, 0);
  const small = `400 12px ${colours.font}`;
  const lines = [[small, t("seats.free", { n: free })], [small, prices(block.section, currency)]];
  const shown = room < ENOUGH_PX ? [] : lines.slice(0, lineCount - 1).reverse();
  context.fillStyle = isDim ? colours.quiet : colours.ink;
  context.font = `700 ${room < ENOUGH_PX ? 11 : 13}px ${colours.font}`;
  const top = (-shown.length / 2) * LINE_PX;
  context.fillText(nameThatFits(context, block.section, room), 0, top);
  shown.forEach(([font, text], nth) => {
    context.font = font;
    context.fillText(cutTo(context, text, room), 0, top + (nth + 1) * LINE_PX);
  });
}

/** Of a section that is one of many such as Block 112 the number alone, where there is no room for more. */
export function nameThatFits(context, { name, short }, room) {
  return context.measureText(name).width <= room ? name : cutTo(context, short, room);
}

/** Write the prices of a section or a class, one or from and to. */
export function prices({ min, max }, currency) {
  return min === max ? money(min, currency) : `${money(min, currency)} – ${money(max, currency)}`;
}

/** Give as much of a text as fits, with a sign that it goes on; nothing if that would say nothing. */
export function cutTo(context, text, room) {
  const width = context.measureText(text).width;
  if (width <= room) return text;
  const length = Math.floor((text.length * room) / width) - 1;
  return length < 2 ? "" : `${text.slice(0, length).trimEnd()}…`;
}
