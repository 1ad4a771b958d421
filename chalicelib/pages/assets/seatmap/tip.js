/**
 * What is pointed at, in words: beside it, and in the corner the section that is in the middle.
 */

import { h, show, write } from "../common/dom.js";
import { money, t } from "../common/i18n.js";
import { prices } from "./overview.js";
import { nameAndState } from "./words.js";

/**
 * Make the words of a scene: `{ elements, place, words }`.
 *
 * `place()` puts them where they belong now, `words({ block, seat })` gives the same as one sentence, to be said.
 */
export function tipOf(scene) {
  const tip = h("div", { class: "seatmap-tip", "aria-hidden": "true", hidden: true });
  const where = h("p", { class: "seatmap-where", "aria-hidden": "true", hidden: true });

  function place() {
    const { camera, plan } = scene;
    const middle = camera.showsSeats && !camera.isWhole ? scene.blockAt([camera.x, camera.y]) : null;
    write(where, middle?.section.name ?? "");
    where.hidden = !middle;
    const focused = scene.isFocused ? scene.cursor : null;
    const seat = camera.showsSeats ? scene.pointed ?? focused?.seat : null;
    const block = camera.showsSeats ? null : scene.under ?? focused?.block;
    tip.hidden = !seat && !block;
    if (seat) put(seatLines(seat), plan.xs[seat.ordinal], plan.ys[seat.ordinal]);
    else if (block) put(blockLines(block), block.x, block.y);
  }

  /** Above the point, or below it where there is no room. */
  function put([name, ...lines], worldX, worldY) {
    const { camera } = scene;
    show(tip, h("strong", {}, name), lines.map((line) => h("span", {}, line)));
    const [x, y] = camera.toScreen(worldX, worldY);
    const away = Math.max(12, camera.scale * 0.7);
    const top = y - away - tip.offsetHeight;
    const left = Math.min(Math.max(4, x - tip.offsetWidth / 2), camera.width - tip.offsetWidth - 4);
    tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top > 4 ? top : y + away)}px)`;
  }

  function seatLines(seat) {
    const shape = scene.shapeOf(seat);
    const price = money(seat.price, scene.layout.currency);
    return [seat.section, t("seats.place", seat), shape === "a" ? price : `${price} · ${t(`seats.state.${shape}`)}`];
  }

  function blockLines({ section }) {
    const free = scene.left(section).reduce((sum, count) => sum + count, 0);
    return [section.name, prices(section, scene.layout.currency), t("seats.free", { n: free })];
  }

  function words({ block, seat }) {
    if (seat) return nameAndState(seat, scene.shapeOf(seat), scene.layout.currency);
    const [section, price, free] = blockLines(block);
    return t("seats.block", { section, prices: price, free });
  }

  return { elements: [where, tip], place, words };
}
