-- Telling: what people are told about the room, and when they shall ask again.

local NEAR_MS, PER_PLACE_MS, FAR_MS = 2000, 20, 10000 -- a waiting person's time between two polls, by position
local ACTIVE_MS = 10000 -- that of those who are inside
local POLLS_IN_QUARTER, QUIET_MS_MAX = 5, 15000

-- Numbers that are none fail here, before a command has written anything.
local function assert_pacing(per_second, jitter)
    assert(per_second + 0 >= 1 and jitter + 0 >= 0 and jitter + 0 < 1000)
end

local ROOM = {
    ended = 'ended', lobby = 'lobby', sold_out = 'sold_out', standby = 'standby', paused = 'paused', waiting = 'waiting',
}

-- What the room is to those who wait, and in standby how many tickets may come back.
local function room_state()
    if now >= math.min(ev.end_ms, ev.sale_ends_ms or ev.end_ms) or ev.status == 'cancelled' then return ROOM.ended end
    if ev.opened_ms == 0 then return ROOM.lobby end
    if is_sold_out() then return ROOM.sold_out end
    if unclaimed() < 1 and ev.available + ev.held > 0 then return ROOM.standby, ev.available + ev.held end
    return (ev.mode == 'paused' or ev.status ~= 'active') and ROOM.paused or ROOM.waiting
end

-- How many came in within the measured time, and how far the line moved by that and by those passed over.
local function line_moved()
    local admitted = ev.admitted_total - ev.pace_total
    return admitted, admitted + ev.passed_over - ev.pace_passed
end

-- When to ask again, in ms. All polls together are to stay below `per_second`; `jitter` is uniform, 0 to 999.
-- In the lobby it is after the start: with the square root of the jitter over 2 s and twice the time of so many polls,
-- the polls of n people, whose spans grow with the lobby, stay below the limit at every instant: integrate the
-- density 2t/S(i)^2, S(i) = 2 s + 2i/limit, over those i with S(i) > t.
local function poll_after(s, rank, waiting, per_second, jitter)
    if s.status == 'a' then return math.floor(ACTIVE_MS * (1 + jitter / 4000)) end
    local least_ms = math.ceil(waiting * 1000 / per_second)
    if not rank then
        local left_ms = (ev.sale_starts_ms or 0) - now -- behind us when the event was inactive then
        local spread_ms = math.floor((NEAR_MS + 2 * least_ms) * math.sqrt(jitter / 1000))
        return (left_ms > 0 and left_ms or NEAR_MS) + spread_ms
    end
    -- Among leavers a turn is nearer than it looks: of those before, about as many are here as were lately.
    local admitted, moved = line_moved()
    local here_before = admitted > 0 and rank * admitted / moved or rank
    local near_ms = NEAR_MS + math.floor(PER_PLACE_MS * here_before)
    return math.floor(math.max(least_ms, math.min(FAR_MS, near_ms)) * (1 + jitter / 4000))
end

-- Finds out where a session stands and when its owner shall ask again.
local function look(s, per_second, jitter)
    local rank
    s.position, rank = position(s)
    if s.status ~= 'w' and s.status ~= 'a' then return end
    local waiting = s.status == 'w' and redis.call('ZCARD', QUEUE) or 0
    s.after_ms = poll_after(s, rank, waiting, tonumber(per_second), tonumber(jitter))
end

-- What an answer says of a session that was looked at, beside its record: position, state, when to ask again, when the
-- sale opens, how many tickets may come back, and what an estimate and an upper bound of the place are made of.
local function tell(s)
    local state, may_return = STATUS[s.status], nil
    if s.status == 'w' then state, may_return = room_state() end
    local _, moved = line_moved()
    local opens_in_ms = state == ROOM.lobby and ev.sale_starts_ms and math.max(0, ev.sale_starts_ms - now)
    return s.position or false, state, s.after_ms or false, opens_in_ms or false, may_return or false, now, ev.admitted_total,
        now - ev.pace_ms, moved, ev.opened_ms, ev.mode, ev.message or ''
end

-- How much is left of the quarter in which polls are counted, or false. What is longer than any quarter comes from a
-- clock that was set back since.
local function quiet_ms(s)
    local left_ms = tonumber(s.quiet) - now
    return left_ms > 0 and left_ms <= QUIET_MS_MAX and left_ms
end

-- How long the owner of a session has to be silent, in ms, or false: they have asked more than so many times within a
-- quarter of the time they were told.
local function is_too_fast(s)
    return tonumber(s.polls) >= POLLS_IN_QUARTER and quiet_ms(s)
end

-- Counts a poll in the quarter that it falls in, or begins one with it.
local function count_poll(s)
    if quiet_ms(s) then
        s.polls = text(s.polls + 1)
    else
        s.polls, s.quiet = '1', text(now + math.min(QUIET_MS_MAX, math.floor(s.after_ms / 4)))
    end
end

-- Notes that the owner of a living session is here: they come back if they were passed over, show up if they were
-- admitted meanwhile, and are told when to ask again. Gives the session as it is then, looked at and saved. `is_poll`:
-- this is counted; who joins again or asks for more time is no poll.
local function here(s, per_second, jitter, is_poll)
    if s.status == 'w' and redis.call('ZCARD', AWAY) > 0 and come_back(s) then
        s.seen, s.poll_due = now_text, now_text
        save_session(s)
        admit(STEP)
        s = load_session(s.id)
    end
    claim(s)
    look(s, per_second, jitter)
    if is_poll then count_poll(s) end
    s.seen, s.poll_due = now_text, text(now + s.after_ms)
    save_session(s)
    return s
end
