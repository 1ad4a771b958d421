#!lua flags=allow-oom
-- Removes an event and everything that belongs to it, unless somebody holds or owns a ticket.
-- ATOMIC because a ticket could be reserved between the look and the removal.
-- ARGV: event_id, 1 if what happened in it must have been told before else 0
-- RETURNS: ok
-- REFUSALS: event_not_found, event_archived, not_your_event, event_has_tickets, event_not_published, too_many_requests
local missing = begin_to_change(ARGV[1], STEP)
if missing then return missing end
if not is_mine(ev.organiser_id) then return refuse('not_your_event') end

local held = ev.status == 'cancelled' and 0 or redis.call('ZCOUNT', HOLDS, '(' .. now_text, '+inf')
if held + ev.sold > 0 then return refuse('event_has_tickets') end
-- Where nobody ever came in, nothing has happened that is told.
if ARGV[2] == '1' and ev.admitted_total > 0 and (ev.published_seq or 0) < ev.log_seq then return refuse('event_not_published') end
redis.call('UNLINK', unpack(KEYS))
return {'ok'}
