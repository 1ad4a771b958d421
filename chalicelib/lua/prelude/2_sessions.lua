-- Sessions: a person's place in the queue, then the turn to buy.

local LATE = 2 ^ 52 -- in a draw: who joins after the opening stands behind every place that can be drawn

-- Every field of a session is text; tonumber() where it is compared.
local function parse_session(id, line)
    local seen, poll_due, quiet, polls, status, place, entered, activated, deadline, held, confirmed, lost, entrant, alias, user =
        string.match(line, '^(%d+),(%d+),(%d+),(%d),(%a),(%d+),(%d+),(%d+),(%d+),(%d+),(%d+),(%d+),(%d+),([^,]*),(.*)$')
    return {
        id = id, seen = seen, poll_due = poll_due, quiet = quiet, polls = polls, status = status, place = place,
        entered = entered, activated = activated, deadline = deadline, held = held, confirmed = confirmed, lost = lost,
        entrant = entrant, alias = alias, user = user,
    }
end

local function load_session(id)
    local line = id and redis.call('HGET', SESSIONS, id)
    return line and parse_session(id, line)
end

local function session_text(s)
    return table.concat({s.seen, s.poll_due, s.quiet, s.polls, s.status, s.place, s.entered, s.activated, s.deadline, s.held,
        s.confirmed, s.lost, s.entrant, s.alias, s.user}, ',')
end

-- A record, as far as admission has to look at it: a drain does little else, and taking it apart in full was half of its work.
-- Gives all before polls, poll_due alone, place and entered, each of them alone, and all behind the deadline.
local ADMITTABLE = '^(%d+,(%d+),%d+),%d,%a,((%d+),(%d+)),%d+,%d+,(.*)$'

-- The record of somebody who was let in and does not know yet: polls is 0.
local function admitted_text(head, middle, deadline, tail)
    return head .. ',0,a,' .. middle .. ',' .. now_text .. ',' .. deadline .. ',' .. tail
end

local function save_session(s)
    redis.call('HSET', SESSIONS, s.id, session_text(s))
end

local function forget_away(id)
    redis.call('ZREM', PASSED, id)
    return redis.call('ZREM', AWAY, id) == 1
end

-- `was_holding`: until this very step it held something, so it was not counted among those who browse.
local function end_session(s, status, was_holding)
    local why = STATUS[status]
    if s.status == 'a' then
        freed = true
        redis.call('ZREM', ACTIVE, s.id)
        if s.held == '0' and not was_holding then add('browsing', -1) end
        if status == 'e' and s.polls == '0' and ev.status ~= 'cancelled' then
            add('no_shows', 1)
            why = 'no_show'
        end
    elseif redis.call('ZREM', QUEUE, s.id) == 0 then
        forget_away(s.id)
    end
    if status == 'b' then add('abandoned', 1) end
    s.status = status
    save_session(s)
    record('session.' .. why, s.id, s.place)
    swept_sessions = swept_sessions + 1
end

local function touch_session(s)
    if not s then return end
    if s.status == 'a' and (tonumber(s.deadline) <= now or ev.status == 'cancelled') then
        end_session(s, 'e')
    elseif s.status == 'w' and ev.status == 'cancelled' then
        end_session(s, 'l')
    elseif s.status == 'w' and behind then
        local abandoned_ms = redis.call('ZSCORE', PASSED, s.id)
        if abandoned_ms and tonumber(abandoned_ms) <= now then end_session(s, 'b') end
    end
end

-- Who was passed over and is here again stands where they stood. Gives whether that was so.
local function come_back(s)
    if not forget_away(s.id) then return false end
    redis.call('ZADD', QUEUE, s.place, s.id)
    record('session.returned', s.id, s.place)
    return true
end

-- Who was admitted between two polls has a short time to show up, and the full time from then on. Gives whether they
-- show up now; saving the record is the caller's.
local function claim(s)
    if s.status ~= 'a' or s.polls ~= '0' then return false end
    local deadline_ms = now + ev.session_ms
    s.polls, s.seen, s.deadline = '1', now_text, text(deadline_ms)
    due(deadline_ms)
    redis.call('ZADD', ACTIVE, s.deadline, s.id)
    record('session.claimed', s.id, s.deadline)
    return true
end

-- 1 is next; those who are away and stand before count too, so a position never grows. In the lobby there is none. Gives
-- also the position among those who are not away.
local function position(s)
    if s.status == 'a' then return 0 end
    if s.status ~= 'w' or ev.opened_ms == 0 then return nil end
    local before, rank = '(' .. s.place, redis.call('ZRANK', QUEUE, s.id)
    if rank then return rank + redis.call('ZCOUNT', AWAY, '-inf', before) + 1, rank + 1 end
    rank = redis.call('ZCOUNT', QUEUE, '-inf', before)
    return rank + redis.call('ZRANK', AWAY, s.id) + 1, rank + 1
end

local function waiting_count()
    return redis.call('ZCARD', QUEUE) + redis.call('ZCARD', AWAY)
end
