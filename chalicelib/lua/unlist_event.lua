#!lua flags=allow-oom
-- Takes an event that is gone out of the index, unless one with the same id has been listed since. Its only key is the index.
-- ATOMIC because it could be listed anew between the look and the removal, just before it is created.
-- ARGV: event_id, the latest end in ms of what may be gone
-- RETURNS: ok, 1 if it was taken out else 0
-- REFUSALS: none
local end_ms = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not end_ms or tonumber(end_ms) > tonumber(ARGV[2]) then return {'ok', 0} end
return {'ok', redis.call('ZREM', KEYS[1], ARGV[1])}
