#!lua
-- Holds one or more tickets for an admitted person, all or nothing, until hold_seconds from now.
-- ATOMIC because "these seats are free, and this person may have them" is true only in the step that takes them.
-- ARGV: event_id, user_id, session_id or alias, 1 if that is an alias else 0, order_id, fingerprint of the request,
--       n, n fresh ticket ids, then n seat ordinals or none
-- RETURNS: ok, 1 if this made the order else 0, 1 if this is an order made before, event_id, order_id, order record,
--          ticket JSON ...
-- REFUSALS: event_not_found, event_archived, event_cancelled, event_ended, event_not_on_sale, session_not_found,
--           session_not_active, session_ended, hold_limit_reached, seat_required, event_not_seated, seat_not_found, seat_taken,
--           ticket_limit_reached, not_enough_tickets, sold_out, idempotency_key_reused, too_many_requests
local event_id, user, session_ref, is_alias, order_id, fingerprint, n = unpack(ARGV, 1, 7)
n = tonumber(n)
assert(n >= 1 and n % 1 == 0) -- fails here, before a write
local missing = begin_to_change(event_id, STEP, FIELDS.purchase)
if missing then return missing end

local json = {}
local function reply(made, replayed, id, order, tickets)
    done()
    local answer = {'ok', made, replayed, ev.id, id, order}
    for i, t in ipairs(tickets) do answer[6 + i] = json[t.id] or cjson.encode(t) end
    return answer
end

local before = redis.call('HGET', ORDERS, order_id)
if before then
    local was, _, _, _, ids = parse_order(before)
    if was ~= fingerprint then return refuse('idempotency_key_reused') end
    local tickets = {}
    for id in string.gmatch(ids, '[^,]+') do
        tickets[#tickets + 1] = load_ticket(id)
        touch_ticket(tickets[#tickets])
    end
    -- Our own retry brings the ticket ids that its first try stored: it made the order.
    return reply(string.find(ids, ARGV[8], 1, true) and 1 or 0, 1, order_id, before, tickets)
end

local why = closed()
if why then return refuse(why) end
touch_owner(user)
local s = load_session(is_alias == '1' and redis.call('HGET', ENTRIES, user) or session_ref)
if not s or s.user ~= user or (is_alias == '1' and s.alias ~= session_ref) then return refuse('session_not_found') end
touch_session(s)
if s.status == 'w' then return refuse('session_not_active') end
if s.status ~= 'a' then return refuse('session_ended') end

local seats = {unpack(ARGV, 8 + n)}
if ev.seated == 1 and #seats == 0 then return refuse('seat_required') end
if ev.seated ~= 1 and #seats > 0 then return refuse('event_not_seated') end
local tickets, mine, taken = {}, 0, {}
for i, ordinal in ipairs(seats) do
    local state = redis.call('GETRANGE', SEATMAP, ordinal, ordinal)
    if state == '' or string.find(ordinal, '%D') then return refuse('seat_not_found', ordinal) end
    local holder = state == 'h' and load_ticket(redis.call('HGET', HOLDERS, ordinal))
    touch_ticket(holder)
    if holder and holder.status == 'reserved' and holder.session == s.id then
        tickets[i], mine = holder, mine + 1
    elseif state ~= 'a' and not (holder and holder.status ~= 'reserved') then
        taken[#taken + 1] = ordinal
    end
end
if #taken > 0 then return refuse('seat_taken', unpack(taken)) end

-- A seat that this session holds already is that ticket again, and counts for no limit.
local wanted, live = n - mine, live_tickets(user)
if wanted > 0 and tonumber(s.lost) >= 2 then return refuse('hold_limit_reached') end
if wanted > 0 and #live + wanted > ev.max_tickets_per_user then return refuse('ticket_limit_reached') end
if ev.seated ~= 1 then
    if behind and ev.available < n then touch_holds(now, n - ev.available) end
    if is_sold_out() then return refuse('sold_out') end
    if ev.available < n then return refuse('not_enough_tickets', ev.available) end
end

if claim(s) and wanted == 0 then save_session(s) end
local expires_ms, ids, owned = now + ev.hold_ms, {}, #live
local expires = text(expires_ms)
for i = 1, n do
    local t, ordinal = tickets[i], seats[i]
    if not t then
        t = {
            id = ARGV[8 + #live - owned], order = order_id, session = s.id, user = user, status = 'reserved',
            currency = ev.currency, issued_ms = now_text, expires_ms = expires,
        }
        if not ordinal then
            t.price = text(ev.price)
        else
            t.seat = ordinal
            local section, row, number, price =
                string.match(redis.call('HGET', SEATS, ordinal), '^([^\31]*)\31([^\31]*)\31([^\31]*)\31(%d+)$')
            t.section, t.row, t.number, t.price = section, row, number, price
            mark_seat(ordinal, 'h')
            redis.call('HSET', HOLDERS, ordinal, t.id)
        end
        json[t.id] = save_ticket(t)
        redis.call('ZADD', HOLDS, expires, t.id)
        record('ticket.reserved', s.id, t.id .. ',' .. (ordinal or ''))
        live[#live + 1], tickets[i] = t.id, t
    end
    ids[i] = t.id
end
if wanted > 0 then
    redis.call('HSET', OWNERS, user, table.concat(live, ','))
    add('available', -wanted)
    add('held', wanted)
    if s.held == '0' then add('browsing', -1) end
    s.held, s.seen = text(s.held + wanted), now_text
    save_session(s)
    due(expires_ms)
end
ids = table.concat(ids, ',')
-- When nothing is new and these are the tickets of one order, it is that order again. Not with a key: the key must find
-- its order again whatever becomes of the tickets.
local again = wanted == 0 and fingerprint == '' and redis.call('HGET', ORDERS, tickets[1].order)
if again and select(5, parse_order(again)) == ids then
    return reply(0, 0, tickets[1].order, again, tickets)
end
local order = table.concat({fingerprint, now_text, user, s.id, ids}, ',')
redis.call('HSET', ORDERS, order_id, order)
return reply(1, 0, order_id, order, tickets)
