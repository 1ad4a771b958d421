#!lua
-- Changes some fields of an event, all or none.
-- ATOMIC because the new values are judged against what is sold and held at this instant.
-- ARGV: event_id, what the log calls it, why, then field, value ...
-- RETURNS: ok, now_ms, then every field and value of the event
-- REFUSALS: event_not_found, event_archived, not_your_event, event_cancelled, status_change_not_allowed, field_frozen,
--           end_before_start, end_in_past, sale_start_in_past, sale_window_invalid, draw_key_missing,
--           capacity_below_sold, capacity_below_seats, too_many_requests
local missing = begin_to_change(ARGV[1], STEP)
if missing then return missing end
if not is_mine(ev.organiser_id) then return refuse('not_your_event') end

local old, new, changed = {}, {}, {}
local all = redis.call('HGETALL', EVENT)
for i = 1, #all, 2 do old[all[i]], new[all[i]] = all[i + 1], all[i + 1] end
for i = 4, #ARGV, 2 do
    if old[ARGV[i]] ~= ARGV[i + 1] then
        new[ARGV[i]] = ARGV[i + 1]
        changed[#changed + 1] = ARGV[i]
    end
end
local function changes(field) return new[field] ~= old[field] end

local ALLOWED = {draft = 'active cancelled', active = 'inactive cancelled', inactive = 'active cancelled', cancelled = ''}
if #changed > 0 and old.status == 'cancelled' then return refuse('event_cancelled') end
if changes('status') and not string.find(ALLOWED[old.status], new.status, 1, true) then
    return refuse('status_change_not_allowed')
end
local used = ev.seat_count > 0 or ev.next_seq > 0
if changes('seated') and used then return refuse('field_frozen', 'is_seated_event') end
if changes('currency') and redis.call('HLEN', TICKETS) > 0 then return refuse('field_frozen', 'currency') end
if changes('queue_mode') and ev.next_seq > 0 then return refuse('field_frozen', 'queue_mode') end
if changes('sale_starts_ms') and ev.opened_ms > 0 then return refuse('field_frozen', 'sale_starts_at') end
if changes('start_ms') or changes('end_ms') or changes('sale_starts_ms') or changes('sale_ends_ms') or changes('queue_mode') then
    local why = schedule_problem(new, changes('end_ms'), changes('sale_starts_ms'))
    if why then return refuse(why) end
end
local total, seated = tonumber(new.total_tickets), new.seated == '1'
local returning = redis.call('ZCOUNT', HOLDS, '-inf', now_text)
if total < ev.held - returning + ev.sold then return refuse('capacity_below_sold') end
if seated and total < ev.seat_count then return refuse('capacity_below_seats') end

if #changed > 0 then
    -- Holds that are due count as free above; they must be free before the stock shrinks.
    if not seated and total < ev.held + ev.sold then touch_holds(now, ev.held + ev.sold - total) end
    local owed = rate_owed()
    for _, field in ipairs(changed) do
        redis.call('HSET', EVENT, field, new[field])
        keep(field, new[field])
    end
    -- What is owed is counted in gaps: those of another rate are as long as it says, from now on.
    if changes('admissions_per_minute') and owed > 0 and ev.admissions_per_minute then
        set('next_admission_us', now_us + math.floor(owed * rate_bounds()))
    end
    redis.call('HSET', EVENT, 'updated_ms', now_text)
    set('available', seated and (ev.seat_count - ev.blocked - ev.held - ev.sold) or (total - ev.held - ev.sold))
    record(ARGV[2], 'organiser', said(changed, new) .. (ARGV[3] ~= '' and ' ' .. ARGV[3] or ''))
    if ev.status == 'cancelled' then sweep_due(STEP) end
    latch_opening()
    set('served_until_ms', 0) -- everybody is told at their next poll
end
done()
return {'ok', now, unpack(redis.call('HGETALL', EVENT))}
