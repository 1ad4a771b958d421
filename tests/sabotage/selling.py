"""Sabotages of the sale itself: who gets what, until when, and how many."""

from __future__ import annotations

from tests.sabotage.sabotage import Change, Sabotage

_READ_FIRST = """    _, *flat = run(house.store, type(what)("event", what.keys, [wish.event_id]))
    stored = dict(zip(flat[::2], flat[1::2], strict=True))
    left = int(stored["available"])
    if stored["seated"] == "0" and left < quantity:
        raise DomainError("not_enough_tickets" if left + int(stored["held"]) else "sold_out", data=[left])
"""
_EACH_ALONE = """    if (action, kind) == ("confirm", "order"):
        there = [json.loads(text) for text in _read(house, "order", object_id)[2:]]
        if all(ticket["status"] == "reserved" for ticket in there):
            for ticket in there:
                _settle(house, action, "ticket", ticket["id"], payment_reference)
"""

SELLING = (
    Sabotage(
        "a seat that is taken is sold again",
        "lua/purchase.lua",
        "taken[#taken + 1] = ordinal",
        "",
        harm="two people stand at one seat",
        guess="integration/test_purchase.py",
    ),
    Sabotage(
        "the stock is read in one command and taken in another",
        "tickets/service.py",
        '    # Written first, so that "my tickets"',
        _READ_FIRST + '    # Written first, so that "my tickets"',
        harm="of many who buy at once more get a ticket than there are",
        guess="concurrency/test_last_tickets.py",
        more=(
            Change("lua/purchase.lua", "    if is_sold_out() then return refuse('sold_out') end\n", ""),
            Change(
                "lua/purchase.lua",
                "    if ev.available < n then return refuse('not_enough_tickets', ev.available) end\n",
                "",
            ),
        ),
    ),
    Sabotage(
        "an order is confirmed ticket by ticket, each in a command of its own",
        "tickets/service.py",
        "payment_reference: str) -> list[Any]:\n",
        "payment_reference: str) -> list[Any]:\n" + _EACH_ALONE,
        harm="a family that pays in the last second gets three of four seats",
        guess="http/test_round_trips.py",
    ),
    Sabotage(
        "an order stops at the first taken seat and keeps those before it",
        "lua/purchase.lua",
        "taken[#taken + 1] = ordinal",
        "if i == 1 then taken[1] = ordinal else n = i - 1 end\n        break",
        harm="a family holds two of its four seats",
        guess="integration/test_orders.py",
    ),
    Sabotage(
        "the session of another buys",
        "lua/purchase.lua",
        "s.user ~= user or ",
        "",
        harm="who has not waited buys with the turn of somebody who has",
        guess="integration/test_purchase.py",
    ),
    Sabotage(
        "a session id of somebody's own choice is not compared",
        "lua/purchase.lua",
        " or (is_alias == '1' and s.alias ~= session_ref)",
        "",
        harm="any invented session id is as good as the right one",
        guess="http/test_chosen_session_ids.py",
    ),
    Sabotage(
        "who waits may buy",
        "lua/purchase.lua",
        "if s.status == 'w' then return refuse('session_not_active') end\nif s.status ~= 'a' then",
        "if s.status ~= 'a' and s.status ~= 'w' then",
        harm="the queue is for those who do not know the address of the shop",
        guess="integration/test_purchase.py",
    ),
    Sabotage(
        "a person's tickets are not counted",
        "lua/purchase.lua",
        "#live + wanted > ev.max_tickets_per_user",
        "wanted > ev.max_tickets_per_user",
        harm="a tout buys ten at a time, as often as he likes",
        guess="integration/test_purchase.py",
    ),
    Sabotage(
        "a hold lives a millisecond longer",
        "lua/prelude/4_tickets.lua",
        "tonumber(t.expires_ms) <= now",
        "tonumber(t.expires_ms) < now",
        harm="at its deadline a hold is the old owner's and the next one's",
        guess="integration/test_settle.py",
    ),
    Sabotage(
        "a session lives a millisecond longer",
        "lua/prelude/2_sessions.lua",
        "tonumber(s.deadline) <= now",
        "tonumber(s.deadline) < now",
        harm="a turn that is over still buys",
        guess="integration/test_sessions.py",
    ),
    Sabotage(
        "a hold ends by the worker's clock",
        "tickets/service.py",
        "        *ordinals,\n",
        '        *ordinals,\n        __import__("time").time_ns() // 1_000_000,\n',
        harm="a Lambda whose clock is wrong gives a minute to pay, or an hour",
        guess="integration/test_clock.py",
        more=(
            Change(
                "lua/purchase.lua",
                "local seats = {unpack(ARGV",
                "local theirs = tonumber(table.remove(ARGV))\nlocal seats = {unpack(ARGV",
            ),
            Change(
                "lua/purchase.lua", "local expires_ms, ids, owned = now +", "local expires_ms, ids, owned = theirs +"
            ),
        ),
    ),
    Sabotage(
        "confirm trusts the sweep",
        "lua/settle.lua",
        "    touch_ticket(t)\n",
        "",
        harm="when a thousand holds end at once, some that are over are still paid for",
        guess="integration/test_due_at_once.py",
    ),
    Sabotage(
        "purchase trusts the sweep",
        "lua/purchase.lua",
        "    touch_ticket(holder)\n",
        "",
        harm="when a thousand holds end at once, free seats are said to be taken",
        guess="integration/test_due_at_once.py",
    ),
    Sabotage(
        "an order with an expired hold is confirmed as far as it goes",
        "lua/settle.lua",
        "if count.expired > 0 then",
        "if count.expired > 0 and #reserved == 0 then",
        harm="a family pays for four seats and has three",
        guess="integration/test_settle.py",
    ),
    Sabotage(
        "holds may be lost without end",
        "lua/purchase.lua",
        "tonumber(s.lost) >= 2",
        "tonumber(s.lost) > 2",
        harm="somebody blocks seats for hours and buys none",
        guess="integration/test_holds.py",
    ),
    Sabotage(
        "a seat held in another session of the same person counts as this one's",
        "lua/purchase.lua",
        "holder.session == s.id",
        "holder.user == user",
        harm="holds that were lost with a session come back by another",
        guess="integration/test_purchase.py",
    ),
    Sabotage(
        "the sale ends a millisecond late",
        "lua/prelude/3_admission.lua",
        "now >= ev.sale_ends_ms)",
        "now > ev.sale_ends_ms)",
        harm="the sale is open after it has closed",
        guess="integration/test_purchase.py",
    ),
    Sabotage(
        "a ticket is cancelled after its event",
        "lua/settle.lua",
        "if #ending > 0 and now >= ev.end_ms then return refuse('event_ended') end",
        "",
        harm="who was at the concert gets the money back",
        guess="integration/test_settle.py",
    ),
    Sabotage(
        "the price of the first seat is that of all",
        "tickets/model.py",
        "sum(ticket.price for ticket in read)",
        "len(read) * read[0].price",
        harm="an order of a dear and a cheap seat costs two dear ones",
        guess="integration/test_orders.py",
    ),
)
