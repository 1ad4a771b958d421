#!lua flags=allow-oom
-- Reads one page of the index of events, soonest to end first. Its only key is the index.
-- ATOMIC because the page starts where the server's clock, not a worker's, says the living events start.
-- ARGV: event_id after which the page starts or '', its end in ms or '', events in the page, 1 for only those not ended else 0
-- RETURNS: ok, then event_id, end in ms ...
-- REFUSALS: none
local after, after_ms, limit, living = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local from = 0
if after ~= '' then
    local rank = redis.call('ZRANK', KEYS[1], after)
    from = rank and rank + 1 or redis.call('ZCOUNT', KEYS[1], '-inf', after_ms)
end
if living then
    local time = redis.call('TIME')
    from = math.max(from, redis.call('ZCOUNT', KEYS[1], '-inf', time[1] * 1000 + math.floor(time[2] / 1000)))
end
return {'ok', unpack(redis.call('ZRANGE', KEYS[1], from, from + limit - 1, 'WITHSCORES'))}
