-- Minutes: what an event keeps of each, for the organiser and for the estimate of the wait.

local MINUTES = 60 -- an hour

-- The wait that a share of those admitted in the finished minute did not exceed, in ms, or nil when there are none.
local function percentile(counts, total, share)
    local buckets, seen, others = {}, 0, 0
    for bucket, n in pairs(counts) do
        buckets[#buckets + 1] = bucket
        others = others + n
    end
    if total < 1 then return nil end
    table.sort(buckets)
    seen = total - others
    if seen >= share * total then return 0 end
    for _, bucket in ipairs(buckets) do
        seen = seen + counts[bucket]
        if seen >= share * total then return math.floor((2 ^ (bucket / 4) - 1) * 1000) end
    end
end

-- The waits of the present minute, by bucket, and their fields.
local function minute_waits()
    local counts, fields, all = {}, {}, redis.call('HGETALL', STATS)
    for i = 1, #all, 2 do
        local bucket = string.match(all[i], '^wait(%d+)$')
        if bucket then
            counts[tonumber(bucket)] = tonumber(all[i + 1])
            fields[#fields + 1] = all[i]
        end
    end
    return counts, fields
end

-- The figures of the present minute so far, as one line of stats:{E}.
local function minute_line(counts)
    local admitted = ev.admitted_total - ev.minute_total
    return table.concat({ev.minute, redis.call('ZCARD', QUEUE), redis.call('ZCARD', ACTIVE), redis.call('ZCARD', AWAY), admitted,
        ev.abandoned - ev.minute_abandoned, ev.no_shows - ev.minute_no_shows, percentile(counts, admitted, 0.5) or '',
        percentile(counts, admitted, 0.95) or '', ev.drain_lag_ms}, ',')
end

-- What is left, held and sold in the present minute so far, and the revenue or '', as another line of stats:{E}. Beside the
-- line above, because older releases read that one and know how many figures it has.
local function sale_line()
    local revenue = is_revenue_known() and text(ev.revenue or 0) or ''
    return table.concat({ev.minute, ev.available, ev.held, ev.sold, revenue}, ',')
end

-- Closes the minute in which the last command came, and starts the present one. The pace of the last one to two minutes
-- is how far the line moved since the turn before this: who came in, and who was passed over.
local function turn_minute()
    if ev.minute > 0 then
        local counts, fields = minute_waits()
        local slot = ev.minute % MINUTES
        redis.call('HSET', STATS, 'minute' .. slot, minute_line(counts), 'sale' .. slot, sale_line())
        if #fields > 0 then redis.call('HDEL', STATS, unpack(fields)) end
    end
    set('minute', math.floor(now / 60000))
    set('pace_ms', ev.minute_ms)
    set('pace_total', ev.minute_total)
    set('pace_passed', ev.minute_passed)
    set('minute_ms', now)
    set('minute_total', ev.admitted_total)
    set('minute_passed', ev.passed_over)
    set('minute_abandoned', ev.abandoned)
    set('minute_no_shows', ev.no_shows)
    set('drain_lag_ms', 0)
end
