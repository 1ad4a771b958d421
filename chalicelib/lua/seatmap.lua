#!lua flags=allow-oom
-- Reads one character a seat, unless the caller has this version already.
-- ATOMIC because the states and their version must belong together.
-- ARGV: event_id, states version the caller has or ''
-- RETURNS: ok, states version, layout version, states or nil if that version is the caller's
-- REFUSALS: event_not_found, too_many_requests
local missing = begin(ARGV[1], STEP)
if missing then return missing end

commit()
local layout = redis.call('HGET', EVENT, 'layout_version')
local known = ARGV[2] == tostring(ev.states_version)
return {'ok', ev.states_version, tonumber(layout), not known and (redis.call('GET', SEATMAP) or '')}
