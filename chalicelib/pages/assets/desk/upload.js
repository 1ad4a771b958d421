/**
 * Seats on their way to the service, a page at a time. What was interrupted is sent again: seats that are there are skipped.
 */

import { post } from "../common/api.js";
import { announce, h, write } from "../common/dom.js";
import { t } from "../common/i18n.js";

const PAGE = 500;

/**
 * Add seats to an event; gives `{ count, skipped }`, how many were new and how many there already.
 *
 * It waits out a lost network. `onProgress(sent)` hears of each page. Throws the Refusal of the service, with `index`, the
 * place among `seats` of the first one that is refused, where the service names one.
 */
export async function upload(eventId, seats, { onProgress, signal }) {
  const sum = { count: 0, skipped: 0 };
  for (let start = 0; start < seats.length; start += PAGE) {
    const page = seats.slice(start, start + PAGE).map(({ section, row, number, price }) => ({ section, row, number, price }));
    try {
      const { body } = await post(`/events/${eventId}/seats`, { seats: page }, { tries: Infinity, signal });
      sum.count += body.count;
      sum.skipped += body.skipped;
    } catch (refusal) {
      const named = /^seats\[(\d+)\]/.exec(refusal.problem?.errors?.[0]?.field ?? "");
      if (named) refusal.index = start + Number(named[1]);
      throw refusal;
    }
    onProgress(Math.min(start + PAGE, seats.length));
  }
  return sum;
}

/** Make a progress bar of a job, `{ element, at }`; each quarter of `total` is said, too. */
export function progressBar(label, total) {
  const bar = h("progress", { max: Math.max(total, 1), value: 0, "aria-label": label });
  const text = h("p", { class: "quiet" }, t("desk.progress", { n: 0, total }));
  let quarter = 0;
  return {
    element: h("div", { class: "card" }, h("p", {}, label), bar, text),
    at(n) {
      bar.value = n;
      write(text, t("desk.progress", { n, total }));
      if (Math.floor(4 * n / total) > quarter) announce(text.textContent);
      quarter = Math.floor(4 * n / total);
    },
  };
}
