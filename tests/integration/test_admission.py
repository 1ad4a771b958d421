"""Admission: places, rate, stock and the sale window bound it; while all four have room nobody waits; FIFO."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import (
    HOUR_MS,
    SECOND_MS,
    Visitor,
    change,
    crowd,
    enter,
    event_body,
    freeze,
    hold,
    inside,
    instant,
    join,
    leave,
    new_event,
    new_seated,
    read,
    seat_specs,
    settle,
    states,
)


def active(event: str) -> int:
    """Count the active sessions, once a command has swept."""
    return int(read(event, "active", "ZCARD"))


def test_places_bound_admission(api: Api) -> None:
    """No more are inside than the event has places."""
    event = new_event(api, max_active_sessions=3)
    assert states(api, crowd(event, 6)) == "aaawww"


@pytest.mark.parametrize("ending", ["leave", "confirm", "expire"])
def test_a_freed_place_goes_to_the_next_at_once(api: Api, clock: Clock, ending: str) -> None:
    """The first in line is inside before any further request, whichever way the place became free."""
    event = new_event(api, max_active_sessions=1, session_seconds=60)
    freeze(clock)
    ada, bob, cyd = (enter(api, event, user) for user in ("ada", "bob", "cyd"))
    if ending == "leave":
        leave(api, ada)
    elif ending == "confirm":
        settle(api, "confirm", hold(api, ada))
    else:
        clock.advance(ms=60_000)
        api.get(f"/events/{event}")
    assert inside(event) == [bob.session]
    assert states(api, [bob, cyd]) == "aw"


@pytest.mark.parametrize(
    "fields",
    [{"max_active_sessions": 2}, {"sale_starts_at": None}, {"admissions_per_minute": None}, {"total_tickets": 2}],
    ids=lambda fields: next(iter(fields)),
)
def test_a_bound_that_is_lifted_lets_the_next_in_at_once(api: Api, clock: Clock, fields: dict[str, object]) -> None:
    """Each bound in turn is the only one; the update that lifts it admits."""
    freeze(clock)
    tight = {
        "max_active_sessions": 1,
        "sale_starts_at": instant(clock, ms=HOUR_MS),
        "admissions_per_minute": 1,
        "total_tickets": 1,
    }
    wide = {"max_active_sessions": 100, "sale_starts_at": None, "admissions_per_minute": None, "total_tickets": 10}
    bound = next(iter(fields))
    event = new_event(api, **wide | {bound: tight[bound]})
    visitors = crowd(event, 2)
    assert states(api, visitors) == ("ww" if bound == "sale_starts_at" else "aw")
    change(api, event, **fields)
    assert active(event) == 2


def test_the_tightest_bound_decides(api: Api, clock: Clock) -> None:
    """With 5 places, a bank of 4 and stock for 3, three are admitted; then 4, then 5 as each is lifted."""
    freeze(clock)
    event = new_event(api, max_active_sessions=5, admissions_per_minute=120, total_tickets=3)
    visitors = crowd(event, 7)
    assert states(api, visitors) == "aaawwww"
    change(api, event, total_tickets=10)
    assert states(api, visitors) == "aaaawww"
    change(api, event, admissions_per_minute=None)
    assert states(api, visitors) == "aaaaaww"


def test_stock_bounds_admission(api: Api) -> None:
    """As many are inside as may each buy tickets_per_visitor of what is left, the last perhaps fewer."""
    event = new_event(api, total_tickets=5, tickets_per_visitor=2)
    visitors = crowd(event, 4)
    assert states(api, visitors) == "aaaw"
    hold(api, visitors[0])
    assert states(api, visitors) == "aaaw"
    leave(api, visitors[1])
    assert states(api, visitors) == "alaa"


def test_who_holds_something_no_longer_claims_stock(api: Api) -> None:
    """The buyer's claim is the hold: of three tickets, one held and two claimed, none is left for a third visitor."""
    event = new_event(api, total_tickets=3)
    visitors = crowd(event, 4)
    hold(api, visitors[0])
    assert states(api, visitors) == "aaaw"
    leave(api, visitors[1])
    assert states(api, visitors) == "alaa"


def test_what_is_cancelled_brings_the_next_in_at_once(api: Api) -> None:
    """A sold ticket that is cancelled is stock that nobody has spoken for."""
    event = new_event(api, total_tickets=1)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    ticket = hold(api, ada)
    settle(api, "confirm", ticket)
    assert states(api, [ada, bob]) == "cw"
    settle(api, "cancel", ticket)
    assert inside(event) == [bob.session]


def test_a_returned_hold_is_its_owners_first(api: Api) -> None:
    """Who cancels a hold while active may still buy: the stock that came back is spoken for."""
    event = new_event(api, total_tickets=1)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    settle(api, "cancel", hold(api, ada))
    assert states(api, [ada, bob]) == "aw"


