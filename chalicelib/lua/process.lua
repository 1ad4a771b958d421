#!lua
-- Lets the operator admit the first of the queue by hand: past the rate, never past the places or the stock.
-- ATOMIC because places and stock must be counted in the step that hands them out.
-- ARGV: event_id, request_id (a repeat of it is answered with those it admitted), count (1 to 500)
-- RETURNS: ok, event_id, then for each one admitted session_id, session record
-- REFUSALS: event_not_found, event_archived, not_your_event, event_cancelled, event_ended, event_not_on_sale, queue_empty,
--           no_capacity, nobody_present, too_many_requests
local event_id, request_id, count = unpack(ARGV)
local missing = arrive_to_change(event_id)
if missing then return missing end
catch_up(STEP)
if not is_mine(ev.organiser_id) then return refuse('not_your_event') end

-- The last eight requests, oldest first: "request=session,session;request=...". A retry comes within seconds of its
-- first try, so eight are plenty, and the field cannot grow.
local REMEMBERED = 8
local LOOK_MAX = 1000 -- of those who may be away
local history = redis.call('HGET', EVENT, 'processed') or ''
local admitted = string.match(';' .. history, ';' .. string.gsub(request_id, '%-', '%%-') .. '=([^;]*);')
if not admitted then
    local why = closed()
    if why then
        admit(0) -- admits nobody: sets the alarm for the start of the sale again, which the sweep has taken away
        return refuse(why)
    end
    if waiting_count() == 0 then
        done()
        return {'queue_empty'}
    end
    local n = math.min(tonumber(count), room(true))
    if n < 1 then
        done()
        return {'no_capacity'}
    end
    local ids = admit_first(n, LOOK_MAX)
    if #ids == 0 then
        done()
        return {'nobody_present'}
    end
    admitted = table.concat(ids, ',')
    history = history .. request_id .. '=' .. admitted .. ';'
    local _, entries = string.gsub(history, ';', ';')
    if entries > REMEMBERED then history = string.gsub(history, '^[^;]*;', '') end
    redis.call('HSET', EVENT, 'processed', history)
    record('queue.processed', 'operator', request_id)
end
done()
local reply = {'ok', ev.id}
for id in string.gmatch(admitted, '[^,]+') do
    reply[#reply + 1] = id
    reply[#reply + 1] = redis.call('HGET', SESSIONS, id)
end
return reply
