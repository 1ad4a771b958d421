-- The event's clock, seven files in the order of their names. It stands before every command, so that each of them sees the
-- event as it is NOW: sessions and holds past their deadline are ended, and whoever may be admitted is. It only defines; a
-- command starts it with begin().
--
-- The sweep is bounded and therefore only book-keeping. What a command decides on it brings up to date by itself, through
-- touch_session, touch_ticket and touch_owner: nothing is valid at or after its deadline, swept or not.
--
-- A refusal must leave no trace of its own: commands validate first, write last, and leave by refuse() or done().
--
-- The server keeps this text loaded, so nothing here is made anew for a call: enter() sets what a call begins with.
-- Commands are paid for in redis.call and in numbers turned to text and back; so fields are read when they are looked at,
-- or together where a command names those it will need, and instants are written once, by text().

local EVENT, SEATS, LABELS, SEATMAP, HOLDERS, QUEUE, AWAY, PASSED, ENTRIES, SESSIONS, ACTIVE, TICKETS, ORDERS, OWNERS, HOLDS, LOG
local DRAW, STATS
local ACTOR -- the person who asks: '' is everybody, in open mode
local PER_MINUTE, RATE -- how many requests a minute they may make (0: any number), and the key of their budget

local SCHEMA = '1' -- the schema of keys.py that this text reads and writes; what says none is of the first
local STEP = 50 -- objects of each kind that one command sweeps on its way
local BACK_MS = 2000 -- a clock that is behind by less is waited for; by more, it has been set and is followed
local ARCHIVING = 'archiving' -- the status in which nothing may change: a report of the event is being written
local REVENUE_STEP = 500 -- entries of the log that one command takes into the revenue
local PAST_TICKETS = 100 -- ended tickets that "my tickets" remembers for one person
local TEXTS = {id = true, schema = true, status = true, mode = true, queue_mode = true, message = true, currency = true,
    commitment = true, draw_digest = true, served = true, organiser_id = true}
-- The fields that each of these commands needs in any case, read together, so many texts first; all others are read when
-- they are looked at.
local CORE = {texts = 4, 'id', 'schema', 'status', 'mode', 'opened_ms', 'minute', 'next_due_ms', 'last_ms'}
local FIELDS = {
    join = {
        texts = 6, 'id', 'schema', 'status', 'mode', 'queue_mode', 'message', 'opened_ms', 'minute', 'next_due_ms', 'last_ms',
        'end_ms', 'sale_starts_ms', 'sale_ends_ms', 'available', 'held', 'browsing', 'next_seq', 'log_seq', 'admitted_total',
        'max_active_sessions', 'tickets_per_visitor', 'admissions_per_minute', 'session_ms', 'pace_ms', 'pace_total', 'pace_passed',
        'passed_over', 'revenue_seq',
    },
    status = {
        texts = 5, 'id', 'schema', 'status', 'mode', 'message', 'opened_ms', 'minute', 'next_due_ms', 'last_ms', 'end_ms',
        'sale_ends_ms', 'available', 'held', 'browsing', 'admitted_total', 'tickets_per_visitor', 'pace_ms', 'pace_total', 'pace_passed',
        'passed_over',
    },
    serving = {texts = 3, 'id', 'schema', 'served', 'served_until_ms', 'last_ms'},
    outbox = {texts = 3, 'id', 'schema', 'status', 'last_ms', 'log_seq', 'published_seq', 'told_seq'},
    purchase = {
        texts = 5, 'id', 'schema', 'status', 'mode', 'currency', 'opened_ms', 'minute', 'next_due_ms', 'last_ms', 'end_ms',
        'sale_ends_ms', 'seated', 'available', 'held', 'browsing', 'hold_ms', 'max_tickets_per_user', 'states_version', 'log_seq',
        'revenue_seq',
    },
    settle = {
        texts = 4, 'id', 'schema', 'status', 'mode', 'opened_ms', 'minute', 'next_due_ms', 'last_ms', 'held', 'sold', 'available',
        'states_version', 'log_seq', 'revenue', 'revenue_seq',
    },
}
local STATUS = {w = 'waiting', a = 'active', c = 'completed', e = 'expired', l = 'left', b = 'abandoned'}

