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
    if was_held then close_holds(t.session, 1, status == 'expired' and 'lost' or nil) end
    swept_holds = swept_holds + 1
end

local function touch_ticket(t)
    if not t or t.status ~= 'reserved' then return end
    if tonumber(t.expires_ms) <= now then
        release(t, 'expired')
    elseif ev.status == 'cancelled' then
        release(t, 'cancelled')
    end
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

-- Limits and sessions of a person are judged by what is live now; only a sweep that is behind can have left more.
local function touch_owner(user)
    if not behind then return end
    for _, id in ipairs(live_tickets(user)) do touch_ticket(load_ticket(id)) end
end

local function is_sold_out()
    if ev.available > 0 or ev.held > 0 then return false end
    return (ev.seated == 1 and ev.seat_count or ev.total_tickets) > 0
end
