/**
 * One ticket, by its own address.
 */

import { get } from "../common/api.js";
import { ticketPage } from "./ticketpage.js";

const id = location.pathname.split("/")[2];
await ticketPage(id, async () => [(await get(`/tickets/${id}`, { tries: Infinity })).body]);
