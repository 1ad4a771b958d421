/**
 * Pieces of blocks, painted once at a few sizes and then only copied: moving the map paints no seat anew.
 */

import { drawSeat } from "./looks.js";

const TILE = 16; // the side of a piece, in seats
const SIZES = [4, 8, 16, 32, 64]; // of a seat, in device pixels
const SEATS_PER_FRAME = 2_000;
const PIXELS_MAX = 16_000_000;
const NUMBERED_FROM = 22; // CSS pixels a seat
const UPRIGHT_FROM = 16; // device pixels a seat
const NUMBER_MAX = 4; // letters that can be read in it
const STAMPS_MAX = 3_000;

/** Give the size in which seats are painted that are shown with `wanted` device pixels: hardly ever enlarged. */
export function sizeFor(wanted) {
  return SIZES.find((size) => size * 1.12 >= wanted) ?? SIZES.at(-1);
}

/** Cut the blocks of a plan: each gets `tiles`, `{ block, left, top, width, height, seats, pictures }`, in local units. */
export function cut({ blocks, localXs, localYs }) {
  const tileOf = new Array(localXs.length);
  for (const block of blocks) {
    const found = new Map();
    const columns = Math.ceil(block.width / TILE);
    for (const seat of block.section.seats) {
      const column = Math.floor((localXs[seat.ordinal] + block.width / 2) / TILE);
      const line = Math.floor((localYs[seat.ordinal] + block.height / 2) / TILE);
      const key = line * columns + column;
      if (!found.has(key)) found.set(key, { block, seats: [], pictures: new Map(), seen: 0 });
      found.get(key).seats.push(seat);
      tileOf[seat.ordinal] = found.get(key);
    }
    block.tiles = [...found.values()];
    for (const tile of block.tiles) measure(tile, localXs, localYs);
  }
  return tileOf;
}

function measure(tile, localXs, localYs) {
  const edges = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { ordinal } of tile.seats) {
    edges.left = Math.min(edges.left, localXs[ordinal] - 0.5);
    edges.top = Math.min(edges.top, localYs[ordinal] - 0.5);
    edges.right = Math.max(edges.right, localXs[ordinal] + 0.5);
    edges.bottom = Math.max(edges.bottom, localYs[ordinal] + 0.5);
  }
  Object.assign(tile, { left: edges.left, top: edges.top, width: edges.right - edges.left, height: edges.bottom - edges.top });
}

/** The pictures of tiles. `lookOf(seat)` gives `{ shape, priceClass, isDim }`, `scene` has the plan and the colours. */
export class Pictures {
  constructor(scene, lookOf) {
    Object.assign(this, { scene, lookOf, kept: new Set(), pixels: 0, frame: 0, left: 0, stamps: new Map() });
  }

  /** A frame begins, in which only so many seats are painted; `isLate` then says that some have to wait for the next. */
  begin() {
    this.frame += 1;
    this.left = SEATS_PER_FRAME;
    this.isLate = false;
  }

  /** Give the picture of a tile with so many device pixels a seat; if there is no time to paint it, another or none. */
  of(tile, size) {
    tile.seen = this.frame;
    const there = tile.pictures.get(size);
    if (there) return there;
    if (this.left <= 0) {
      this.isLate = true;
      return [...tile.pictures.values()].at(-1);
    }
    this.left -= tile.seats.length;
    const picture = new OffscreenCanvas(Math.ceil(tile.width * size), Math.ceil(tile.height * size));
    tile.pictures.set(size, picture);
    this.kept.add(tile);
    this.pixels += picture.width * picture.height;
    const context = picture.getContext("2d");
    for (const seat of tile.seats) this.paint(context, tile, seat, size);
    if (this.pixels > PIXELS_MAX) this.forget((other, itsSize) => other.seen < this.frame - 1 || itsSize !== size);
    return picture;
  }

  /** Paint seats that changed, in the pictures that there are. */
  touch(seats, tileOf) {
    for (const seat of seats) {
      const tile = tileOf[seat.ordinal];
      for (const [size, picture] of tile.pictures) {
        const context = picture.getContext("2d");
        context.clearRect(...this.cell(tile, seat, size), size, size);
        this.paint(context, tile, seat, size);
      }
    }
  }

  /** Forget everything: other colours, another filter. */
  clear() {
    this.stamps.clear();
    this.forget(() => true);
  }

  forget(isOld) {
    for (const tile of this.kept) {
      for (const [size, picture] of tile.pictures) {
        if (!isOld(tile, size)) continue;
        this.pixels -= picture.width * picture.height;
        tile.pictures.delete(size);
      }
      if (!tile.pictures.size) this.kept.delete(tile);
    }
  }

  cell(tile, { ordinal }, size) {
    const { localXs, localYs } = this.scene.plan;
    return [Math.round((localXs[ordinal] - 0.5 - tile.left) * size), Math.round((localYs[ordinal] - 0.5 - tile.top) * size)];
  }

  paint(context, tile, seat, size) {
    const look = this.lookOf(seat);
    const isNumbered = look.shape === "a" && !look.isDim && size / devicePixelRatio >= NUMBERED_FROM && seat.number.length <= NUMBER_MAX;
    const angle = size < UPRIGHT_FROM ? 0 : Math.atan2(tile.block.sin, tile.block.cos);
    context.drawImage(this.stamp(look, isNumbered ? seat.number : "", size, angle), ...this.cell(tile, seat, size));
  }

  /** Give a seat to be copied. It stands upright in a block that is turned by `angle`, so that its shape is what it is. */
  stamp({ shape, priceClass, isDim }, number, size, angle) {
    const key = `${shape}${shape === "a" ? priceClass : ""} ${isDim} ${size} ${angle.toFixed(2)} ${number}`;
    let stamp = this.stamps.get(key);
    if (stamp) return stamp;
    if (this.stamps.size > STAMPS_MAX) this.stamps.clear();
    stamp = new OffscreenCanvas(size, size);
    this.stamps.set(key, stamp);
    const context = stamp.getContext("2d");
    const { colours } = this.scene;
    context.translate(size / 2, size / 2);
    context.rotate(-angle);
    context.globalAlpha = isDim ? 0.2 : 1;
    drawSeat(context, shape, priceClass, 0, 0, size, colours);
    if (!number) return stamp;
    context.font = `600 ${Math.round(size * (number.length > 2 ? 0.3 : 0.4))}px ${colours.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = colours.paper;
    context.fillText(number, 0, size * 0.03, size * 0.72);
    return stamp;
  }
}
