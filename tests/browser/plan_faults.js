async (houses) => {
  const base = document.querySelector("script[type=module]").src.replace(/buyer\/.*/, "");
  const { layoutOf } = await import(`${base}seatmap/layout.js`);
  const { fromLocal, isWithin, plan, toLocal } = await import(`${base}seatmap/geometry.js`);
  const ROOM = 0.999; // of each seat, in a plan of floats

  const layout = (seats) => layoutOf({ event_id: "9f3a61b0-7c2e-8000-8000-000000000000", layout_version: 1, currency: "USD", seats });
  const cornersOf = (block) => [[-1, -1], [1, -1], [1, 1], [-1, 1]]
    .map(([x, y]) => fromLocal(block, (x * block.width) / 2, (y * block.height) / 2));

  /** Two rectangles are apart when all corners of one lie beyond an edge of the other. */
  function areApart(one, other) {
    return [[one, other], [other, one]].some(([still, moved]) => {
      const corners = cornersOf(moved).map(([x, y]) => toLocal(still, x, y));
      return [[0, still.width / 2], [1, still.height / 2]].some(([axis, edge]) =>
        corners.every((corner) => corner[axis] >= edge) || corners.every((corner) => corner[axis] <= -edge));
    });
  }

  function* faultsOf(name, seats, isTall) {
    const { sections } = layout(seats);
    const made = plan(sections, seats.length, isTall);
    const again = plan(layout(seats).sections, seats.length, isTall);
    if (made.xs.some((x, i) => x !== again.xs[i] || made.ys[i] !== again.ys[i])) yield `${name}: another plan the second time`;
    const shown = sections.flatMap((section) => section.rows.flatMap((row) => row.seats.map((seat) => seat.ordinal)));
    if (new Set(shown).size !== seats.length || shown.length !== seats.length) yield `${name}: a seat is missing or there twice`;
    for (const block of made.blocks) {
      for (const { ordinal } of block.section.seats) {
        if (!isWithin(block, toLocal(block, made.xs[ordinal], made.ys[ordinal]))) yield `${name}: seat ${ordinal} is outside its block`;
        if (made.blockOf[ordinal] !== block.index) yield `${name}: seat ${ordinal} is of another block`;
      }
    }
    for (const [nth, one] of made.blocks.entries()) {
      for (const other of made.blocks.slice(nth + 1)) {
        if (!areApart(one, other)) yield `${name}: blocks ${one.index} and ${other.index} overlap`;
      }
      if (isWithin(one, toLocal(one, 0, made.stage.y)) || isWithin(one, toLocal(one, made.stage.halfWidth, made.stage.top))) {
        yield `${name}: block ${one.index} stands on the stage`;
      }
    }
    yield* seatFaults(name, made);
  }

  function* seatFaults(name, { xs, ys, bounds }) {
    const order = Array.from(xs.keys()).sort((one, other) => xs[one] - xs[other]);
    for (const [nth, one] of order.entries()) {
      for (let next = nth + 1; next < order.length && xs[order[next]] - xs[one] < ROOM; next += 1) {
        const other = order[next];
        if (Math.hypot(xs[other] - xs[one], ys[other] - ys[one]) < ROOM) yield `${name}: seats ${one} and ${other} overlap`;
      }
    }
    const isOut = (x, y) => x < bounds.left || x > bounds.right || y < bounds.top || y > bounds.bottom;
    if (xs.some((x, i) => isOut(x, ys[i]))) yield `${name}: a seat is outside the plan`;
  }

  /** The seats of a house, `[[section, [seats of each row]]]`, as the API gives them. */
  function seatsOf(house) {
    return house.flatMap(([section, rows]) => rows.flatMap((length, row) =>
      Array.from({ length }, (_, nth) => [section, String(row + 1), String(nth + 1), 5000])));
  }

  return Object.entries(houses).flatMap(([name, house]) =>
    [false, true].flatMap((isTall) => [...faultsOf(name, seatsOf(house), isTall)].slice(0, 3)));
}
