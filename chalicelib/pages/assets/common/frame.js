/**
 * What stands around every page: the way to the other pages, the languages, and a word when the service is not reached.
 */

import { onReach } from "./api.js";
import { announce, h, show } from "./dom.js";
import { LANGUAGES, choose, language, t } from "./i18n.js";

const WAYS = { buyer: [["/", "nav.events"], ["/tickets", "nav.tickets"]], desk: [["/desk", "nav.desk"], ["/", "nav.shop"]] };

/**
 * Draw the frame and give the place for the page's own content. `side` is buyer or desk, `title` the first part of the
 * tab's name.
 */
export function frame(side, title) {
  entitle(title);
  const main = document.getElementById("main");
  const skip = h("a", { class: "skip", href: "#main" }, t("nav.skip"));
  const offline = h("p", { class: "offline", hidden: true, role: "status" });
  show(
    document.getElementById("header"),
    h("a", { class: "brand", href: side === "desk" ? "/desk" : "/" }, h("img", { src: new URL("./icon.svg", import.meta.url).href, alt: "", width: 24, height: 24 }), t("brand")),
    h("nav", { "aria-label": t("nav.label") }, WAYS[side].map(([href, key]) => way(href, t(key)))),
  );
  show(document.getElementById("footer"), h("div", { class: "languages", role: "group", "aria-label": t("nav.language") },
    Object.entries(LANGUAGES).map(([tag, name]) => languageButton(tag, name))));
  if (!document.querySelector(".skip")) document.body.prepend(skip, offline);
  onReach((reached) => {
    offline.hidden = reached;
    offline.textContent = reached ? "" : t(`offline.${side}`);
    if (reached) announce(t("offline.back"));
  });
  return main;
}

/** Name the tab. */
export function entitle(title) {
  document.title = title ? `${title} · ${t("brand")}` : t("brand");
}

function way(href, name) {
  return h("a", { href, "aria-current": location.pathname === href ? "page" : null }, name);
}

function languageButton(tag, name) {
  const isChosen = tag === language;
  return h("button", { type: "button", class: "link", lang: tag, "aria-pressed": String(isChosen), onclick: () => choose(tag) }, name);
}
