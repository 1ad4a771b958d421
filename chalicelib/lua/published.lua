#!lua flags=allow-oom
-- Moves the cursor of what is told of an event: forwards alone, and only to an entry that the log has as it was told.
-- ATOMIC because two publishers may be at it, and the slower one must not take the cursor back.
-- ARGV: event_id, number of the last entry that is done with, its fields and values as they were read (a comma between),
--       number of the entry that was told last
-- RETURNS: ok, where the cursor is now
-- REFUSALS: event_not_found, too_many_requests
local event_id, seq, was, told_seq = unpack(ARGV)
local missing = arrive(event_id, FIELDS.outbox)
if missing then return missing end

commit()
-- In an event that was made anew, or after a failover that lost writes, that number is another entry's.
local id, before = text(seq) .. '-0', ev.published_seq or 0
local entry = redis.call('XRANGE', LOG, id, id)[1]
if tonumber(seq) <= before or not entry or table.concat(entry[2], ',') ~= was then return {'ok', before} end
-- Not by set(): an event that is being archived is told of too, and commit() writes nothing there.
redis.call('HSET', EVENT, 'published_seq', seq, 'told_seq', told_seq)
return {'ok', tonumber(seq)}
