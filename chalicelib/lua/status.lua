#!lua flags=allow-oom
-- Says where a session stands, and notes that its owner was here and when to be here again.
-- ATOMIC because position, state and deadline must be of one instant, after everything due has happened.
-- ARGV: '' or event_id, session_id, '' or a user_id: then it is that person's session, and nobody was here;
--       polls per second that all may make together, jitter from 0 to 999
-- RETURNS: ok, event_id, session_id, session record, what tell() tells
-- REFUSALS: event_not_found, event_archived, session_not_found, not_in_queue, polling_too_fast, too_many_requests
local _, id, user, per_second, jitter = unpack(ARGV)
assert_pacing(per_second, jitter)
local missing = begin_to_change(ARGV[1], STEP, FIELDS.status)
if missing then return missing end

if user ~= '' then
    id = is_mine(user) and redis.call('HGET', ENTRIES, user)
    if not id then return refuse('not_in_queue') end
end
local s = load_session(id)
if not s or not is_mine(s.user) then return refuse('session_not_found') end
if behind or ev.status == 'cancelled' then
    touch_session(s)
    touch_owner(s.user) -- its last hold may be due, which completes it
    s = load_session(id)
end
if user == '' and (s.status == 'w' or s.status == 'a') then
    local too_fast_ms = is_too_fast(s)
    if too_fast_ms then return refuse('polling_too_fast', too_fast_ms) end
    s = here(s, per_second, jitter, true)
else
    look(s, per_second, jitter)
end
commit()
return {'ok', ev.id, id, session_text(s), tell(s)}
