#!lua flags=allow-oom
-- Moves an event on to now in one large step: what every command does a little of, for events that nobody is asking about.
-- ATOMIC because ending a turn and giving it to the next is one step here as everywhere.
-- ARGV: '', objects of each kind that this step may take
-- RETURNS: ok, sessions ended, holds ended, people admitted since the last drain, waiting, active, now_ms,
--          next_due_ms (0: none), lag_ms, away, abandoned and no-shows since the last drain, line of the last full minute or ''
-- REFUSALS: event_not_found, event_archived, too_many_requests
local missing = begin_to_change(ARGV[1], tonumber(ARGV[2]))
if missing then return missing end
catch_up_revenue()

local function since_last(counter, reported)
    local n = ev[counter] - ev[reported]
    if n > 0 then set(reported, ev[counter]) end
    return n
end
local admitted = since_last('admitted_total', 'admitted_reported')
local abandoned, no_shows = since_last('abandoned', 'abandoned_reported'), since_last('no_shows', 'no_shows_reported')
commit()
return {'ok', swept_sessions, swept_holds, admitted, redis.call('ZCARD', QUEUE), redis.call('ZCARD', ACTIVE), now,
    ev.next_due_ms, lag_ms, redis.call('ZCARD', AWAY), abandoned, no_shows,
    redis.call('HGET', STATS, 'minute' .. (ev.minute - 1) % MINUTES) or ''}
