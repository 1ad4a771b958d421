-- The clock: what has become due, and how a command begins and ends.

local function sweep_due(step)
    local cancelled = ev.status == 'cancelled'
    local until_ms = cancelled and '+inf' or now_text
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', ACTIVE, '-inf', until_ms, 'LIMIT', 0, step)) do
        touch_session(load_session(id))
    end
    touch_holds(until_ms, step)
    if cancelled then
        for _, key in ipairs({QUEUE, AWAY}) do
            for _, id in ipairs(redis.call('ZRANGE', key, 0, step - 1)) do touch_session(load_session(id)) end
        end
    end
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', PASSED, '-inf', now_text, 'LIMIT', 0, step)) do
        end_session(load_session(id), 'b')
    end
    set('next_due_ms', 0)
    if cancelled and waiting_count() > 0 then due(now) end
    for _, key in ipairs({ACTIVE, HOLDS, PASSED}) do
        local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
        if first[2] then due(cancelled and now or tonumber(first[2])) end
    end
    behind = ev.next_due_ms > 0 and ev.next_due_ms <= now
end

local function read_clock()
    local time = redis.call('TIME')
    now_us = time[1] * 1e6 + time[2]
    now = math.floor(now_us / 1000)
    local last_ms = ev.last_ms or 0
    local back_ms = last_ms - now
    if back_ms > 0 and back_ms < BACK_MS then now, now_us = last_ms, last_ms * 1000 end
    now_text = text(now)
    if back_ms >= BACK_MS and ev.status ~= ARCHIVING then
        record('clock.stepped_back', 'server', text(back_ms))
        -- The rate is kept as an instant; left where it was, it would admit nobody until the clock is there again.
        set('next_admission_us', math.max(0, ev.next_admission_us - back_ms * 1000))
        due(now)
    end
end

-- The sale begins at the first look after its start, for good.
local function latch_opening()
    if ev.opened_ms > 0 or ev.status ~= 'active' or now < (ev.sale_starts_ms or 0) then return end
    set('opened_ms', ev.sale_starts_ms or now)
    set('pace_ms', now)
    set('minute_ms', now)
end

-- GCRA over the requests of one person: their budget is full at the instant that is kept, and a sixth of a minute's requests
-- may come at once. Gives the refusal when they ask too often.
local function spend_budget()
    if PER_MINUTE == 0 then return end
    local gap_us = 60e6 / PER_MINUTE
    local banked_us = math.floor(PER_MINUTE / 6) * gap_us
    local ahead_us = math.max((redis.call('GET', RATE) or 0) - now_us, 0)
    if ahead_us > banked_us + gap_us then ahead_us = 0 end -- it comes from a clock that was set back since
    if ahead_us > banked_us then return {'too_many_requests', math.ceil((ahead_us - banked_us) / 1000)} end
    ahead_us = ahead_us + gap_us
    redis.call('SET', RATE, text(now_us + ahead_us), 'PX', math.ceil(ahead_us / 1000))
end

-- Opens a command: reads the event (these fields, or CORE) and the clock. Gives the refusal when the event is not there or
-- of a schema that this build does not know, or who asks has asked too often. `id` is the event's full id, or '' where only
-- its code is known.
local function arrive(id, fields)
    local is_known = prefetch(fields or CORE)
    if not ev.id or (id ~= '' and id ~= ev.id) then return {'event_not_found'} end
    if not is_known then return {'schema_unknown'} end
    read_clock()
    return spend_budget()
end

-- As arrive(), for a command that changes something: what is being archived stays as its report says.
local function arrive_to_change(id, fields)
    local missing = arrive(id, fields)
    if missing then return missing end
    if ev.status == ARCHIVING then return {'event_archived'} end
end

-- Whether what belongs to this person is the caller's.
local function is_mine(user)
    return ACTOR == '' or ACTOR == user
end

-- Whether the caller may deal with a ticket of this person: it is theirs, or one of their event and they come as an
-- organiser ('1').
local function may_handle(user, organiser)
    return is_mine(user) or organiser == '1' and is_mine(ev.organiser_id)
end

-- Ends what is due, at most `step` of each kind. Gives whether anything was.
local function catch_up(step)
    if ev.status == ARCHIVING then return false end
    if ev.opened_ms == 0 then latch_opening() end
    if math.floor(now / 60000) ~= ev.minute then turn_minute() end
    if ev.next_due_ms == 0 or ev.next_due_ms > now then return false end
    lag_ms = now - ev.next_due_ms
    if lag_ms > ev.drain_lag_ms then set('drain_lag_ms', lag_ms) end
    sweep_due(step)
    return true
end

-- Brings the event up to now: ends what is due, and lets in whoever may come in.
local function move_on(step)
    if catch_up(step) then admit(step) end
end

-- Opens a command that only reads, on an event that is up to now.
local function begin(id, step, fields)
    local missing = arrive(id, fields)
    if missing then return missing end
    move_on(step)
end

-- Opens a command that changes something, on an event that is up to now.
local function begin_to_change(id, step, fields)
    local missing = arrive_to_change(id, fields)
    if missing then return missing end
    move_on(step)
end

local function refuse(word, ...)
    commit()
    return {word, ...}
end

-- Closes a command that changed something: what it freed goes to the next in the queue in the same breath.
local function done()
    admit(STEP)
    commit()
end

-- What is wrong with an event's times and its draw, or nil. `fields` are texts; an empty or missing one is not set.
local function schedule_problem(fields, end_is_new, sale_start_is_new)
    local starts, ends = tonumber(fields.start_ms), tonumber(fields.end_ms)
    local sale_starts, sale_ends = tonumber(fields.sale_starts_ms), tonumber(fields.sale_ends_ms)
    if ends <= starts then return 'end_before_start' end
    if end_is_new and ends <= now then return 'end_in_past' end
    if sale_start_is_new and sale_starts and sale_starts < now then return 'sale_start_in_past' end
    if (sale_starts or 0) >= (sale_ends or ends) or (sale_ends or 0) > ends then return 'sale_window_invalid' end
    local is_draw = fields.queue_mode == 'draw' or (fields.queue_mode or '') == '' and sale_starts
    if is_draw and (fields.commitment or '') == '' then return 'draw_key_missing' end
end

-- Of these fields the log says the new value: numbers and words that we chose. Of all others, which people wrote, it says
-- that they were changed.
local VALUES_SAID = {
    status = true, mode = true, queue_mode = true, seated = true, price = true, total_tickets = true, start_ms = true, end_ms = true,
    sale_starts_ms = true, sale_ends_ms = true, max_active_sessions = true, admissions_per_minute = true,
    tickets_per_visitor = true, max_tickets_per_user = true, session_ms = true, hold_ms = true, away_ms = true, abandon_ms = true,
    claim_ms = true,
}

local function said(names, values)
    local words = {}
    for i, name in ipairs(names) do words[i] = VALUES_SAID[name] and name .. '=' .. values[name] or name end
    return table.concat(words, ',')
end
