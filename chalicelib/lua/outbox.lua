#!lua flags=allow-oom
-- Reads what comes in an event's log after the cursor of what is told. Nothing is swept: only what stands there is told.
-- ATOMIC because the cursor and what follows it must be of one instant.
-- ARGV: event_id, entries in the page
-- RETURNS: ok, now_ms, log_seq, number of the entry that was told last (0: none), entries: of each its id, then in a list
--          its fields and values
-- REFUSALS: event_not_found, too_many_requests
local event_id, limit = unpack(ARGV)
local missing = arrive(event_id, FIELDS.outbox)
if missing then return missing end

commit()
local seq, entries = ev.published_seq or 0, {}
if seq < ev.log_seq then entries = redis.call('XRANGE', LOG, text(seq + 1) .. '-0', '+', 'COUNT', limit) end
return {'ok', now, ev.log_seq, ev.told_seq or 0, entries}
