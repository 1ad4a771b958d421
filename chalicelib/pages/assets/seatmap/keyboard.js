/**
 * The map under a keyboard: a cursor that goes from block to block, or, from near, from seat to seat.
 */

import { SEATS_FROM } from "./camera.js";

const ZOOM = 1.6;
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NEAR = 4 * SEATS_FROM;

/**
 * Make what moves the cursor, `scene.cursor`, `{ block, seat }`, seat only where seats are shown.
 *
 * `settle()` puts the cursor where something is to be seen; `onKey(event)` follows a key and says whether it was one of
 * the map's. `onCursor()` is called when the cursor is elsewhere, `choose(seat, event)` when Enter or Space was pressed.
 */
export function keyboard(scene, { onCursor, choose }) {
  const { camera } = scene;

  function settle() {
    const { blocks } = scene.plan;
    if (!blocks.length) return;
    const block = scene.cursor?.block ?? blocks.find((one) => !scene.isDim(one.section)) ?? blocks[0];
    if (!camera.showsSeats) scene.cursor = { block };
    else if (!scene.cursor?.seat) scene.cursor = { block, seat: firstOf(block) ?? block.section.seats[0] };
    camera.reveal(placeOf(scene.cursor));
    onCursor();
  }

  function firstOf({ section }) {
    return section.seats.find((seat) => scene.matches(seat) && seat.state === "a") ?? section.seats.find(scene.matches);
  }

  function placeOf({ block, seat }) {
    return seat ? [scene.plan.xs[seat.ordinal], scene.plan.ys[seat.ordinal]] : [block.x, block.y];
  }

  function put(seat) {
    if (!seat) return;
    scene.cursor = { block: scene.plan.blocks[scene.plan.blockOf[seat.ordinal]], seat };
    camera.reveal(placeOf(scene.cursor));
    onCursor();
  }

  function move(way) {
    const { block, seat } = scene.cursor;
    if (!seat) {
      const next = toward([block.x, block.y], way, scene.plan.blocks.filter((one) => one !== block && !scene.isDim(one.section)),
        (one) => [one.x, one.y]);
      if (next) scene.cursor = { block: next };
      camera.reveal(placeOf(scene.cursor));
      onCursor();
      return;
    }
    put((way[0] ? alongRow(block, seat, way[0]) : acrossRows(block, seat, way[1])) ?? beyond(block, seat, way));
  }

  function alongRow(block, seat, step) {
    const row = rowOf(block, seat);
    for (let nth = row.indexOf(seat) + step; row[nth]; nth += step) if (scene.matches(row[nth])) return row[nth];
    return null;
  }

  function acrossRows(block, seat, step) {
    const { rows } = block.section;
    const { localXs } = scene.plan;
    for (let nth = rows.findIndex((row) => row.name === seat.row) + step; rows[nth]; nth += step) {
      const near = nearest(rows[nth].seats.filter(scene.matches), (one) => Math.abs(localXs[one.ordinal] - localXs[seat.ordinal]));
      if (near) return near;
    }
    return null;
  }

  function beyond(block, seat, way) {
    const others = scene.layout.seats.filter((one) => scene.plan.blockOf[one.ordinal] !== block.index && scene.matches(one));
    return toward(placeOf({ seat }), way, others, (one) => placeOf({ seat: one }));
  }

  function act(event) {
    const { block, seat } = scene.cursor;
    if (seat) {
      choose(seat, event);
      return;
    }
    const first = firstOf(block);
    camera.approach(first ? placeOf({ seat: first }) : [block.x, block.y], block.width, block.height, NEAR);
    scene.cursor = { block, seat: first ?? block.section.seats[0] };
    onCursor();
  }

  function zoom(factor) {
    camera.zoom(factor, ...camera.toScreen(...placeOf(scene.cursor)));
    settle();
  }

  function toRowEnd(nth) {
    const { block, seat } = scene.cursor;
    if (seat) put(rowOf(block, seat).filter(scene.matches).at(nth));
  }

  const keys = {
    Enter: act,
    " ": act,
    "+": () => zoom(ZOOM),
    "=": () => zoom(ZOOM),
    "-": () => zoom(1 / ZOOM),
    Home: () => toRowEnd(0),
    End: () => toRowEnd(-1),
    Escape: () => { camera.goWhole(); settle(); },
  };

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !scene.plan.blocks.length) return false;
    if (!scene.cursor) settle();
    if (WAYS[event.key]) move(WAYS[event.key]);
    else if (keys[event.key]) keys[event.key](event);
    else return false;
    return true;
  }

  return { settle, onKey };
}

function rowOf({ section }, seat) {
  return section.rows.find((row) => row.name === seat.row).seats;
}

/** Of some things the nearest in a direction: what lies aside counts double. */
function toward([x, y], [wayX, wayY], things, placeOf) {
  return nearest(things, (thing) => {
    const [dx, dy] = [placeOf(thing)[0] - x, placeOf(thing)[1] - y];
    const [ahead, aside] = [dx * wayX + dy * wayY, Math.abs(dx * wayY) + Math.abs(dy * wayX)];
    return ahead > aside * 0.3 && ahead > 0.1 ? ahead + 2 * aside : Infinity;
  });
}

function nearest(things, distanceOf) {
  let [found, best] = [null, Infinity];
  for (const thing of things) {
    const distance = distanceOf(thing);
    if (distance < best) [found, best] = [thing, distance];
  }
  return found;
}
