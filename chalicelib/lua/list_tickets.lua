#!lua flags=allow-oom
-- Reads tickets of an event for its organiser, as they are now: these, or those of a person, of a seat or of an order.
-- ATOMIC because a hold that is due must be read as over, by one clock for all of them. It is not ended for that.
-- ARGV: event_id, these or user or seat or order, then ticket ids (at most 1,000), or user_id, ordinal or order_id
-- RETURNS: ok, tickets of the event in all, ticket JSON ... (without those that are not there)
-- REFUSALS: event_not_found, not_your_event, too_many_requests
local kind, name = ARGV[2], ARGV[3]
local missing = begin(ARGV[1], STEP)
if missing then return missing end
if not is_mine(ev.organiser_id) then return refuse('not_your_event') end

local ids
if kind == 'user' then
    ids = tickets_of(name)
elseif kind == 'seat' then
    ids = {redis.call('HGET', HOLDERS, name) or nil}
elseif kind == 'order' then
    ids = order_tickets(redis.call('HGET', ORDERS, name))
else
    ids = {unpack(ARGV, 3)}
end

local reply = {'ok', redis.call('HLEN', TICKETS)}
for _, json in ipairs(#ids > 0 and redis.call('HMGET', TICKETS, unpack(ids)) or {}) do
    -- Only what has ended is taken apart: a page of a thousand would keep everybody waiting for milliseconds.
    local expires = json and string.find(json, '"status": *"reserved"') and string.match(json, '"expires_ms": *"(%d+)"')
    local status = expires and end_of({status = 'reserved', expires_ms = expires})
    if status then
        local t = cjson.decode(json)
        t.status = status
        json = cjson.encode(t)
    end
    -- A seat whose hold is over is nobody's.
    if json and not (status and kind == 'seat') then reply[#reply + 1] = json end
end
commit()
return reply
