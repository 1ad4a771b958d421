#!lua flags=allow-oom
-- Gives a place or a turn up; holds made in it live on. A session that is over already is answered as it ended.
-- ATOMIC because the place goes to the next in the queue in the same step.
-- ARGV: '', session_id
-- RETURNS: ok, event_id, session_id, session record, what tell() tells
-- REFUSALS: event_not_found, event_archived, session_not_found, too_many_requests
local missing = begin_to_change(ARGV[1], STEP)
if missing then return missing end

local s = load_session(ARGV[2])
if not s or not is_mine(s.user) then return refuse('session_not_found') end
touch_session(s)
if s.status == 'a' or s.status == 'w' then end_session(s, 'l') end
done()
return {'ok', ev.id, s.id, session_text(s), tell(s)}