def add_seat(api: Api, event: str, _: list[str]) -> None:
    """Give the event a seat more."""
    assert api.post(f"/events/{event}/seats", {"seats": seat_specs(1, section="B")}).status == 201


def unblock_seat(api: Api, event: str, seats: list[str]) -> None:
    """Put a blocked seat on sale."""
    assert api.patch(f"/events/{event}/seats", {"seat_ids": seats[2:], "blocked": False}).status == 200


@pytest.mark.parametrize("more", [add_seat, unblock_seat], ids=["added", "unblocked"])
def test_a_seat_more_brings_the_next_in_at_once(api: Api, more: Callable[[Api, str, list[str]], None]) -> None:
    """New stock admits in the request that makes it."""
    event, seats = new_seated(api, 3, total_tickets=4)
    api.patch(f"/events/{event}/seats", {"seat_ids": seats[2:], "blocked": True})
    assert states(api, crowd(event, 3)) == "aaw"
    more(api, event, seats)
    assert active(event) == 3


def test_nobody_is_admitted_before_the_sale_starts(api: Api, clock: Clock) -> None:
    """People line up before; at the exact millisecond of the start the first of them are inside, if it is no draw."""
    freeze(clock)
    event = new_event(api, sale_starts_at=instant(clock, ms=HOUR_MS), queue_mode="fifo", max_active_sessions=2)
    visitors = crowd(event, 3)
    clock.advance(ms=HOUR_MS - 1)
    assert states(api, visitors) == "www"
    clock.advance(ms=1)
    assert states(api, visitors) == "aaw"


def test_nobody_is_admitted_after_the_sale_ends(api: Api, clock: Clock) -> None:
    """A place that becomes free then stays empty."""
    freeze(clock)
    event = new_event(api, sale_ends_at=instant(clock, ms=HOUR_MS), max_active_sessions=1, session_seconds=7200)
    ada, bob = crowd(event, 2)
    clock.advance(ms=HOUR_MS)
    leave(api, ada)
    assert states(api, [bob]) == "w"


def test_a_pause_admits_nobody_and_its_end_admits_at_once(api: Api) -> None:
    """While the event is inactive freed places stay empty; the update that ends the pause fills them."""
    event = new_event(api, max_active_sessions=1)
    ada, bob = crowd(event, 2)
    change(api, event, status="inactive")
    leave(api, ada)
    assert states(api, [bob]) == "w"
    change(api, event, status="active")
    assert active(event) == 1


def test_the_queue_is_first_in_first_out_by_its_sequence(api: Api, clock: Clock) -> None:
    """Twelve joins, some in one millisecond, some after the clock went back: the turns come in their order."""
    freeze(clock)
    event = new_event(api, max_active_sessions=1)
    visitors = crowd(event, 6)
    clock.advance(ms=-HOUR_MS)
    visitors += crowd(event, 6, name="late")
    turns: list[str] = []
    for _ in visitors:
        (session,) = inside(event)
        turns.append(session)
        leave(api, Visitor(event, "", session))
    assert turns == [visitor.session for visitor in visitors]


def test_who_joins_at_the_moment_a_place_is_due_does_not_overtake(api: Api, clock: Clock) -> None:
    """The place of a session that ends this very millisecond is the next one's, not that of whoever asks first."""
    freeze(clock)
    event = new_event(api, max_active_sessions=1, session_seconds=60)
    _, bob = crowd(event, 2)
    clock.advance(ms=60_000)
    cyd = enter(api, event, "cyd")
    assert states(api, [bob, cyd]) == "aw"


def test_who_joins_while_many_are_still_being_let_in_does_not_overtake(api: Api) -> None:
    """Each command lets in fifty: the change, then the join, which stands behind the thirty that are left."""
    event = new_event(api, total_tickets=1000, max_active_sessions=1)
    crowd(event, 131)
    change(api, event, max_active_sessions=1000)
    late = join(api, event, "late").json
    assert (late["status"], late["position"]) == ("waiting", 31)


def test_fewer_places_end_no_session(api: Api) -> None:
    """Who is inside stays; the next is admitted when there are fewer inside than places."""
    event = new_event(api, max_active_sessions=3)
    visitors = crowd(event, 5)
    change(api, event, max_active_sessions=1)
    assert states(api, visitors) == "aaaww"
    for visitor, expected in zip(visitors[:3], ("laaww", "llaww", "lllaw"), strict=True):
        leave(api, visitor)
        assert states(api, visitors) == expected


def test_the_sale_window_is_the_events_own(api: Api, clock: Clock) -> None:
    """The start of one sale admits nobody to another."""
    freeze(clock)
    soon = new_event(api, sale_starts_at=instant(clock, ms=SECOND_MS))
    later = api.post("/events", event_body(sale_starts_at=instant(clock, ms=HOUR_MS))).json["id"]
    visitors = [enter(api, soon, "ada"), enter(api, later, "ada")]
    clock.advance(ms=SECOND_MS)
    assert states(api, visitors) == "aw"
