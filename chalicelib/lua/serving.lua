#!lua flags=allow-oom
-- Says what everybody may know of a room: the same for all who ask at this instant, so that one answer can serve them.
-- ATOMIC because the count of those admitted must belong to the opening (the epoch) that it counts from.
-- ARGV: event_id
-- RETURNS: ok, state of the room, mode, message, admitted_total, waiting or nil, now_ms, epoch (ms, 0 before the opening),
--          start of the sale in ms or nil
-- REFUSALS: event_not_found
local missing = begin(ARGV[1], STEP, FIELDS.status)
if missing then return missing end

commit()
return {'ok', (room_state()), ev.mode, ev.message or '', ev.admitted_total, ev.opened_ms > 0 and waiting_count(), now, ev.opened_ms,
    ev.sale_starts_ms}
