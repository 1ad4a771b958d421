#!lua flags=allow-oom
-- Counts who waits now; in the lobby nobody is told.
-- ATOMIC because the sweep that comes before may let some of them in.
-- ARGV: event_id
-- RETURNS: ok, waiting or nil, state of the room
-- REFUSALS: event_not_found, too_many_requests
local missing = begin(ARGV[1], STEP)
if missing then return missing end

commit()
return {'ok', ev.opened_ms > 0 and waiting_count(), (room_state())}
