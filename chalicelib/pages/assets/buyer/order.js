/**
 * All tickets of an order.
 */

import { get } from "../common/api.js";
import { ticketPage } from "./ticketpage.js";

const id = location.pathname.split("/")[2];
await ticketPage(id, async () => (await get(`/orders/${id}`, { tries: Infinity })).body.tickets);
