#!lua flags=allow-oom
-- Reads the figures of the room and of the sale, of now and of each minute of the last hour in which anything happened.
-- ATOMIC because figures of two instants would not add up.
-- ARGV: event_id
-- RETURNS: ok, now_ms, opened_ms, currency, sold_out or else the state of the room, admitted_total, abandoned, no_shows, the
--          two lines of the present minute so far, then in no order the name and the line of earlier ones
-- REFUSALS: event_not_found, not_your_event, too_many_requests
local missing = begin(ARGV[1], STEP)
if missing then return missing end
if not is_mine(ev.organiser_id) then return refuse('not_your_event') end
catch_up_revenue()

commit()
local answer = {'ok', now, ev.opened_ms, ev.currency, is_sold_out() and ROOM.sold_out or (room_state()), ev.admitted_total,
    ev.abandoned, ev.no_shows, minute_line((minute_waits())), sale_line()}
local all = redis.call('HGETALL', STATS)
for i = 1, #all, 2 do
    if not string.find(all[i], '^wait') then answer[#answer + 1], answer[#answer + 2] = all[i], all[i + 1] end
end
return answer
