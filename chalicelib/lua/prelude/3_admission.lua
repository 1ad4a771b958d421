-- Admission: who may come in now, and when to look again.

-- Whether the sale has begun is a latch, opened_ms: a clock that steps back does not close it again.
local function on_sale()
    return ev.status == 'active' and ev.opened_ms > 0 and now < ev.end_ms and not (ev.sale_ends_ms and now >= ev.sale_ends_ms)
end

-- Why nothing can be joined or bought, or nil. `early` lets people in to wait for the start of the sale.
local function closed(early)
    if ev.status == 'cancelled' then return 'event_cancelled' end
    if now >= ev.end_ms then return 'event_ended' end
    if on_sale() or early and ev.status == 'active' and ev.opened_ms == 0 then return nil end
    return 'event_not_on_sale'
end

local function live_count()
    return behind and redis.call('ZCOUNT', ACTIVE, '(' .. now_text, '+inf') or redis.call('ZCARD', ACTIVE)
end

-- How many visitors the stock that nobody has spoken for is enough for. While the sweep is behind, holds that are due count
-- as stock, and their owners as people who may still want it: `claimed` never says too few.
local function unclaimed()
    if not behind then return math.ceil(ev.available / ev.tickets_per_visitor) - ev.browsing end
    local returning = redis.call('ZCOUNT', HOLDS, '-inf', now_text)
    local claimed = math.min(ev.browsing + returning, live_count())
    return math.ceil((ev.available + returning) / ev.tickets_per_visitor) - claimed
end

-- How many people the places and the stock let in now. `by_hand`: an operator asks, whatever the mode.
local function room(by_hand)
    if not on_sale() or ev.mode == 'paused' and not by_hand then return 0 end
    local stock = unclaimed()
    if ev.mode == 'passthrough' and not by_hand then return stock end
    return math.min(ev.max_active_sessions - live_count(), stock)
end

-- GCRA: next_admission_us is the theoretical arrival time; at most `burst` admissions are banked.
local function rate_bounds()
    local rate = ev.admissions_per_minute
    local gap_us = math.ceil(60e6 / rate) -- whole, or rounding would take the last of the bank away
    return gap_us, (math.max(1, math.floor(rate / 30)) - 1) * gap_us
end

local function rate_budget()
    if not ev.admissions_per_minute or ev.mode == 'passthrough' then return math.huge end
    local gap_us, banked_us = rate_bounds()
    local ahead_us = math.max(ev.next_admission_us - now_us, 0)
    return math.max(0, math.floor((banked_us - ahead_us) / gap_us) + 1)
end

-- How much of a gap or of several must pass before the rate is as if nobody had come in.
local function rate_owed()
    if not ev.admissions_per_minute then return 0 end
    local gap_us = rate_bounds()
    return math.max(ev.next_admission_us - now_us, 0) / gap_us
end

local function spend_rate(n)
    if not ev.admissions_per_minute or ev.mode == 'passthrough' then return end
    local gap_us = rate_bounds()
    set('next_admission_us', math.max(ev.next_admission_us, now_us) + n * gap_us)
end

-- The millisecond in which the rate lets the next one in. It may still be some microseconds off when that begins; then
-- every command of that millisecond looks again.
local function rate_ready_ms()
    local _, banked_us = rate_bounds()
    return math.floor((ev.next_admission_us - banked_us) / 1000)
end

-- A quarter of an octave of seconds; who did not wait at all is in bucket 0, which nobody counts: it is the rest.
local function wait_bucket(ms)
    return ms <= 0 and 0 or math.floor(4 * math.log(1 + ms / 1000) / math.log(2)) + 1
end

-- Counts somebody who comes in, and logs it; to save the record and the deadline is the caller's.
local function count_in(id, place, entered, deadline_ms)
    due(deadline_ms)
    add('browsing', 1)
    add('admitted_total', 1)
    local bucket = wait_bucket(now - math.max(tonumber(entered), ev.opened_ms))
    if bucket > 0 then waits[bucket] = (waits[bucket] or 0) + 1 end
    record('session.activated', id, place)
end

-- Lets in up to `n` of the queue, the first first, and looks at `step` of them at most. Who has been silent for away_ms
-- beyond the time to ask again is passed over: out of the way, under the same place. Gives the ids of those let in.
local function admit_first(n, step)
    local admitted, saved, active, away, passed, looked = {}, {}, {}, {}, {}, 0
    for _ = 1, step do
        local ids, popped = {}, redis.call('ZPOPMIN', QUEUE, math.max(0, math.min(n - #admitted, step - looked)))
        if #popped == 0 then break end
        for i = 1, #popped, 2 do ids[#ids + 1] = popped[i] end
        looked = looked + #ids
        for i, line in ipairs(redis.call('HMGET', SESSIONS, unpack(ids))) do
            local id = ids[i]
            local head, poll_due, middle, place, entered, tail = string.match(line, ADMITTABLE)
            local poll_due_ms = tonumber(poll_due)
            if now >= poll_due_ms + ev.away_ms then
                local abandoned_ms = now + ev.abandon_ms
                due(abandoned_ms)
                away[#away + 1], away[#away + 2] = place, id
                passed[#passed + 1], passed[#passed + 2] = text(abandoned_ms), id
                add('passed_over', 1)
                record('session.passed_over', id, place)
            else
                -- They cannot know before they ask again, so the time to show up is counted from then.
                local deadline_ms = math.max(now, poll_due_ms) + ev.claim_ms
                local deadline = text(deadline_ms)
                count_in(id, place, entered, deadline_ms)
                admitted[#admitted + 1] = id
                saved[#saved + 1], saved[#saved + 2] = id, admitted_text(head, middle, deadline, tail)
                active[#active + 1], active[#active + 2] = deadline, id
            end
        end
    end
    if #admitted > 0 then
        redis.call('HSET', SESSIONS, unpack(saved))
        redis.call('ZADD', ACTIVE, unpack(active))
    end
    if #away > 0 then
        redis.call('ZADD', AWAY, unpack(away))
        redis.call('ZADD', PASSED, unpack(passed))
    end
    return admitted
end

local function admit(step)
    local waiting = redis.call('ZCARD', QUEUE)
    if waiting == 0 then return end
    if ev.opened_ms == 0 then
        if ev.status == 'active' and ev.sale_starts_ms then due(ev.sale_starts_ms) end
        return
    end
    local wanted, budget = math.min(waiting, room()), rate_budget()
    local n = math.min(wanted, budget)
    if n > 0 then
        local admitted = #admit_first(n, step)
        spend_rate(admitted)
        waiting = redis.call('ZCARD', QUEUE)
        if waiting > 0 and admitted < n then return due(now) end
    end
    if waiting > 0 and wanted > n then due(rate_ready_ms()) end
end
