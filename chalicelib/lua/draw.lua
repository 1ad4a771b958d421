#!lua flags=allow-oom
-- Reads the draw of an event: what binds it, and a page of its entrants; their places stay secret until the opening.
-- ATOMIC because the number of entrants and the digest over them must be of one instant.
-- ARGV: event_id, entrants before the page, entrants in the page (0: none)
-- RETURNS: ok, queue mode ('' while it is not settled), start of the sale in ms or nil, opened_ms (0: not yet), commitment,
--          entrants, digest, then receipt, place or '' of each entrant of the page
-- REFUSALS: event_not_found, too_many_requests
local _, after, limit = unpack(ARGV)
local missing = begin(ARGV[1], STEP)
if missing then return missing end

commit()
local entrants = redis.call('LLEN', DRAW)
local answer = {'ok', ev.queue_mode, ev.sale_starts_ms, ev.opened_ms, ev.commitment, entrants, ev.draw_digest}
if limit == '0' then return answer end
for _, line in ipairs(redis.call('LRANGE', DRAW, after, after + limit - 1)) do
    local receipt, place = string.match(line, '^([^,]*),(.*)$')
    answer[#answer + 1], answer[#answer + 2] = receipt, ev.opened_ms > 0 and place or ''
end
return answer
