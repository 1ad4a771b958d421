-- Tickets: what a hold takes, and what its end gives back.

local function load_ticket(id)
    local json = redis.call('HGET', TICKETS, id)
    return json and cjson.decode(json)
end

-- Gives the JSON that it saved. Its instants are texts: cjson is slow with numbers of 13 digits.
local function save_ticket(t)
    t.updated_ms = now_text
    local json = cjson.encode(t)
    redis.call('HSET', TICKETS, t.id, json)
    return json
end

-- Gives the fingerprint of an order's request, when it was made, by whom, in which session, and its ticket ids.
local function parse_order(line)
    return string.match(line, '^([^,]*),(%d+),([^,]*),([^,]*),(.*)$')
end

local function order_tickets(line)
    local ids = {}
    for id in string.gmatch(line and select(5, parse_order(line)) or '', '[^,]+') do ids[#ids + 1] = id end
    return ids
end

local function mark_seat(ordinal, state)
    redis.call('SETRANGE', SEATMAP, ordinal, state)
    add('states_version', 1)
end

-- Takes a ticket from the live ones of its owner to the past ones. A comma cannot stand in a user id, so neither field
-- can be another person's.
local function retire(t)
    local live = ',' .. redis.call('HGET', OWNERS, t.user) .. ','
    local from, to = string.find(live, ',' .. t.id .. ',', 1, true)
    live = string.sub(live, 2, from) .. string.sub(live, to + 1, -2)
    redis.call('HSET', OWNERS, t.user, (string.gsub(live, ',$', '')))
    local past = redis.call('HGET', OWNERS, t.user .. ',past')
    past = past and past .. ',' .. t.id or t.id
    if #past > PAST_TICKETS * 37 then past = string.sub(past, 38) end
    redis.call('HSET', OWNERS, t.user .. ',past', past)
end

-- Tells a session that `n` of its holds are over; `outcome` names the field that counts how: lost, confirmed or none.
local function close_holds(id, n, outcome)
    local s = load_session(id)
    if not s then return end
    s.held = text(s.held - n)
    if outcome then s[outcome] = text(s[outcome] + n) end
    if s.status == 'a' and s.held == '0' then
        if s.confirmed ~= '0' then return end_session(s, 'c', true) end
        add('browsing', 1)
    end
    save_session(s)
end

-- Adds what a ticket cost to the revenue (1) or takes it away (-1), right behind its entry in the log.
local function earn(t, sign)
    if is_counting then add('revenue', sign * t.price) end
end

-- Puts what a reserved or confirmed ticket took back into the stock. `status` says how it ended: cancelled or expired.
local function release(t, status)
    local was_held = t.status == 'reserved'
    freed = true
    add(was_held and 'held' or 'sold', -1)
    add('available', 1)
    if was_held then redis.call('ZREM', HOLDS, t.id) end
    if t.seat then
        mark_seat(t.seat, 'a')
        redis.call('HDEL', HOLDERS, t.seat)
    end
    t.status = status
    save_ticket(t)
    retire(t)
    record('ticket.' .. status, t.session, t.id .. ',' .. (t.seat or ''))
    if was_held then
        close_holds(t.session, 1, status == 'expired' and 'lost' or nil)
    else
        earn(t, -1)
    end
    swept_holds = swept_holds + 1
end

local OVER = {expired = 'expired', cancelled = 'cancelled'}

-- How a hold has ended that nobody has swept yet, or nil.
local function end_of(t)
    if t.status ~= 'reserved' then return nil end
    if tonumber(t.expires_ms) <= now then return OVER.expired end
    if ev.status == 'cancelled' then return OVER.cancelled end
end

local function touch_ticket(t)
    local status = t and end_of(t)
    if status then release(t, status) end
end

-- Ends the `n` holds that were due first.
local function touch_holds(until_ms, n)
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', HOLDS, '-inf', until_ms, 'LIMIT', 0, n)) do
        touch_ticket(load_ticket(id))
    end
end

local function live_tickets(user)
    local ids = {}
    for id in string.gmatch(redis.call('HGET', OWNERS, user) or '', '[^,]+') do ids[#ids + 1] = id end
    return ids
end

-- All tickets of a person: the live ones, then the last of those that ended.
local function tickets_of(user)
    local ids = live_tickets(user)
    for id in string.gmatch(redis.call('HGET', OWNERS, user .. ',past') or '', '[^,]+') do ids[#ids + 1] = id end
    return ids
end

-- Limits and sessions of a person are judged by what is live now; only a sweep that is behind can have left more.
local function touch_owner(user)
    if not behind then return end
    for _, id in ipairs(live_tickets(user)) do touch_ticket(load_ticket(id)) end
end

local function is_sold_out()
    if ev.available > 0 or ev.held > 0 then return false end
    return (ev.seated == 1 and ev.seat_count or ev.total_tickets) > 0
end

-- What a ticket in this JSON cost if it was ever confirmed, else nil. Not by cjson: what cannot be read cost nothing.
local function paid(json)
    return json and string.find(json, '"confirmed_ms"', 1, true) and string.match(json, '"price": *"(%d+)"')
end

-- Takes the next entries of the log into the revenue, where an older release has left it behind.
local function catch_up_revenue()
    if is_revenue_known() then return end
    local revenue, seq = ev.revenue or 0, nil
    for _, entry in ipairs(redis.call('XRANGE', LOG, text((ev.revenue_seq or 0) + 1) .. '-0', '+', 'COUNT', REVENUE_STEP)) do
        local what, data = entry[2][4], entry[2][8]
        seq = string.match(entry[1], '^%d+')
        local sign = what == 'ticket.confirmed' and 1 or what == 'ticket.cancelled' and -1
        local amount = sign and paid(redis.call('HGET', TICKETS, (string.match(data, '^[^,]*'))))
        if amount then revenue = revenue + sign * amount end
    end
    if not seq then return end
    set('revenue', revenue)
    set('revenue_seq', tonumber(seq))
    is_counting = nil
end
