#!lua
-- Creates an event, once for each id.
-- ATOMIC because two requests with one idempotency key, or one request sent twice, must make one event.
-- ARGV: event_id, fingerprint of the request, a nonce of this request, then field, value ...
-- RETURNS: ok, 1 if this made the event else 0, now_ms, then every field and value of the event
-- REFUSALS: event_code_taken, idempotency_key_reused, end_before_start, end_in_past, sale_start_in_past,
--           sale_window_invalid, draw_key_missing
local event_id, fingerprint, nonce = unpack(ARGV, 1, 3)
local made_by = fingerprint .. ':' .. nonce

local is_known = prefetch(CORE)
if ev.id and ev.id ~= event_id then return {'event_code_taken'} end
if not is_known then return {'schema_unknown'} end
if ev.id then
    local was = redis.call('HGET', EVENT, 'made_by')
    if string.match(was, '^[^:]*') ~= fingerprint then return {'idempotency_key_reused'} end
    begin(event_id, STEP)
    commit()
    return {'ok', was == made_by and 1 or 0, now, unpack(redis.call('HGETALL', EVENT))}
end

ev.last_ms = 0
read_clock()
local fields, names = {}, {}
for i = 4, #ARGV, 2 do fields[ARGV[i]], names[#names + 1] = ARGV[i + 1], ARGV[i] end
local why = schedule_problem(fields, true, true)
if why then return {why} end

redis.call('HSET', EVENT, 'id', event_id, 'schema', SCHEMA, 'made_by', made_by, 'created_ms', now_text, 'updated_ms', now_text,
    'available', fields.seated == '1' and 0 or fields.total_tickets, 'mode', 'open', 'message', '',
    'draw_digest', fields.commitment, unpack(ARGV, 4))
for _, name in ipairs({
    'seat_count', 'held', 'sold', 'blocked', 'browsing', 'layout_version', 'states_version', 'next_seq', 'log_seq',
    'admitted_total', 'admitted_reported', 'abandoned', 'abandoned_reported', 'no_shows', 'no_shows_reported', 'passed_over',
    'minute', 'minute_ms', 'minute_total', 'minute_abandoned', 'minute_no_shows', 'minute_passed', 'drain_lag_ms',
    'pace_ms', 'pace_total', 'pace_passed', 'opened_ms', 'next_due_ms', 'last_ms', 'next_admission_us', 'served_until_ms', 'revenue', 'revenue_seq',
}) do
    redis.call('HSET', EVENT, name, 0)
end
for name in next, ev do ev[name] = nil end -- what was not there before
latch_opening()
turn_minute()
record('event.created', 'organiser', said(names, fields))
commit()
return {'ok', 1, now, unpack(redis.call('HGETALL', EVENT))}
