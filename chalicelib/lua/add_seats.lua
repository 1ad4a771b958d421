#!lua
-- Adds one page of an import to the seats of an event; a seat that is there with the same price is skipped.
-- ATOMIC because ordinals, labels, the map and the stock grow together. Check pages come first and write nothing.
-- ARGV: event_id, check or write, seats counted up to here ('' for those of the event), then label, price ... (at most 500
--       seats; a label is section, row and number with the character 31 between them)
-- RETURNS: ok, seats that were new, seats that were there, seats counted with those of this page
-- REFUSALS: event_not_found, event_archived, not_your_event, event_cancelled, event_ended, event_not_seated, seat_exists,
--           seats_over_capacity, too_many_requests
local missing = begin_to_change(ARGV[1], STEP)
if missing then return missing end
if not is_mine(ev.organiser_id) then return refuse('not_your_event') end

if ev.status == 'cancelled' then return refuse('event_cancelled') end
if now >= ev.end_ms then return refuse('event_ended') end
if ev.seated ~= 1 then return refuse('event_not_seated') end
local writing, counted = ARGV[2] == 'write', tonumber(ARGV[3]) or ev.seat_count
local names, lines, skipped = {}, {}, 0
for i = 4, #ARGV, 2 do
    local name, line = ARGV[i], ARGV[i] .. '\31' .. ARGV[i + 1]
    local known = redis.call('HGET', LABELS, name)
    if not known then
        names[#names + 1], lines[#lines + 1] = name, line
    elseif redis.call('HGET', SEATS, known) == line then
        skipped = skipped + 1
    else
        return refuse('seat_exists', (i - 4) / 2)
    end
end
-- Check pages count on from where the first of them began: what another import adds meanwhile is not counted twice.
counted = counted + #names
if counted > ev.total_tickets then return refuse('seats_over_capacity') end

if writing and #names > 0 then
    local seats, labels = {}, {}
    for i, name in ipairs(names) do
        local ordinal = ev.seat_count + i - 1
        seats[#seats + 1], seats[#seats + 2] = ordinal, lines[i]
        labels[#labels + 1], labels[#labels + 2] = name, ordinal
    end
    redis.call('HSET', SEATS, unpack(seats))
    redis.call('HSET', LABELS, unpack(labels))
    redis.call('APPEND', SEATMAP, string.rep('a', #names))
    add('seat_count', #names)
    add('available', #names)
    add('states_version', 1)
    redis.call('HINCRBY', EVENT, 'layout_version', 1)
    record('seats.added', 'organiser', #names)
end
done()
return {'ok', #names, skipped, counted}
