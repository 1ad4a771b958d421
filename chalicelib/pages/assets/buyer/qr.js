/**
 * A QR code as SVG, drawn from the library's matrix: black on white in every theme, as scanners want it.
 */

import { encodeQR } from "../vendor/index.js";
import { svg } from "../common/dom.js";

const QUIET_ZONE_MODULES = 4;

/** Draw a text as a QR code, a picture with this title. Each run of dark modules in a row is one stroke of the path. */
export function qr(text, title) {
  const rows = encodeQR(text, "raw", { ecc: "medium", border: QUIET_ZONE_MODULES });
  const size = rows.length;
  return svg("svg", { class: "qr", viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": title, "shape-rendering": "crispEdges" },
    svg("rect", { width: size, height: size, fill: "#fff" }),
    svg("path", { d: rows.flatMap(strokesOf).join(""), fill: "#000" }));
}

function strokesOf(row, y) {
  const strokes = [];
  for (let x = 0; x < row.length; x += 1) {
    if (!row[x]) continue;
    const start = x;
    while (row[x]) x += 1;
    strokes.push(`M${start} ${y}h${x - start}v1H${start}z`);
  }
  return strokes;
}
