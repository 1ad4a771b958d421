"""What the tests stand on: real servers, a clock and a network that misbehave on request, processes, waiting.

servers.py  starts Valkey, Redis 7 or a cluster of three     proxy.py  loses, delays or swallows replies
clock.py    moves or freezes the clock of one server         pool.py   runs a function in real processes
wait.py     waits for a condition, never for a time
"""
