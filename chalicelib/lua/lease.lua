#!lua
-- Takes or renews a lease that saves work: two runs at once would be right, and twice the work. Its only key is the lease.
-- ATOMIC because between a look and a take another could take it.
-- ARGV: owner, lifetime in ms
-- RETURNS: ok, 1 if the lease is the owner's now else 0
-- REFUSALS: none
local owner, lifetime_ms = ARGV[1], ARGV[2]
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= owner then return {'ok', 0} end
redis.call('SET', KEYS[1], owner, 'PX', lifetime_ms)
return {'ok', 1}
