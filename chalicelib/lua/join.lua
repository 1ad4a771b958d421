#!lua
-- Gives a person one place in the event's queue, or the turn at once when nobody waits and there is room.
-- ATOMIC because the sequence number, the place and "one place per person" must come from one look at the queue.
-- ARGV: event_id, user_id, session_id (fresh, used if this makes a place), alias ('' or the client's own session id),
--       polls per second that all may make together, jitter from 0 to 999, and for a draw '' or the commitment to its seed,
--       the receipt and the place drawn
-- RETURNS: ok, 1 if this made the place else 0, event_id, session_id, session record, receipt or nil, what tell() tells
-- REFUSALS: event_not_found, event_archived, event_cancelled, event_ended, event_not_on_sale, queue_closed, sold_out,
--           draw_key_changed, too_many_requests
local event_id, user, session_id, alias, per_second, jitter, commitment, receipt, drawn = unpack(ARGV)
assert_pacing(per_second, jitter)
local missing = begin_to_change(event_id, STEP, FIELDS.join)
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
local function receipt_of(entrant)
    local line = entrant ~= '0' and redis.call('LINDEX', DRAW, entrant - 1)
    return line and string.match(line, '^[^,]*')
end
-- A repeat is answered with the place it has. Our own retry brings the id that its first try stored: it made the place.
if s and (s.status == 'w' or s.status == 'a') then
    if alias ~= '' then s.alias = alias end
    s = here(s, per_second, jitter)
    commit()
    return {'ok', s.id == session_id and 1 or 0, ev.id, s.id, session_text(s), receipt_of(s.entrant), tell(s)}
end
-- A copy of this request that was held up on its way may come when the session it made is over: it makes no other.
local made = s and load_session(session_id)
if made then
    commit()
    return {'ok', 1, ev.id, made.id, session_text(made), receipt_of(made.entrant), tell(made)}
end
if ev.mode == 'closed' then return refuse('queue_closed') end
if is_sold_out() then return refuse('sold_out') end

local in_draw = ev.queue_mode == 'draw' or ev.queue_mode == '' and ev.sale_starts_ms
local in_lobby_draw, place, entrant = in_draw and ev.opened_ms == 0, nil, '0'
-- Who leaves the lobby and comes again has the place of the first time: nobody draws twice.
local drew_before = in_lobby_draw and s and s.entrant ~= '0'
if in_lobby_draw and not drew_before and commitment ~= ev.commitment then return refuse('draw_key_changed') end

if ev.queue_mode == '' then set('queue_mode', in_draw and 'draw' or 'fifo') end
add('next_seq', 1)
if drew_before then
    place, entrant = s.place, s.entrant
elseif in_lobby_draw then
    set('draw_digest', redis.sha1hex(ev.draw_digest .. receipt))
    place, entrant = drawn, text(redis.call('RPUSH', DRAW, receipt .. ',' .. drawn))
else
    place = text((in_draw and LATE or 0) + ev.next_seq)
end
s = {
    id = session_id, seen = now_text, poll_due = now_text, quiet = now_text, polls = '1', status = 'w', place = place,
    entered = now_text, activated = '0', deadline = '0', held = '0', confirmed = '0', lost = '0', entrant = entrant,
    alias = alias, user = user,
}
local waiting = redis.call('ZCARD', QUEUE)
if waiting == 0 and room() > 0 and rate_budget() > 0 then
    spend_rate(1)
    s.status, s.activated, s.deadline = 'a', now_text, text(now + ev.session_ms)
    count_in(s.id, s.place, s.entered, now + ev.session_ms)
    redis.call('ZADD', ACTIVE, s.deadline, s.id)
else
    record('session.joined', s.id, in_lobby_draw and '' or s.place)
    redis.call('ZADD', QUEUE, s.place, s.id)
    if waiting == 0 then admit(0) end -- the first to wait sets the alarm for the start of the sale or for the rate
end
redis.call('HSET', ENTRIES, user, s.id)
look(s, per_second, jitter)
s.poll_due = text(now + s.after_ms)
save_session(s)
commit()
return {'ok', 1, ev.id, s.id, session_text(s), receipt_of(entrant), tell(s)}
