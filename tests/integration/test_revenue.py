"""The revenue: what all tickets cost that are sold now, whichever release has sold them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import Api
from tests.support.archiving import times
from tests.support.auditing import audit, named, repair
from tests.support.clock import Clock
from tests.support.older import made_by_an_older_release, older
from tests.support.room import figures
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    Visitor,
    change,
    crowd,
    drained,
    enter,
    freeze,
    hold,
    new_event,
    new_seated,
    order,
    raw,
    seat_specs,
    settle,
)
from tests.support.spoilable import Scene

STEP = 500
"""Entries of a log that one look takes."""

HIGHEST = 100_000_000
"""The highest price there is."""


def revenue(api: Api, event: str) -> int | None:
    """Give what was taken, or None while it is not known."""
    found: int | None = figures(api, event)["now"]["revenue"]
    return found


def settled_by_an_older_release(action: str, *tickets: str) -> None:
    """Confirm or cancel tickets as the release before this one does."""
    for ticket in tickets:
        older("settle", ticket, "", action, "ticket", ticket, "")


def a_long_log(api: Api) -> tuple[str, Visitor, int]:
    """Give an event that an older release has made, its first visitor, and how many looks take all of its log."""
    event = new_event(api, total_tickets=2000, max_active_sessions=2000, price=30)
    visitors = crowd(event, 2 * STEP)
    settled_by_an_older_release("confirm", hold(api, visitors[-1]))
    return event, visitors[0], -(-made_by_an_older_release(event) // STEP)


def test_the_revenue_is_what_the_tickets_cost_that_are_sold(api: Api) -> None:
    """Each at the price at which it was held; a hold is worth nothing, and a ticket that came back no more."""
    event, seats = new_seated(api, 3, total_tickets=5)
    api.post(f"/events/{event}/seats", {"seats": seat_specs(2, 70, section="B")})
    ada = enter(api, event, "ada")
    tickets = [hold(api, ada, seat) for seat in seats]
    assert (revenue(api, event), figures(api, event)["currency"]) == (0, "USD")
    for ticket in (*tickets[:2], tickets[0]):  # the first of them twice
        settle(api, "confirm", ticket)
    assert revenue(api, event) == 10_000
    settle(api, "cancel", tickets[2])
    settle(api, "cancel", tickets[1])
    settle(api, "cancel", tickets[1])
    assert revenue(api, event) == 5_000


def test_an_order_a_hold_that_expires_and_the_end_of_a_sale_change_it_as_they_should(api: Api, clock: Clock) -> None:
    """All tickets of an order at once; nothing for what ran out; what is sold stays sold when an event is cancelled."""
    freeze(clock)
    event = new_event(api, price=30, hold_seconds=60)
    first, second = (order(api, visitor, 2).json["id"] for visitor in crowd(event, 2))
    api.post(f"/orders/{first}/confirm")
    clock.advance(ms=MINUTE_MS)
    assert api.get(f"/orders/{second}").json["status"] == "expired"
    change(api, event, price=99)
    assert revenue(api, event) == 60
    change(api, event, status="cancelled")
    assert revenue(api, event) == 60
    api.post(f"/events/{event}/erasures", {"user_id": "user0"})
    assert (revenue(api, event), named(audit(api, event))) == (60, [])


@pytest.mark.parametrize("looks", [figures, audit, lambda *_: drained(left_ms=0)], ids=["figures", "audit", "drain"])
def test_what_an_older_release_sells_is_counted_by_this_one(api: Api, looks: Any) -> None:
    """And what it takes back; between sales of this one, which are counted once."""
    event = new_event(api, price=30)
    (ada,) = crowd(event, 1)
    tickets = [hold(api, ada) for _ in range(6)]
    settle(api, "confirm", tickets[0])
    settled_by_an_older_release("confirm", *tickets[1:4])
    settle(api, "confirm", tickets[4])
    settled_by_an_older_release("cancel", tickets[0], tickets[5])
    looks(api, event)
    settle(api, "cancel", tickets[1])
    assert Scene(event).do("HGET", "events", "revenue") == "90"
    assert (revenue(api, event), named(audit(api, event))) == (90, [])


def test_a_long_log_is_counted_in_steps(api: Api) -> None:
    """Of 500 entries a look; until then the revenue is not known, and no audit calls it wrong."""
    event, ada, looks = a_long_log(api)
    settle(api, "confirm", hold(api, ada))  # by this release, in the middle of it
    assert named(audit(api, event)) == []
    assert [revenue(api, event) for _ in range(looks)] == [None] * (looks - 2) + [60] * 2


def test_the_drain_counts_a_long_log_when_nobody_asks(api: Api) -> None:
    """A step in each of its ticks."""
    event, _, looks = a_long_log(api)
    for _ in range(looks):
        assert Scene(event).do("HGET", "events", "revenue") in {None, "0"}
        drained(left_ms=0)
    assert Scene(event).do("HGET", "events", "revenue") == "30"


def test_an_event_is_archived_with_the_revenue_of_all_its_log(api: Api, clock: Clock) -> None:
    """It is not closed before: a report says what was taken."""
    event = new_event(api, **times(clock), total_tickets=2000, price=30)
    visitors = crowd(event, 2 * STEP)
    settle(api, "confirm", hold(api, visitors[0]))
    clock.advance(ms=2 * HOUR_MS)
    drained(left_ms=0)
    looks = -(-made_by_an_older_release(event) // STEP)
    said = [raw("begin_archiving", event, event, 0, 0)[0] for _ in range(looks)]
    assert said == ["not_swept"] * (looks - 1) + [""]
    assert (revenue(api, event), Scene(event).do("HGET", "events", "revenue")) == (30, "30")


def test_a_million_tickets_at_the_highest_price_are_counted_to_the_last_unit(api: Api) -> None:
    """Up and down, from the log and in a repair; 10^14 is more than JSON in Lua can say."""
    event = new_event(api, price=HIGHEST)
    (ada,) = crowd(event, 1)
    rich, ticket = hold(api, ada), hold(api, ada)
    settle(api, "confirm", rich)
    Scene(event).ticket(rich, price=str(999_999 * HIGHEST + 1))
    made_by_an_older_release(event)
    assert revenue(api, event) == 999_999 * HIGHEST + 1
    settle(api, "confirm", ticket)
    assert revenue(api, event) == 10**14 + 1
    Scene(event).count("revenue", 1)
    assert repair(api, event)["repaired"] == [{"field": "revenue", "from": 10**14 + 2, "to": 10**14 + 1}]
    settle(api, "cancel", ticket)
    settle(api, "cancel", rich)
    assert (revenue(api, event), named(audit(api, event))) == (0, [])
