/**
 * The request that holds what was chosen, once, whatever happens to the network or the page meanwhile.
 */

import { post } from "../common/api.js";
import { noteServerTime } from "../common/clock.js";
import { buyer } from "../common/identity.js";

/**
 * Hold `{ quantity }` or `{ seat_ids }`; without either, what was wished for before a reload. Gives the order to the sale, or
 * throws a Refusal, and then nothing is held. It outlives the view that asked: an order that came through in the last
 * moment of a turn is still an order.
 */
export async function hold(sale, what) {
  if (what) {
    const order = { event_id: sale.event.id, user_id: (await buyer()).userId, session_id: sale.visit.kept.sessionId, ...what };
    sale.visit.wish = { key: crypto.randomUUID(), order };
  }
  const { key, order } = sale.visit.wish;
  try {
    const { body } = await post("/orders", order, { key, tries: Infinity });
    noteServerTime(body.created_at);
    sale.take(body);
  } catch (refusal) {
    if (refusal.code?.startsWith?.("session_")) sale.poller?.askNow();
    throw refusal;
  } finally {
    sale.visit.wish = null;
  }
}
