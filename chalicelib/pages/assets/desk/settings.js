/**
 * What may be changed of an event, and how it is called off or removed.
 */

import { call } from "../common/api.js";
import { announce, h, show } from "../common/dom.js";
import { t } from "../common/i18n.js";
import { ask, busy, button } from "../common/parts.js";
import { drawGroups, eventBody, eventFields } from "./eventfields.js";
import { field, readFields, refuseFields } from "./form.js";

/** Draw the view. Only what was changed is sent, so that two desks do not undo each other. */
export async function draw(place, desk, signal) {
  const { body: event } = await call("GET", `/events/${desk.id}`, { tries: Infinity, signal });
  desk.note(event);
  show(place, settingsForm(desk, signal), danger(desk, signal));
}

function settingsForm(desk, signal) {
  const { all, groups, named } = eventFields(desk.event);
  const place = h("div");
  const send = h("button", { type: "submit", class: "primary" }, t("desk.save"));
  freeze(named, desk.event);
  return h("form", { class: "stack", novalidate: true, onsubmit }, drawGroups(groups, ["room"]), send, place);

  async function onsubmit(submitted) {
    submitted.preventDefault();
    for (const one of all) one.complain("");
    const isOther = named.currency.isChanged(); // then the price is another amount, though it reads the same
    const body = readFields(all.filter((one) => one.isChanged() || (isOther && one.name === "price")));
    if (!body) return;
    await busy(send, async () => {
      try {
        await save(eventBody(body));
      } catch (refusal) {
        if (!refusal.code) throw refusal;
        refuseFields(all, refusal, place);
      }
    }, place);
  }

  async function save(body) {
    if (!Object.keys(body).length) {
      say(place, t("desk.unchanged"));
      return;
    }
    const answer = await call("PUT", `/events/${desk.id}`, { body, signal });
    desk.note(answer.body);
    for (const one of all) one.settle();
    freeze(named, desk.event);
    say(place, t("desk.saved"));
  }
}

function say(place, text) {
  show(place, h("p", { class: "good" }, text));
  announce(text);
}

/** Grey out what the service would refuse to change by now. */
function freeze(named, event) {
  named.is_seated_event.control.disabled = event.seat_count > 0 || event.opened_at !== null;
  named.currency.control.disabled = event.sold_tickets + event.held_tickets > 0;
  named.sale_starts_at.control.disabled = event.opened_at !== null && event.sale_starts_at !== null;
}

function danger(desk, signal) {
  const place = h("div");
  const name = field({ name: "confirm_name", kind: "text", length: 200, isRequired: true });
  const cancel = button(t("desk.cancel.go"), async () => {
    if (!readFields([name])) return;
    if (name.control.value.trim() !== desk.event.name.trim()) {
      name.complain(t("desk.cancel.other_name"));
      name.control.focus();
      return;
    }
    desk.note((await call("PUT", `/events/${desk.id}`, { body: { status: "cancelled" }, signal })).body);
    update();
    say(place, t("desk.cancel.done"));
  }, { kind: "danger", place });
  const remove = button(t("desk.delete.go"), async () => {
    if (!await ask(t("desk.delete.really", { name: desk.event.name }))) return;
    await call("DELETE", `/events/${desk.id}`, { signal });
    location.assign("/desk");
  }, { kind: "danger", place });
  const cancelling = h("div", { class: "stack" }, h("p", {}, t("desk.cancel.hint")), name.element, cancel);
  function update() {
    cancelling.hidden = desk.event.status === "cancelled";
  }
  update();
  return h("section", { class: "card stack danger-zone" }, h("h3", {}, t("desk.danger")), cancelling,
    h("div", { class: "stack" }, h("p", {}, t("desk.delete.hint")), remove), place);
}
