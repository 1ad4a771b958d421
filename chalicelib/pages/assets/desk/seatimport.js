/**
 * A CSV of seats: chosen or dropped, checked line by line, and sent only when nothing in it is wrong.
 */

import { call, get } from "../common/api.js";
import { announce, focusOn, h, show } from "../common/dom.js";
import { t } from "../common/i18n.js";
import { busy, button, refuse, sentence } from "../common/parts.js";
import { layoutOf } from "./layout.js";
import { checkSeats, textOf } from "./seatfile.js";
import { table } from "./table.js";
import { progressBar, upload } from "./upload.js";

const SHOWN_MAX = 200;

/** Make the panel; `onAdded()` is called when seats came in. What a reload interrupted is named, so that it can go on. */
export function importPanel(desk, signal, onAdded) {
  const memory = `ticketing.import:${desk.id}`;
  const result = h("div", { class: "stack" });
  const input = h("input", { type: "file", id: "seat-file", class: "unseen", accept: ".csv,.txt,text/csv",
    "aria-describedby": "seat-file-hint", onchange: () => take(input.files[0]) });
  const drop = h("label", { class: "drop", for: "seat-file", ondragover: (event) => event.preventDefault(), ondrop },
    t("desk.import.file"), input);
  const before = JSON.parse(sessionStorage.getItem(memory) ?? "null");
  if (before) show(result, h("p", { class: "notice" }, t("desk.import.interrupted", before)));
  return h("section", { class: "card stack" }, h("h4", {}, t("desk.import.title")),
    h("p", { class: "hint", id: "seat-file-hint" }, t("desk.import.hint")), drop, result);

  function ondrop(event) {
    event.preventDefault();
    if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
  }

  async function take(file) {
    if (!file) return;
    await busy(input, () => check(file), result);
    input.value = ""; // the same file may be chosen again, once it is mended
  }

  async function check(file) {
    show(result, h("p", { class: "quiet" }, t("desk.import.checking", { name: file.name })));
    desk.note((await get(`/events/${desk.id}`, { tries: Infinity, signal })).body);
    const layout = desk.event.seat_count ? await layoutOf(desk.event, signal) : [];
    const checked = await checkSeats(await textOf(file), { event: desk.event, layout });
    if (checked.errors.length) showErrors(file.name, checked.errors);
    else offer(file.name, checked);
  }

  function showErrors(name, errors) {
    const said = t("desk.import.errors", { n: errors.length, name });
    const title = h("p", { class: "notice bad" }, said);
    show(result, title,
      table(t("desk.import.table"), [t("desk.import.line"), t("desk.import.problem")],
        errors.slice(0, SHOWN_MAX).map(({ line, text }) => [line, text])),
      errors.length > SHOWN_MAX && h("p", { class: "hint" }, t("desk.import.more", { n: errors.length - SHOWN_MAX })));
    focusOn(title);
  }

  function offer(name, checked) {
    const { seats, unused, known } = checked;
    const needed = desk.event.seat_count + seats.length;
    const said = h("p", { class: "notice" }, t("desk.import.ready", { n: seats.length, known }));
    const trouble = h("div");
    const go = () => button(t("desk.import.go", { n: seats.length }), () => send(name, seats), { kind: "primary", place: trouble });
    show(result, said, unused.length > 0 && h("p", { class: "hint" }, t("desk.import.unused", { names: unused.join(", ") })),
      needed > desk.event.total_tickets ? tooMany(needed, () => offer(name, checked), trouble) : seats.length > 0 && go(),
      trouble);
    focusOn(said);
  }

  function tooMany(needed, goOn, trouble) {
    return [h("p", { class: "notice bad" }, t("desk.import.over", { needed, total: desk.event.total_tickets })),
      button(t("desk.import.raise", { n: needed }), async () => {
        desk.note((await call("PUT", `/events/${desk.id}`, { body: { total_tickets: needed }, signal })).body);
        goOn();
      }, { kind: "primary", place: trouble })];
  }

  async function send(name, seats) {
    const total = seats.length;
    const bar = progressBar(t("desk.upload.of", { name }), total);
    const remember = (done) => sessionStorage.setItem(memory, JSON.stringify({ name, done, total }));
    show(result, bar.element);
    remember(0);
    try {
      const { count, skipped } = await upload(desk.id, seats, { onProgress: (done) => { bar.at(done); remember(done); }, signal });
      sessionStorage.removeItem(memory);
      const said = h("p", { class: "good" }, t("desk.upload.done", { count, skipped }));
      await onAdded();
      show(result, said);
      announce(said.textContent);
      focusOn(said);
    } catch (refusal) {
      if (refusal.index === undefined) refuse(result, refusal);
      else showErrors(name, [{ line: seats[refusal.index].line, text: sentence(refusal) }]);
    }
  }
}
