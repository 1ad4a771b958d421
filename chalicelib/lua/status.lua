#!lua flags=allow-oom
-- Says where a session stands, and notes that its owner was here.
-- ATOMIC because position, state and deadline must be of one instant, after everything due has happened.
-- ARGV: '' or event_id, session_id, '' or a user_id: then it is that person's session, and nobody was here
-- RETURNS: ok, event_id, session_id, session record, position or nil, admissions_per_minute or nil
-- REFUSALS: event_not_found, session_not_found, not_in_queue
local missing = begin(ARGV[1], STEP, FIELDS.status)
if missing then return missing end

local id, by_user = ARGV[2], ARGV[3] ~= ''
if by_user then
    id = redis.call('HGET', ENTRIES, ARGV[3])
    if not id then return refuse('not_in_queue') end
end
local line = redis.call('HGET', SESSIONS, id)
if not line then return refuse('session_not_found') end
local status = string.match(line, '^%d+,(%a)')
if status == 'a' and (behind or ev.status == 'cancelled') or status == 'w' and ev.status == 'cancelled' then
    local s = parse_session(id, line)
    touch_session(s)
    touch_owner(s.user) -- its last hold may be due, which completes it
    s = load_session(id)
    status, line = s.status, session_text(s)
end
if not by_user and (status == 'w' or status == 'a') then
    -- The instant stands first in the record, and has had 13 digits since 2001.
    line = now_text .. string.sub(line, 14)
    redis.call('HSET', SESSIONS, id, line)
end
commit()
local place = status == 'a' and 0 or status == 'w' and redis.call('ZRANK', QUEUE, id) + 1
return {'ok', ev.id, id, line, place, ev.admissions_per_minute}
