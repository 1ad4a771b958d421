#!lua flags=allow-oom
-- Confirms or cancels a ticket, or the reserved tickets of an order, all or nothing; a repeat gives the same answer.
-- ATOMIC because a hold is live until its exact deadline, and its seat, counters and session change together.
-- ARGV: '', confirm or cancel, ticket or order, id of that, payment reference or '', 1 if the caller has the role of an
--       organiser else 0: they may cancel a ticket of their event
-- RETURNS: ok, 1 if anything changed else 0, event_id, order record or '', ticket JSON ...
-- REFUSALS: event_not_found, event_archived, ticket_not_found, order_not_found, hold_expired, ticket_cancelled, event_cancelled,
--           event_ended, order_confirmed, already_checked_in, too_many_requests
local _, action, kind, id, payment_reference, organiser = unpack(ARGV)
local missing = begin_to_change(ARGV[1], STEP, FIELDS.settle)
if missing then return missing end

local order, tickets, json = '', {}, {}
if kind == 'order' then
    order = redis.call('HGET', ORDERS, id)
    if not order then return refuse('order_not_found') end
    local _, _, user, _, ticket_ids = parse_order(order)
    if not is_mine(user) then return refuse('order_not_found') end
    for ticket_id in string.gmatch(ticket_ids, '[^,]+') do
        tickets[#tickets + 1] = load_ticket(ticket_id)
    end
else
    tickets[1] = load_ticket(id)
    local t = tickets[1]
    if not t or not may_handle(t.user, action == 'cancel' and organiser) then return refuse('ticket_not_found') end
end

local reserved, count, checked_in_ms = {}, {reserved = 0, confirmed = 0, cancelled = 0, expired = 0}, nil
for _, t in ipairs(tickets) do
    touch_ticket(t)
    count[t.status] = count[t.status] + 1
    checked_in_ms = checked_in_ms or t.checked_in_ms
    if t.status == 'reserved' then reserved[#reserved + 1] = t end
end

if action == 'confirm' then
    if count.expired > 0 then return refuse('hold_expired') end
    if #reserved == 0 and count.confirmed == 0 then
        return refuse(ev.status == 'cancelled' and 'event_cancelled' or 'ticket_cancelled')
    end
    for _, t in ipairs(reserved) do
        t.status, t.confirmed_ms = 'confirmed', now_text
        if payment_reference ~= '' then t.payment_reference = payment_reference end
        json[t.id] = save_ticket(t)
        redis.call('ZREM', HOLDS, t.id)
        add('held', -1)
        add('sold', 1)
        if t.seat then mark_seat(t.seat, 's') end
        record('ticket.confirmed', t.session, t.id .. ',' .. (t.seat or ''))
        earn(t, 1)
        close_holds(t.session, 1, 'confirmed')
    end
    -- A repeat writes too, or WAIT behind it would vouch for nothing: the first confirm may still be on its way to the
    -- disk or the replica, sent on another connection.
    set('last_ms', now)
    if #reserved > 0 and is_sold_out() then record('event.sold_out', 'server', '') end
else
    local ending = kind == 'ticket' and count.confirmed > 0 and tickets or reserved
    if #ending == 0 then
        if kind == 'order' and count.confirmed > 0 and count.cancelled == 0 then
            if checked_in_ms then return refuse('already_checked_in', checked_in_ms) end
            return refuse('order_confirmed')
        end
        if count.cancelled == 0 then return refuse('hold_expired') end
    end
    if kind == 'ticket' and checked_in_ms then return refuse('already_checked_in', checked_in_ms) end
    if #ending > 0 and now >= ev.end_ms then return refuse('event_ended') end
    for _, t in ipairs(ending) do release(t, 'cancelled') end
    reserved = ending
end

if freed then done() else commit() end
local reply = {'ok', #reserved > 0 and 1 or 0, ev.id, order}
for i, t in ipairs(tickets) do reply[4 + i] = json[t.id] or cjson.encode(t) end
return reply
