#!lua
-- Notes an event that an organiser is about to create, unless they have too many. Its keys are the set of the ids of their
-- events, and the budget of their requests.
-- ATOMIC because of two creations at once each could be the last that is allowed.
-- ARGV: event_id, most events that one organiser may have
-- RETURNS: ok
-- REFUSALS: too_many_events, too_many_requests
ev.last_ms = 0
read_clock()
local too_fast = spend_budget()
if too_fast then return too_fast end
if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 0 and redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then
    return {'too_many_events'}
end
redis.call('SADD', KEYS[1], ARGV[1])
return {'ok'}
