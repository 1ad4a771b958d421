#!lua flags=allow-oom
-- Gives an active session its full time again, up to four times in all; a waiting one needs no time and stays as it is.
-- ATOMIC because it may only last while it holds something or nobody waits, and both can change at any moment.
-- ARGV: '', session_id, polls per second that all may make together, jitter from 0 to 999
-- RETURNS: ok, event_id, session_id, session record, what tell() tells
-- REFUSALS: event_not_found, event_archived, session_not_found, session_ended, others_waiting, too_many_requests
local _, session_id, per_second, jitter = unpack(ARGV)
assert_pacing(per_second, jitter)
local missing = begin_to_change(ARGV[1], STEP)
if missing then return missing end

local s = load_session(session_id)
if not s or not is_mine(s.user) then return refuse('session_not_found') end
touch_owner(s.user)
s = load_session(s.id)
touch_session(s)
if s.status ~= 'a' and s.status ~= 'w' then return refuse('session_ended') end
if s.status == 'a' and s.polls ~= '0' then -- who shows up only now gets the full time by that
    if s.held == '0' and waiting_count() > 0 then return refuse('others_waiting') end
    local wanted = math.min(now + ev.session_ms, tonumber(s.activated) + 4 * ev.session_ms)
    if wanted > tonumber(s.deadline) then
        s.deadline, s.seen = text(wanted), now_text
        redis.call('ZADD', ACTIVE, s.deadline, s.id)
        save_session(s)
        record('session.refreshed', s.id, s.deadline)
    end
end
s = here(s, per_second, jitter)
commit()
return {'ok', ev.id, s.id, session_text(s), tell(s)}
