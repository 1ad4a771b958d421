#!lua flags=allow-oom
-- Reads an event with its counters as they are now.
-- ATOMIC because its sums must hold in every answer: available + held + sold + blocked = stock.
-- ARGV: event_id
-- RETURNS: ok, now_ms, then every field and value of the event
-- REFUSALS: event_not_found, too_many_requests
local missing = begin(ARGV[1], STEP)
if missing then return missing end

commit()
return {'ok', now, unpack(redis.call('HGETALL', EVENT))}
