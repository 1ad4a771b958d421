#!lua flags=allow-oom
-- Brings an event up to now before it is counted again, and says how much there is to count.
-- ATOMIC because what is due and not swept would be taken for a difference.
-- ARGV: event_id
-- RETURNS: ok, now_ms, sessions, tickets, orders
-- REFUSALS: event_not_found, not_your_event, too_many_requests
local missing = begin(ARGV[1], STEP)
if missing then return missing end
if not is_mine(ev.organiser_id) then return refuse('not_your_event') end
catch_up_revenue()
commit()
return {'ok', now, redis.call('HLEN', SESSIONS), redis.call('HLEN', TICKETS), redis.call('HLEN', ORDERS)}
