#!lua flags=allow-oom
-- Removes an event whose report is kept, unless its log has gone on since.
-- ATOMIC because an older version of the service, which does not know that nothing may change, could write between the look
-- and the removal.
-- ARGV: event_id, id of the last entry of the log that is in the report
-- RETURNS: ok, 1 if it is gone else 0
-- REFUSALS: event_not_found, too_many_requests
local missing = arrive(ARGV[1])
if missing then return missing end

local last = redis.call('XREVRANGE', LOG, '+', '-', 'COUNT', 1)[1]
if ev.status ~= ARCHIVING or not last or last[1] ~= ARGV[2] then return {'ok', 0} end
redis.call('UNLINK', unpack(KEYS))
return {'ok', 1}
