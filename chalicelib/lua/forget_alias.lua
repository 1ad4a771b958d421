#!lua flags=allow-oom
-- Frees a session id that a client chose, if it means a session of this event. Its only key is what resolves it.
-- ATOMIC because it could be chosen for another event between the look and the removal.
-- ARGV: user_id, event code
-- RETURNS: ok, 1 if it is free now else 0
-- REFUSALS: none
local owner, high, low = string.match(redis.call('GET', KEYS[1]) or '', '^([^,]*),(%x+)%-(%x+)')
if owner ~= ARGV[1] or high .. low ~= ARGV[2] then return {'ok', 0} end
return {'ok', redis.call('DEL', KEYS[1])}
