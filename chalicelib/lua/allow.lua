#!lua flags=allow-oom
-- Spends one of a person's requests, for those that concern no event. Its only key is that person's budget.
-- ATOMIC because of two requests at once each could take the last.
-- ARGV: none
-- RETURNS: ok
-- REFUSALS: too_many_requests
ev.last_ms = 0
read_clock()
return spend_budget() or {'ok'}
