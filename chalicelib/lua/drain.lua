#!lua flags=allow-oom
-- Moves an event on to now in one large step: what every command does a little of, for events that nobody is asking about.
-- ATOMIC because ending a turn and giving it to the next is one step here as everywhere.
-- ARGV: ''
-- RETURNS: ok, sessions ended, holds ended, people admitted since the last drain, waiting, active, now_ms,
--          next_due_ms (0: none), lag_ms
-- REFUSALS: event_not_found
local DRAIN_STEP = 500
local missing = begin(ARGV[1], DRAIN_STEP)
if missing then return missing end

local admitted = ev.admitted_total - ev.admitted_reported
if admitted > 0 then set('admitted_reported', ev.admitted_total) end
commit()
return {'ok', swept_sessions, swept_holds, admitted, redis.call('ZCARD', QUEUE), redis.call('ZCARD', ACTIVE), now,
    ev.next_due_ms, lag_ms}
