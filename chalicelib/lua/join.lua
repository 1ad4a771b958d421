#!lua
-- Gives a person one place in the event's queue, or the turn at once when nobody waits and there is room.
-- ATOMIC because the sequence number, the place and "one place per person" must come from one look at the queue.
-- ARGV: event_id, user_id, session_id (fresh, used if this makes a place), alias ('' or the client's own session id)
-- RETURNS: ok, 1 if this made the place else 0, event_id, session_id, session record, position or nil, waiting
-- REFUSALS: event_not_found, event_cancelled, event_ended, event_not_on_sale, sold_out
local event_id, user, session_id, alias = unpack(ARGV)
local missing = begin(event_id, STEP, FIELDS.join)
if missing then return missing end

local why = closed(true)
if why then return refuse(why) end

local known = redis.call('HGET', ENTRIES, user)
local s = load_session(known)
touch_session(s)
if s and behind then
    touch_owner(user) -- its last hold may be due, which completes it
    s = load_session(known)
end
-- A repeat is answered with the place it has. Our own retry brings the id that its first try stored: it made the place.
if s and (s.status == 'w' or s.status == 'a') then
    if alias ~= '' and alias ~= s.alias then
        s.alias = alias
        save_session(s)
    end
    commit()
    return {'ok', s.id == session_id and 1 or 0, ev.id, s.id, session_text(s), position(s), redis.call('ZCARD', QUEUE)}
end
if is_sold_out() then return refuse('sold_out') end

add('next_seq', 1)
s = {
    id = session_id, seen = now_text, status = 'w', place = text(ev.next_seq), entered = now_text, activated = '0',
    deadline = '0', held = '0', confirmed = '0', lost = '0', alias = alias, user = user,
}
local waiting = redis.call('ZCARD', QUEUE)
if waiting == 0 and room() > 0 and rate_budget() > 0 then
    spend_rate(1)
    activate(s)
    redis.call('ZADD', ACTIVE, s.deadline, s.id)
else
    record('session.joined', s.id, s.place)
    waiting = waiting + 1
    redis.call('ZADD', QUEUE, s.place, s.id)
    if waiting == 1 then admit(0) end -- the first to wait sets the alarm for the start of the sale or for the rate
end
redis.call('HSET', ENTRIES, user, s.id)
local line = session_text(s)
redis.call('HSET', SESSIONS, s.id, line)
commit()
return {'ok', 1, ev.id, s.id, line, s.status == 'a' and 0 or waiting, waiting}
