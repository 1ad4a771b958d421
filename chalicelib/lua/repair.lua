#!lua
-- Sets counters of an event to what was counted, unless anything has happened to it since.
-- ATOMIC because a purchase between the last look and the writing would be counted out again.
-- ARGV: event_id, request_id, log_seq as it was counted, then field, what stood there ('' if nothing), counted ... (at most 7)
-- RETURNS: ok
-- REFUSALS: event_not_found, event_archived, not_your_event, event_busy, too_many_requests
local event_id, request_id, log_seq = unpack(ARGV, 1, 3)
local missing = arrive_to_change(event_id)
if missing then return missing end
if not is_mine(ev.organiser_id) then return refuse('not_your_event') end

-- Our own retry finds its entry where its first try wrote it.
local next_id = text(log_seq + 1) .. '-0'
local entry = redis.call('XRANGE', LOG, next_id, next_id)[1]
if entry and string.find(table.concat(entry[2], ','), request_id, 1, true) then return {'ok'} end

-- Every command that changes a counter logs it, so an unmoved log says that nothing has happened. Nothing is swept here:
-- that would move the log too, and the look before this has swept.
if ev.log_seq ~= tonumber(log_seq) then return refuse('event_busy') end
for i = 4, #ARGV, 3 do
    if (redis.call('HGET', EVENT, ARGV[i]) or '') ~= ARGV[i + 1] then return refuse('event_busy') end
end

-- Stock that was missing lets people in with the next command: here that could fail, in an event that is broken.
due(now)
for i = 4, #ARGV, 3 do set(ARGV[i], tonumber(ARGV[i + 2])) end
record('counters.repaired', 'organiser', table.concat({request_id, unpack(ARGV, 4)}, ','))
commit()
return {'ok'}
