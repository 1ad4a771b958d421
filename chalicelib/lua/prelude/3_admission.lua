-- Admission: who may come in now, and when to look again.

local function on_sale()
    return ev.status == 'active' and now < ev.end_ms and not (ev.sale_starts_ms and now < ev.sale_starts_ms)
        and not (ev.sale_ends_ms and now >= ev.sale_ends_ms)
end

-- Why nothing can be joined or bought, or nil. `early` lets people in to wait for the start of the sale.
local function closed(early)
    if ev.status == 'cancelled' then return 'event_cancelled' end
    if now >= ev.end_ms then return 'event_ended' end
    if on_sale() then return nil end
    if early and ev.status == 'active' and ev.sale_starts_ms and now < ev.sale_starts_ms then return nil end
    return 'event_not_on_sale'
end

-- How many people the places and the stock that nobody has spoken for let in now. Holds that are due but not swept count
-- as stock, and their owners as people who may still want it: `claimed` never says too few.
local function room()
    if not on_sale() then return 0 end
    local live = behind and redis.call('ZCOUNT', ACTIVE, '(' .. now_text, '+inf') or redis.call('ZCARD', ACTIVE)
    local returning = behind and redis.call('ZCOUNT', HOLDS, '-inf', now_text) or 0
    local claimed = math.min(ev.browsing + returning, live)
    local stock = math.ceil((ev.available + returning) / ev.tickets_per_visitor) - claimed
    return math.min(ev.max_active_sessions - live, stock)
end

-- GCRA: next_admission_us is the theoretical arrival time; at most `burst` admissions are banked.
local function rate_bounds()
    local rate = ev.admissions_per_minute
    local gap_us = math.ceil(60e6 / rate) -- whole, or rounding would take the last of the bank away
    return gap_us, (math.max(1, math.floor(rate / 30)) - 1) * gap_us
end

local function rate_budget()
    if not ev.admissions_per_minute then return math.huge end
    local gap_us, banked_us = rate_bounds()
    local ahead_us = math.max(ev.next_admission_us - now_us, 0)
    return math.max(0, math.floor((banked_us - ahead_us) / gap_us) + 1)
end

local function spend_rate(n)
    if not ev.admissions_per_minute then return end
    local gap_us = rate_bounds()
    set('next_admission_us', math.max(ev.next_admission_us, now_us) + n * gap_us)
end

-- The millisecond in which the rate lets the next one in. It may still be some microseconds off when that begins; then
-- every command of that millisecond looks again.
local function rate_ready_ms()
    local _, banked_us = rate_bounds()
    return math.floor((ev.next_admission_us - banked_us) / 1000)
end

local function activate(s)
    local deadline_ms = now + ev.session_ms
    s.status, s.activated, s.deadline = 'a', now_text, text(deadline_ms)
    due(deadline_ms)
    add('browsing', 1)
    add('admitted_total', 1)
    record('session.activated', s.id, s.place)
end

-- Lets in the first `n` of the queue, which must be there, and gives their sessions.
local function admit_first(n)
    local popped, ids, saved, active, sessions = redis.call('ZPOPMIN', QUEUE, n), {}, {}, {}, {}
    for i = 1, #popped, 2 do ids[#ids + 1] = popped[i] end
    for i, line in ipairs(redis.call('HMGET', SESSIONS, unpack(ids))) do
        local s = parse_session(ids[i], line)
        activate(s)
        sessions[i] = s
        saved[#saved + 1], saved[#saved + 2] = s.id, session_text(s)
        active[#active + 1], active[#active + 2] = s.deadline, s.id
    end
    redis.call('HSET', SESSIONS, unpack(saved))
    redis.call('ZADD', ACTIVE, unpack(active))
    return sessions
end

local function admit(step)
    local waiting = redis.call('ZCARD', QUEUE)
    if waiting == 0 then return end
    if ev.status == 'active' and ev.sale_starts_ms and now < ev.sale_starts_ms then return due(ev.sale_starts_ms) end
    local wanted, budget = math.min(waiting, room()), rate_budget()
    local n = math.min(wanted, budget, step)
    if n > 0 then
        spend_rate(n)
        admit_first(n)
    end
    if wanted > n then due(budget > n and now or rate_ready_ms()) end
end
