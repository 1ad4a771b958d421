#!lua flags=allow-oom
-- Says what everybody may know of a room. It is found out once a second at most, however many ask: who asks within that
-- second is told the same, unless the sale opens or ends meanwhile, or fields of the event are changed.
-- ATOMIC because the count of those admitted must belong to the opening (the epoch) that it counts from.
-- ARGV: event_id
-- RETURNS: ok, now_ms, one line: state of the room, mode, admitted_total, waiting or '', epoch (ms, 0 before the opening),
--          start of the sale in ms or '', message (a comma between)
-- REFUSALS: event_not_found, too_many_requests
local SERVED_MS = 1000
local missing = arrive(ARGV[1], FIELDS.serving)
if missing then return missing end

local left_ms = ev.served_until_ms - now
if left_ms < 1 or left_ms > SERVED_MS then -- more than that is left only when the clock was set back
    move_on(STEP)
    local waiting = ev.opened_ms > 0 and text(waiting_count()) or ''
    local starts = ev.sale_starts_ms and text(ev.sale_starts_ms) or ''
    set('served', table.concat({(room_state()), ev.mode, text(ev.admitted_total), waiting, text(ev.opened_ms), starts,
        ev.message or ''}, ','))
    set('served_until_ms', now + SERVED_MS)
    for _, turn_ms in ipairs({ev.end_ms, ev.sale_ends_ms or 0, ev.opened_ms == 0 and ev.sale_starts_ms or 0}) do
        if turn_ms > now and turn_ms < ev.served_until_ms then set('served_until_ms', turn_ms) end
    end
end
commit()
return {'ok', now, ev.served}
