#!lua flags=allow-oom
-- Removes an event and everything that belongs to it, unless somebody holds or owns a ticket.
-- ATOMIC because a ticket could be reserved between the look and the removal.
-- ARGV: event_id
-- RETURNS: ok
-- REFUSALS: event_not_found, event_archived, not_your_event, event_has_tickets, too_many_requests
local missing = begin_to_change(ARGV[1], STEP)
if missing then return missing end
if not is_mine(ev.organiser_id) then return refuse('not_your_event') end

local held = ev.status == 'cancelled' and 0 or redis.call('ZCOUNT', HOLDS, '(' .. now_text, '+inf')
if held + ev.sold > 0 then return refuse('event_has_tickets') end
redis.call('UNLINK', unpack(KEYS))
return {'ok'}
