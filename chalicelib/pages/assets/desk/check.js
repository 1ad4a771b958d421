/**
 * Does the event add up? It is counted again, and what differs is named and can be mended.
 */

import { get, post } from "../common/api.js";
import { announce, h, show } from "../common/dom.js";
import { has, shortDateTime, t } from "../common/i18n.js";
import { ask, button } from "../common/parts.js";
import { table } from "./table.js";

/** Draw the view; nothing is counted before somebody asks for it. */
export async function draw(place, desk, signal) {
  const trouble = h("div");
  const result = h("div", { class: "stack" });
  const check = button(t("desk.check.go"), async () => {
    tell((await get(`/events/${desk.id}/integrity`, { signal })).body);
  }, { kind: "primary", place: trouble });
  show(place, h("p", {}, t("desk.check.hint")), h("div", { class: "row" }, check), trouble, result);

  function tell(integrity, said = null) {
    const isFine = integrity.status === "ok";
    const summary = isFine ? t("desk.check.fine") : t("desk.check.differs", { n: integrity.differences_total });
    show(result, said && h("p", { class: "good" }, said),
      h("p", { class: isFine ? "notice" : "notice bad" }, summary),
      h("p", { class: "hint" }, t("desk.check.looked_at", {
        ...integrity.looked_at, at: shortDateTime(integrity.checked_at),
      })),
      !isFine && differences(integrity),
      integrity.differences.some(({ repairable }) => repairable) && button(t("desk.check.repair"), repair, { place: trouble }));
    announce([said, summary].filter(Boolean).join(" "));
  }

  async function repair() {
    if (!await ask(t("desk.check.repair_really"))) return;
    const { body } = await post(`/events/${desk.id}/repair`, {}, { signal });
    tell(body.integrity, t("desk.check.repaired", { n: body.repaired.length }));
  }
}

function differences({ differences: found }) {
  return table(t("desk.check.table"), ["what", "where", "stored", "counted", "repairable"].map((name) => t(`desk.check.${name}`)),
    found.map(({ what, where, stored, counted, repairable }) => {
      const name = `desk.difference.${what}`; // the common ones have a text; of the others an engineer knows the word
      return [has(name) ? t(name) : what, where, stored ?? "–", counted ?? "–", t(repairable ? "ask.yes" : "ask.no")];
    }));
}
