#!lua flags=allow-oom
-- Puts another name in the place of a person's, in one step for these objects and for all that is live of theirs.
-- ATOMIC because an owner, the tickets of that owner and the person's place must always agree.
-- ARGV: event_id, look or write, user_id, the name that stands there from now on, then session or ticket or order, id of
--       that ... (at most 2,000 objects; what is not this person's is left alone). A look only says whether it is allowed.
-- RETURNS: ok, sessions, tickets and orders that changed
-- REFUSALS: event_not_found, event_archived, not_your_event, event_not_ended, too_many_requests
local event_id, mode, user, name = unpack(ARGV, 1, 4)
local missing = begin_to_change(event_id, STEP)
if missing then return missing end
if not is_mine(ev.organiser_id) then return refuse('not_your_event') end
if ev.status ~= 'cancelled' and now < ev.end_ms then return refuse('event_not_ended') end
if mode == 'look' then
    commit()
    return {'ok', 0, 0, 0}
end

local ids = {session = {}, ticket = {}, order = {}}
for i = 5, #ARGV, 2 do ids[ARGV[i]][ARGV[i + 1]] = true end
local entry, owned = redis.call('HGET', ENTRIES, user), false
if entry then
    redis.call('HDEL', ENTRIES, user)
    redis.call('HSET', ENTRIES, name, entry)
    ids.session[entry] = true
end
for _, list in ipairs({'', ',past'}) do
    local tickets = redis.call('HGET', OWNERS, user .. list)
    if tickets then
        owned = true
        redis.call('HDEL', OWNERS, user .. list)
        redis.call('HSET', OWNERS, name .. list, tickets)
        for id in string.gmatch(tickets, '[^,]+') do ids.ticket[id] = true end
    end
end

local sessions, tickets, orders = 0, 0, 0
for id in pairs(ids.session) do
    local s = load_session(id)
    if s and s.user == user then
        s.user, s.alias = name, ''
        save_session(s)
        sessions = sessions + 1
    end
end
for id in pairs(ids.ticket) do
    local t = load_ticket(id)
    if t and t.user == user then
        t.user, t.payment_reference = name, nil
        redis.call('HSET', TICKETS, id, cjson.encode(t))
        tickets = tickets + 1
    end
end
for id in pairs(ids.order) do
    local order = redis.call('HGET', ORDERS, id)
    local _, created, owner, session, ticket_ids = parse_order(order or '')
    if owner == user then
        -- Without the fingerprint: it is a digest of the name, among other things that can be guessed.
        redis.call('HSET', ORDERS, id, ',' .. table.concat({created, name, session, ticket_ids}, ','))
        orders = orders + 1
    end
end
if owned or sessions + tickets + orders > 0 then
    record('person.erased', 'organiser', sessions .. ',' .. tickets .. ',' .. orders)
end
commit()
return {'ok', sessions, tickets, orders}
