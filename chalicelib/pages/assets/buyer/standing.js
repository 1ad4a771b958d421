/**
 * A number of standing tickets.
 */

import { alarm, h, show, write } from "../common/dom.js";
import { money, t } from "../common/i18n.js";
import { busy, refuse } from "../common/parts.js";

/** Make the stepper: from 1 to what the limit and the stock allow. `hold({ quantity })` is its button's. */
export function choice({ event, limit, hold, refill }) {
  let most = Math.min(limit, event.available_tickets);
  const described = { id: "quantity", "aria-describedby": "quantity-hint quantity-error" };
  const field = h("input", { ...described, type: "number", inputmode: "numeric", min: 1, max: most, value: 1, step: 1 });
  const hint = h("p", { class: "hint", id: "quantity-hint" });
  const error = h("p", { class: "field-error", id: "quantity-error", hidden: true });
  const less = step("−", t("checkout.less"), -1);
  const more = step("+", t("checkout.more"), 1);
  const sum = h("p", { class: "figure", role: "status" });
  const place = h("div");
  const buy = h("button", { type: "submit", class: "primary big" }, t("checkout.hold"));
  const form = h("form", { class: "card stack choose", novalidate: true, onsubmit: submit },
    h("div", { class: "spread" }, h("h2", {}, t("checkout.standing")),
      h("span", {}, t("checkout.each", { price: money(event.price, event.currency) }))),
    h("div", {}, h("label", { for: "quantity" }, t("checkout.quantity")), h("div", { class: "stepper" }, less, field, more), hint, error),
    h("div", { class: "spread" }, h("span", {}, t("checkout.sum")), sum), place, buy);
  field.addEventListener("input", update);

  function step(sign, name, by) {
    return h("button", { type: "button", "aria-label": name, onclick: () => {
      field.value = String(Math.min(most, Math.max(1, (Number(field.value) || 0) + by)));
      update();
    } }, sign);
  }

  function chosen() {
    const quantity = Number(field.value);
    return Number.isInteger(quantity) && quantity >= 1 && quantity <= most ? quantity : null;
  }

  function update() {
    const quantity = chosen();
    field.max = String(most);
    field.setAttribute("aria-invalid", String(quantity === null));
    error.hidden = quantity !== null;
    write(error, quantity === null ? t("checkout.quantity_wrong", { n: most }) : "");
    write(hint, t("checkout.limit", { n: limit, left: event.available_tickets }));
    write(sum, money((quantity ?? 0) * event.price, event.currency));
    less.disabled = quantity === 1;
    more.disabled = quantity === most;
  }

  async function submit(given) {
    given.preventDefault();
    const quantity = chosen();
    if (quantity === null) return field.focus();
    return busy(buy, async () => {
      try {
        await hold({ quantity });
      } catch (refusal) {
        await lead(refusal);
      }
    }, place);
  }

  async function lead(refusal) {
    if (refusal.code === "not_enough_tickets") {
      event.available_tickets = refusal.problem.available;
      most = Math.min(limit, event.available_tickets);
      field.value = String(most);
      update();
      const text = t("checkout.not_enough", { n: most });
      show(place, h("p", { class: "notice bad" }, text));
      alarm(text);
      return;
    }
    refuse(place, refusal);
    if (refusal.code === "ticket_limit_reached") await refill();
  }

  if (most < 1) return h("p", { class: "notice" }, t("checkout.none_left"));
  update();
  return form;
}
