/**
 * Where seats are: a plan made of nothing but sections, rows and numbers, the same for everybody.
 *
 * Blocks, one a section, stand on circles around the stage and face it, the first ones nearest. Within a block rows go
 * from the stage outward. The unit of all lengths is the distance of two neighbours in a row.
 */

const ROW_PITCH = 1.2;
const AISLE = 1.2;
const MARGIN = 1.8; // around the seats of a block; the names of rows stand in it
const BAY_GAP = 2.6;
const GAP = 3; // between blocks; the name of a block stands in it
const SEATS_BETWEEN_AISLES = 24;
const LINE_MAX = 60;
const TALL = 5;
const ARC_WIDE = (112 / 180) * Math.PI;
const ARC_TALL = (52 / 180) * Math.PI; // for windows that are higher than wide
const STAGE_ARC = 0.55;
const STEPS = 24;

/**
 * Plan a house: `{ blocks, xs, ys, localXs, localYs, blockOf, stage, bounds }`, the arrays by the ordinal of a seat.
 *
 * A block is `{ section, index, x, y, width, height, cos, sin, rows }`: its middle, its size, and how it is turned; what
 * is local is measured from its middle, along its front and away from the stage. `sections` are those of a layout; a plan
 * that `isTall` has the same blocks, fewer beside each other.
 */
export function plan(sections, seatCount, isTall = false) {
  const [localXs, localYs] = [new Float32Array(seatCount), new Float32Array(seatCount)];
  const blocks = sections.map((section) => arranged(section, localXs, localYs));
  const radius = Math.max(9, 0.45 * Math.sqrt(blocks.reduce((sum, block) => sum + block.width * block.height, 0)));
  for (const tier of tiers(blocks, radius, isTall ? ARC_TALL : ARC_WIDE)) stand(tier);
  const [xs, ys, blockOf] = [new Float32Array(seatCount), new Float32Array(seatCount), new Uint32Array(seatCount)];
  for (const block of blocks) {
    for (const { ordinal } of block.section.seats) {
      [xs[ordinal], ys[ordinal]] = fromLocal(block, localXs[ordinal], localYs[ordinal]);
      blockOf[ordinal] = block.index;
    }
  }
  const stage = stageOf(radius);
  return { blocks, xs, ys, localXs, localYs, blockOf, stage, bounds: boundsOf(blocks, stage) };
}

/** Give the point of the plan that a point of a block is. */
export function fromLocal({ x, y, cos, sin }, localX, localY) {
  return [x + localX * cos - localY * sin, y + localX * sin + localY * cos];
}

/** Give the point of a block that a point of the plan is; see `isWithin` for whether it has it. */
export function toLocal({ x, y, cos, sin }, worldX, worldY) {
  return [(worldX - x) * cos + (worldY - y) * sin, (worldY - y) * cos - (worldX - x) * sin];
}

/** Say whether a local point is one of the block's. */
export function isWithin(block, [localX, localY]) {
  return Math.abs(localX) <= block.width / 2 && Math.abs(localY) <= block.height / 2;
}

function arranged(section, localXs, localYs) {
  const longest = Math.max(LINE_MAX, Math.ceil(2 * Math.sqrt(section.seats.length)));
  const lines = section.rows.flatMap((row) => folded(row, longest));
  const slots = lines.reduce((most, line) => Math.max(most, line.seats.length), 1);
  const bayWidth = spaced(slots - 1, slots, 1) + 1;
  const perBay = Math.ceil(lines.length / baysOf(lines.length * ROW_PITCH, bayWidth));
  const bays = Math.ceil(lines.length / perBay);
  const width = bays * (bayWidth + BAY_GAP) - BAY_GAP + 2 * MARGIN;
  const height = spaced(perBay - 1, perBay, ROW_PITCH) + 1 + 2 * MARGIN;
  const rows = lines.map(({ name, seats }, index) => {
    const left = MARGIN + Math.floor(index / perBay) * (bayWidth + BAY_GAP) - width / 2;
    const y = MARGIN + spaced(index % perBay, perBay, ROW_PITCH) + 0.5 - height / 2;
    const first = Math.floor((slots - seats.length) / 2);
    seats.forEach(({ ordinal }, nth) => {
      localXs[ordinal] = left + spaced(first + nth, slots, 1) + 0.5;
      localYs[ordinal] = y;
    });
    return { name, x: left + spaced(first, slots, 1), y };
  });
  return { section, index: section.index, width, height, rows };
}

