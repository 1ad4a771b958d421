"""The sale by minute: what was left, held, sold and taken at the end of each, and when nothing will be left."""

from __future__ import annotations

import pytest

from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.older import made_by_an_older_release, older
from tests.support.room import by_minute, figures, set_to, set_to_a_minute
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    change,
    crowd,
    hold,
    new_event,
    new_seated,
    order,
    settle,
)

SALE = ("available", "held", "sold", "revenue")
LONG = {"session_seconds": 86_400, "hold_seconds": 86_400, "max_active_sessions": 1000}


@pytest.fixture
def minute(clock: Clock) -> int:
    """Stop the clock at the beginning of a minute, and give that."""
    return set_to_a_minute(clock)


def test_each_minute_says_how_the_sale_stood_at_its_last_command(api: Api, clock: Clock, minute: int) -> None:
    """What happened within it is in it; the present one says what is now."""
    event, seats = new_seated(api, 10, **LONG)
    (ada,) = crowd(event, 1)
    tickets = [hold(api, ada, seat) for seat in seats[:3]]
    set_to(clock, minute + MINUTE_MS)
    settle(api, "confirm", tickets[0])
    set_to(clock, minute + 2 * MINUTE_MS - 1)
    settle(api, "confirm", tickets[1])
    set_to(clock, minute + 4 * MINUTE_MS)
    settle(api, "cancel", tickets[0])
    api.patch(f"/events/{event}/seats", {"seat_ids": seats[8:], "blocked": True})
    told = figures(api, event)
    assert by_minute(told, minute, *SALE) == {0: (7, 3, 0, 0), 1: (7, 1, 2, 10_000)}
    assert tuple(told["now"][name] for name in SALE) == (6, 1, 1, 5_000)


def test_a_hold_that_runs_out_counts_as_held_until_the_next_command(api: Api, clock: Clock, minute: int) -> None:
    """A minute says what its last command left; the next one finds out, and admits on it."""
    event = new_event(api, **LONG | {"hold_seconds": 30})
    (ada,) = crowd(event, 1)
    hold(api, ada)
    set_to(clock, minute + 2 * MINUTE_MS)
    told = figures(api, event)
    assert by_minute(told, minute, *SALE) == {0: (9, 1, 0, 0)}
    assert tuple(told["now"][name] for name in SALE) == (10, 0, 0, 0)


def test_a_minute_that_an_older_release_closed_says_nothing_of_the_sale(api: Api, clock: Clock, minute: int) -> None:
    """Not even what its place was taken by an hour ago; all else of it is there."""
    event = new_event(api, **LONG)
    crowd(event, 1)
    for at_ms in (MINUTE_MS, HOUR_MS):
        set_to(clock, minute + at_ms)
        api.get(f"/events/{event}")
    set_to(clock, minute + HOUR_MS + MINUTE_MS)
    older("event", event, event)
    told = figures(api, event)
    assert by_minute(told, minute, "active", *SALE) == {1: (1, 10, 0, 0, 0), 60: (1, None, None, None, None)}
    assert told["now"]["available"] == 10


def test_a_revenue_that_is_not_counted_yet_is_not_told(api: Api, clock: Clock, minute: int) -> None:
    """In a minute that ended before; how many were sold is."""
    event = new_event(api, price=30, total_tickets=1000, **LONG)
    visitors = crowd(event, 600)
    settle(api, "confirm", hold(api, visitors[0]))
    made_by_an_older_release(event)
    set_to(clock, minute + MINUTE_MS)
    figures(api, event)
    told = figures(api, event)
    assert by_minute(told, minute, "sold", "revenue") == {0: (1, None)}
    assert (told["now"]["sold"], told["now"]["revenue"]) == (1, 30)


def test_it_is_told_when_nothing_will_be_left(api: Api, clock: Clock, minute: int) -> None:
    """At the pace since the opening, later of the last ten minutes; never of a guess from nothing."""
    event = new_event(api, total_tickets=100, **LONG)
    visitors = iter(crowd(event, 3))

    def sell_out_seconds(at_ms: int, *bought: int) -> int | None:
        set_to(clock, minute + at_ms)
        for count in bought:
            api.post(f"/orders/{order(api, next(visitors), count).json['id']}/confirm")
        seconds: int | None = figures(api, event)["sell_out_seconds"]
        return seconds

    assert sell_out_seconds(9_999, 5, 5) is None
    assert sell_out_seconds(MINUTE_MS) == 90 * 60 // 10
    assert sell_out_seconds(10 * MINUTE_MS) == 90 * 600 // 10
    assert sell_out_seconds(15 * MINUTE_MS, 5) == -(-85 * 600 // 5)
    assert sell_out_seconds(40 * MINUTE_MS) is None
    change(api, event, total_tickets=15)
    assert sell_out_seconds(41 * MINUTE_MS) == 0


def test_a_sale_that_is_over_will_not_sell_out(api: Api, clock: Clock, minute: int) -> None:
    """However fast it was."""
    event = new_event(api, **LONG)
    (ada,) = crowd(event, 1)
    settle(api, "confirm", hold(api, ada))
    set_to(clock, minute + MINUTE_MS)
    assert figures(api, event)["sell_out_seconds"] == 540
    change(api, event, status="cancelled")
    assert figures(api, event)["sell_out_seconds"] is None


def test_an_event_without_stock_is_not_sold_out(api: Api) -> None:
    """Its seats are still to come."""
    event = new_event(api, is_seated_event=True)
    assert figures(api, event)["sell_out_seconds"] is None
