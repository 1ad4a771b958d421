"""Sabotages of what is kept of a person: how often they ask, what is forgotten of them, what they are told."""

from __future__ import annotations

from tests.sabotage.sabotage import Sabotage

PERSONS = (
    Sabotage(
        "nobody asks too often",
        "lua/prelude/6_clock.lua",
        "if ahead_us > banked_us then return {'too_many_requests'",
        "if false then return {'too_many_requests'",
        harm="one script with a loop takes the capacity of thousands",
        guess="integration/test_budget.py",
    ),
    Sabotage(
        "a budget is kept for ever",
        "lua/prelude/6_clock.lua",
        ", 'PX', math.ceil(ahead_us / 1000))",
        ")",
        harm="the memory fills with people who came once",
        guess="integration/test_budget.py",
    ),
    Sabotage(
        "all people have one budget",
        "keys.py",
        'return f"rate:{{{code}}}:{_digest(user_id)}"',
        'return f"rate:{{{code}}}:{_digest(code)}"',
        harm="one who asks too often silences everybody",
        guess="integration/test_budget.py",
    ),
    Sabotage(
        "an organiser makes any number of events",
        "lua/register_event.lua",
        ">= tonumber(ARGV[2])",
        "> tonumber(ARGV[2]) * 1000",
        harm="one account fills the memory of all",
        guess="http/test_contract.py",
    ),
    Sabotage(
        "an idempotency key of one organiser is that of another",
        "events/service.py",
        'ids.derived_id("POST /events", principal, key',
        'ids.derived_id("POST /events", "-", key',
        harm="whoever guesses a key is given somebody else's event",
        guess="integration/test_owners.py",
    ),
    Sabotage(
        "an erased person still has a place in line",
        "lua/erase.lua",
        "    redis.call('HDEL', ENTRIES, user)\n",
        "",
        harm="a name that was to be forgotten is not",
        guess="integration/test_erasure.py",
    ),
    Sabotage(
        "an erased person still owns what has ended",
        "lua/erase.lua",
        "        redis.call('HDEL', OWNERS, user .. list)\n",
        "        if list == '' then redis.call('HDEL', OWNERS, user) end\n",
        harm="a name that was to be forgotten is not",
        guess="integration/test_erasure.py",
    ),
    Sabotage(
        "an erased person still stands in the fingerprint of an order",
        "lua/erase.lua",
        "',' .. table.concat({created, name,",
        "select(1, parse_order(order)) .. ',' .. table.concat({created, name,",
        harm="whoever tries a list of names finds the one that was to be forgotten",
        guess="integration/test_erasure.py",
    ),
    Sabotage(
        "an erased person still has a payment",
        "lua/erase.lua",
        "t.user, t.payment_reference = name, nil",
        "t.user = name",
        harm="who paid is known to the bank, and so to whoever asks there",
        guess="integration/test_erasure.py",
    ),
    Sabotage(
        "a person is erased while the sale lasts",
        "lua/erase.lua",
        "if ev.status ~= 'cancelled' and now < ev.end_ms then return refuse('event_not_ended') end\n",
        "",
        harm="a ticket that was paid for is nobody's at the door",
        guess="integration/test_erasure.py",
    ),
    Sabotage(
        "a 401 does not say what is wanted",
        "http/problem.py",
        'headers["WWW-Authenticate"] = "Bearer" if',
        'headers["X-Authenticate"] = "Bearer" if',
        harm="a client cannot tell that a new token would do",
        guess="http/test_auth.py",
    ),
    Sabotage(
        "answers have no headers of safety",
        "http/route.py",
        "        response.headers = {**headers, **response.headers}\n",
        "",
        harm="an answer is run as a page of the shop",
        guess="http/test_access.py",
    ),
)