/** Where the nth of `count` things is, when each takes `pitch` and aisles part them in equal pieces. */
function spaced(nth, count, pitch) {
  const piece = Math.ceil(count / Math.max(1, Math.round(count / SEATS_BETWEEN_AISLES)));
  return nth * pitch + Math.floor(nth / piece) * AISLE;
}

/** A row that is longer than a block should be wide goes on behind itself, in lines of about the same length. */
function folded({ name, seats }, longest) {
  const size = Math.ceil(seats.length / Math.ceil(seats.length / longest));
  const lines = [];
  for (let start = 0; start < seats.length; start += size) lines.push({ name, seats: seats.slice(start, start + size) });
  return lines;
}

/** A block that would be a mere column, of boxes with one seat for instance, stands in several columns instead. */
function baysOf(height, bayWidth) {
  let bays = 1;
  if (height > TALL * (bayWidth + BAY_GAP)) while (height / bays > 1.5 * bays * (bayWidth + BAY_GAP)) bays += 1;
  return bays;
}

/** As few tiers as the arc allows, and among those the narrowest, so that the last is about as full as the others. */
function tiers(blocks, radius, arcMax) {
  const fewest = filled(blocks, radius, arcMax).length;
  let [low, high] = [0, arcMax];
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (low + high) / 2;
    if (filled(blocks, radius, middle).length > fewest) low = middle;
    else high = middle;
  }
  return filled(blocks, radius, high);
}

function filled(blocks, radius, arcMax) {
  const found = [];
  let tier = { radius, arc: 0, blocks: [], outer: 0 };
  for (const block of blocks) {
    if (tier.blocks.length && tier.arc + wedge(block, tier.radius) > arcMax) {
      found.push(tier);
      tier = { radius: tier.outer + GAP, arc: 0, blocks: [], outer: 0 };
    }
    tier.arc += wedge(block, tier.radius);
    tier.blocks.push(block);
    tier.outer = Math.max(tier.outer, Math.hypot(tier.radius + block.height, block.width / 2));
  }
  return tier.blocks.length ? [...found, tier] : found;
}

/** The angle in which a block stands alone: its front corners are the widest points of it, seen from the stage. */
function wedge({ width }, radius) {
  return 2 * Math.atan((width + GAP) / 2 / radius);
}

function stand({ blocks, radius, arc }) {
  let angle = -arc / 2;
  for (const block of blocks) {
    const half = wedge(block, radius) / 2;
    angle += half;
    const middle = radius + block.height / 2;
    Object.assign(block, { x: middle * Math.sin(angle), y: middle * Math.cos(angle), cos: Math.cos(angle), sin: -Math.sin(angle) });
    angle += half;
  }
}

function stageOf(radius) {
  const front = radius - GAP;
  const halfWidth = front * Math.sin(STAGE_ARC);
  const top = front * Math.cos(STAGE_ARC) - 0.25 * front;
  return { front, arc: STAGE_ARC, halfWidth, top, y: (top + front) / 2 };
}

function boundsOf(blocks, stage) {
  const bounds = { left: -stage.halfWidth, right: stage.halfWidth, top: stage.top, bottom: stage.front };
  for (const block of blocks) {
    for (const [sideX, sideY] of [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) {
      const [x, y] = fromLocal(block, sideX * block.width, sideY * block.height);
      bounds.left = Math.min(bounds.left, x);
      bounds.right = Math.max(bounds.right, x);
      bounds.top = Math.min(bounds.top, y);
      bounds.bottom = Math.max(bounds.bottom, y);
    }
  }
  return bounds;
}