local ev = {} -- the event's fields, numbers but for TEXTS, false where not set; change them only by set() and add()
local dirty = {} -- names of changed fields
local waits = {} -- of those whom this command lets in: bucket -> how many waited so long
local now, now_us, now_text -- milliseconds and microseconds since 1970, the server's; milliseconds as text
local behind -- true while the bounded sweep has not caught up with now
local lag_ms -- how late this sweep was
local freed -- true when a place or stock has come back
local is_counting -- whether this command keeps the revenue; nil until it logs something
local swept_sessions, swept_holds

local function keep(name, value)
    value = (TEXTS[name] and value or tonumber(value)) or false
    ev[name] = value
    return value
end

local LAZY = {__index = function(_, name) return keep(name, redis.call('HGET', EVENT, name)) end}

local function enter(keys, argv)
    EVENT, SEATS, LABELS, SEATMAP, HOLDERS, QUEUE, AWAY, PASSED, ENTRIES, SESSIONS, ACTIVE, TICKETS, ORDERS, OWNERS, HOLDS, LOG,
        DRAW, STATS = unpack(keys)
    -- The last two words of every call; behind them a command sees its own.
    PER_MINUTE, ACTOR = tonumber(table.remove(argv)), table.remove(argv)
    RATE = keys[#keys]
    -- Emptied, not made anew: a table that has grown before does not grow again, field by field.
    for name in next, ev do ev[name] = nil end
    for name in next, dirty do dirty[name] = nil end
    for bucket in next, waits do waits[bucket] = nil end
    setmetatable(ev, LAZY)
    behind, freed, lag_ms, swept_sessions, swept_holds, is_counting = false, false, 0, 0, 0, nil
    now, now_us, now_text = nil, nil, nil
end

-- Reads these fields. Gives false when the event is of another schema: then its texts are read, and no number, for what is
-- a number here may be none there.
local function prefetch(names)
    local values = redis.call('HMGET', EVENT, unpack(names))
    for i = 1, names.texts do ev[names[i]] = values[i] end
    if ev.schema and ev.schema ~= SCHEMA then return false end
    for i = names.texts + 1, #names do
        local value = values[i]
        ev[names[i]] = value and value ~= '' and value + 0
    end
    return true
end

-- Writes a whole number as text: what Redis and Lua do with a number by themselves is slow.
local function text(n)
    return string.format('%d', n)
end

local function set(name, value)
    ev[name] = value
    dirty[name] = true
end

local function add(name, n)
    set(name, ev[name] + n)
end

-- The revenue is that of the log up to revenue_seq. An older release, which knows of neither, leaves that behind.
local function is_revenue_known()
    return (ev.revenue_seq or 0) == ev.log_seq
end

local function record(what, who, data)
    if is_counting == nil then is_counting = is_revenue_known() end
    add('log_seq', 1)
    if is_counting then set('revenue_seq', ev.log_seq) end
    redis.call('XADD', LOG, text(ev.log_seq) .. '-0', 'at', now_text, 'what', what, 'who', who, 'data', data)
end

local function due(at_ms)
    if ev.next_due_ms == 0 or at_ms < ev.next_due_ms then set('next_due_ms', at_ms) end
end

local function commit()
    if not next(dirty) or ev.status == ARCHIVING then return end
    for bucket, n in pairs(waits) do redis.call('HINCRBY', STATS, 'wait' .. bucket, n) end
    dirty.last_ms, ev.last_ms = true, now
    local fields, n = {}, 0
    for name in pairs(dirty) do
        fields[n + 1], fields[n + 2] = name, TEXTS[name] and ev[name] or text(ev[name])
        n = n + 2
    end
    redis.call('HSET', EVENT, unpack(fields))
end
