/**
 * The end of a turn or of a place: what happened, and what can be done now.
 */

import { h } from "../common/dom.js";
import { t } from "../common/i18n.js";
import { button } from "../common/parts.js";

/** Show how a session ended; `state` is completed, expired, left or abandoned. */
export function farewell(sale, state) {
  const heading = h("h1", {}, t(`room.${state}.title`));
  const place = h("div");
  const [name, kind] = state === "completed" ? ["room.more", ""] : ["room.again", "primary"];
  const element = h("article", { class: "card room stack" },
    h("p", { class: "quiet eyebrow" }, sale.event.name),
    heading,
    h("p", {}, t(`room.${state}.text`)),
    h("div", { class: "row" },
      state === "completed" && h("a", { class: "button primary", href: "/tickets" }, t("nav.tickets")),
      button(t(name), () => sale.join(), { kind, place }),
      h("a", { class: "button", href: "/" }, t("room.others"))),
    place);
  return { element, heading, title: sale.event.name, update() {} };
}
