#!lua flags=allow-oom
-- Counts who waits now.
-- ATOMIC because the sweep that comes before may let some of them in.
-- ARGV: event_id
-- RETURNS: ok, waiting
-- REFUSALS: event_not_found
local missing = begin(ARGV[1], STEP)
if missing then return missing end

commit()
return {'ok', redis.call('ZCARD', QUEUE)}
