#!lua flags=allow-oom
-- Reads the figures of the room, of now and of each minute of the last hour in which anything happened.
-- ATOMIC because figures of two instants would not add up.
-- ARGV: event_id
-- RETURNS: ok, now_ms, admitted_total, abandoned, no_shows, line of the present minute so far, then the lines of earlier
--          ones, in no order
-- REFUSALS: event_not_found, not_your_event, too_many_requests
local missing = begin(ARGV[1], STEP)
if missing then return missing end
if not is_mine(ev.organiser_id) then return refuse('not_your_event') end

commit()
local answer = {'ok', now, ev.admitted_total, ev.abandoned, ev.no_shows, minute_line((minute_waits()))}
local all = redis.call('HGETALL', STATS)
for i = 1, #all, 2 do
    if string.find(all[i], '^minute') then answer[#answer + 1] = all[i + 1] end
end
return answer
