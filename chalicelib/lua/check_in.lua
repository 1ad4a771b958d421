#!lua flags=allow-oom
-- Lets in who has this confirmed ticket, once; a repeat of that same request gives the same answer.
-- ATOMIC because of two doors that read one code at once only one may let somebody in.
-- ARGV: '', ticket id, request_id
-- RETURNS: ok, 1 if this let somebody in else 0, event_id, ticket JSON
-- REFUSALS: event_not_found, event_archived, not_your_event, ticket_not_found, event_cancelled, ticket_not_confirmed,
--           ticket_cancelled, hold_expired, already_checked_in, too_many_requests
local _, id, request_id = unpack(ARGV)
local missing = begin_to_change(ARGV[1], STEP)
if missing then return missing end
if not is_mine(ev.organiser_id) then return refuse('not_your_event') end

local t = load_ticket(id)
if not t then return refuse('ticket_not_found') end
touch_ticket(t)
local is_repeat = t.checked_in_by == request_id
if not is_repeat then
    if ev.status == 'cancelled' then return refuse('event_cancelled') end
    if t.status == 'reserved' then return refuse('ticket_not_confirmed') end
    if t.status == 'cancelled' then return refuse('ticket_cancelled') end
    if t.status == 'expired' then return refuse('hold_expired') end
    if t.checked_in_ms then return refuse('already_checked_in', t.checked_in_ms) end
    t.checked_in_ms, t.checked_in_by = now_text, request_id
    save_ticket(t)
    record('ticket.checked_in', t.session, t.id .. ',' .. (t.seat or ''))
end
commit()
return {'ok', is_repeat and 0 or 1, ev.id, cjson.encode(t)}
