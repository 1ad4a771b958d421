-- Sessions: a person's place in the queue, then the turn to buy.

-- Every field of a session is text; tonumber() where it is compared.
local function parse_session(id, line)
    local seen, status, place, entered, activated, deadline, held, confirmed, lost, alias, user =
        string.match(line, '^(%d+),(%a),(%d+),(%d+),(%d+),(%d+),(%d+),(%d+),(%d+),([^,]*),(.*)$')
    return {
        id = id, seen = seen, status = status, place = place, entered = entered, activated = activated,
        deadline = deadline, held = held, confirmed = confirmed, lost = lost, alias = alias, user = user,
    }
end

local function load_session(id)
    local line = id and redis.call('HGET', SESSIONS, id)
    return line and parse_session(id, line)
end

local function session_text(s)
    return table.concat({s.seen, s.status, s.place, s.entered, s.activated, s.deadline, s.held, s.confirmed, s.lost,
        s.alias, s.user}, ',')
end

local function save_session(s)
    redis.call('HSET', SESSIONS, s.id, session_text(s))
end

-- `was_holding`: until this very step it held something, so it was not counted among those who browse.
local function end_session(s, status, was_holding)
    if s.status == 'a' then
        freed = true
        redis.call('ZREM', ACTIVE, s.id)
        if s.held == '0' and not was_holding then add('browsing', -1) end
    else
        redis.call('ZREM', QUEUE, s.id)
    end
    s.status = status
    save_session(s)
    record('session.' .. STATUS[status], s.id, s.place)
    swept_sessions = swept_sessions + 1
end

local function touch_session(s)
    if not s then return end
    if s.status == 'a' and (tonumber(s.deadline) <= now or ev.status == 'cancelled') then
        end_session(s, 'e')
    elseif s.status == 'w' and ev.status == 'cancelled' then
        end_session(s, 'l')
    end
end

local function position(s)
    if s.status == 'a' then return 0 end
    local rank = s.status == 'w' and redis.call('ZRANK', QUEUE, s.id)
    return rank and rank + 1
end
