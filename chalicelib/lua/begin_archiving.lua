#!lua flags=allow-oom
-- Closes an event that has been over for long enough: from now on nothing of it changes, so that it can be read in many steps.
-- ATOMIC because what happened between the look and the closing would be in no report.
-- ARGV: event_id, how long it must have been over in ms, 1 if its log must have been published else 0
-- RETURNS: ok, '' if it is closed, else why it cannot be yet (not_over, not_swept, not_published), its end in ms
-- REFUSALS: event_not_found, too_many_requests
local retention_ms, must_be_published = tonumber(ARGV[2]), ARGV[3] == '1'
local missing = begin(ARGV[1], STEP * 10)
if missing then return missing end
catch_up_revenue()
commit()

if now < ev.end_ms + retention_ms then return {'ok', 'not_over', ev.end_ms} end
for _, key in ipairs({ACTIVE, HOLDS, PASSED}) do
    if redis.call('ZCARD', key) > 0 then return {'ok', 'not_swept', ev.end_ms} end
end
-- Asked each time: an older version of the service, which does not know the status, may have written since.
if must_be_published and (ev.published_seq or 0) < ev.log_seq then return {'ok', 'not_published', ev.end_ms} end
if ev.status ~= ARCHIVING then
    if not is_revenue_known() then return {'ok', 'not_swept', ev.end_ms} end
    redis.call('HSET', EVENT, 'status', ARCHIVING, 'status_before', ev.status, 'archived_ms', now_text)
end
return {'ok', '', ev.end_ms}
