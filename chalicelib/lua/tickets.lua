#!lua flags=allow-oom
-- Reads a ticket, an order with its tickets, or all that a person has in this event, as they are now.
-- ATOMIC because a hold that is due must be read as expired, and its seat as free, in one step.
-- ARGV: '', ticket or order or user, id of that, 1 if the caller has the role of an organiser else 0
-- RETURNS: ok, event_id, order record or '', ticket JSON ...
-- REFUSALS: event_not_found, ticket_not_found, order_not_found, too_many_requests
local _, kind, id, organiser = unpack(ARGV)
local missing = begin(ARGV[1], STEP)
if missing then return missing end

local order, ids = '', {id}
if kind == 'order' then
    order = redis.call('HGET', ORDERS, id)
    if not order then return refuse('order_not_found') end
    local _, _, user = parse_order(order)
    if not is_mine(user) then return refuse('order_not_found') end
    ids = order_tickets(order)
elseif kind == 'user' then
    ids = tickets_of(id)
end

local reply = {'ok', ev.id, order}
for _, ticket_id in ipairs(ids) do
    local t = load_ticket(ticket_id)
    if not t or not may_handle(t.user, kind == 'ticket' and organiser) then return refuse('ticket_not_found') end
    touch_ticket(t)
    reply[#reply + 1] = cjson.encode(t)
end
commit()
return reply
