#!lua
-- Blocks, unblocks or prices seats, all or none; a seat that is so already stays as it is.
-- ATOMIC because a seat may be changed only while nobody holds or owns it.
-- ARGV: event_id, block or unblock or '', reason, price in minor units or '', seat ordinals (at most 500)
-- RETURNS: ok, seats changed
-- REFUSALS: event_not_found, event_archived, not_your_event, event_cancelled, event_not_seated, seat_not_found, seat_taken,
--           too_many_requests
local _, action, reason, price = unpack(ARGV, 1, 4)
local missing = begin_to_change(ARGV[1], STEP)
if missing then return missing end
if not is_mine(ev.organiser_id) then return refuse('not_your_event') end

if ev.status == 'cancelled' then return refuse('event_cancelled') end
if ev.seated ~= 1 then return refuse('event_not_seated') end
local states, taken = {}, {}
for i = 5, #ARGV do
    local ordinal = ARGV[i]
    local state = redis.call('GETRANGE', SEATMAP, ordinal, ordinal)
    if state == '' or string.find(ordinal, '%D') then return refuse('seat_not_found', ordinal) end
    if state == 'h' and behind then
        touch_ticket(load_ticket(redis.call('HGET', HOLDERS, ordinal)))
        state = redis.call('GETRANGE', SEATMAP, ordinal, ordinal)
    end
    if state == 'h' or state == 's' then taken[#taken + 1] = ordinal end
    states[ordinal] = state
end
if #taken > 0 then return refuse('seat_taken', unpack(taken)) end

local wanted, changed, priced, moved = action == 'block' and 'b' or action == 'unblock' and 'a', 0, 0, {}
for ordinal, state in pairs(states) do
    local was_changed = false
    if wanted and state ~= wanted then
        mark_seat(ordinal, wanted)
        add('blocked', wanted == 'b' and 1 or -1)
        add('available', wanted == 'b' and -1 or 1)
        moved[#moved + 1], was_changed = ordinal, true
    end
    if price ~= '' then
        local line = redis.call('HGET', SEATS, ordinal)
        local new_line = string.gsub(line, '%d+$', price)
        if new_line ~= line then
            redis.call('HSET', SEATS, ordinal, new_line)
            priced, was_changed = priced + 1, true
        end
    end
    if was_changed then changed = changed + 1 end
end
if priced > 0 then redis.call('HINCRBY', EVENT, 'layout_version', 1) end
if changed > 0 then
    record('seats.changed', 'organiser', table.concat({changed, action, price, table.concat(moved, ' '), reason}, ','))
end
done()
return {'ok', changed}
