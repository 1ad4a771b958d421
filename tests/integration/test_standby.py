"""Standby: what is sold out for now may come back; those who wait are told how much, and when all hope is over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.room import new_line, operate, place, poll, seen, serving
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    Visitor,
    change,
    crowd,
    enter,
    freeze,
    hold,
    inside,
    instant,
    join,
    leave,
    new_event,
    new_seated,
    nothing_changed,
    said,
    settle,
    states,
)


def room(api: Api, clock: Clock, visitor: Visitor) -> tuple[str, int | None]:
    """Tell what the room is to somebody, and how many tickets may come back: the same in all that they may read."""
    public, own = seen(api, visitor), join(api, visitor.event, visitor.user).json
    assert (own["state"], own["may_return"]) == (public["state"], public["may_return"])
    clock.advance(ms=SECOND_MS)  # the answer for everybody may be that old
    told = [serving(api, visitor.event)["state"], api.get(f"/queue/length/{visitor.event}").json["state"]]
    assert set(told) == {own["state"]}
    return own["state"], own["may_return"]


def few(api: Api, clock: Clock, tickets: int = 2, **fields: Any) -> list[Visitor]:
    """Give five visitors of an event with so few tickets, and places for all; who waits does for the stock alone."""
    return new_line(api, clock, 5, **{"max_active_sessions": 100, "total_tickets": tickets} | fields)


def test_what_others_may_still_take_is_standby(api: Api, clock: Clock) -> None:
    """Nothing is held, but those inside are as many as the tickets: there is nothing for who waits, only hope."""
    visitors = few(api, clock)
    assert states(api, visitors) == "aawww"
    assert room(api, clock, visitors[2]) == ("standby", 2)
    told = poll(api, visitors[2])
    assert (told["state"], told["may_return"], told["entry"]["position"]) == ("standby", 2, 1)


def test_what_is_held_may_return(api: Api, clock: Clock) -> None:
    """Held or claimed count alike; what is confirmed does not come back."""
    visitors = few(api, clock)
    first = hold(api, visitors[0])
    assert room(api, clock, visitors[2]) == ("standby", 2)
    second = hold(api, visitors[1])
    assert room(api, clock, visitors[2]) == ("standby", 2)
    settle(api, "confirm", first)
    assert room(api, clock, visitors[2]) == ("standby", 1)
    settle(api, "confirm", second)
    assert room(api, clock, visitors[2]) == ("sold_out", None)


def test_when_everything_is_sold_those_who_wait_keep_their_places(api: Api, clock: Clock) -> None:
    """They are told, and stay in line; nobody else may join; a ticket that comes back is the first one's."""
    visitors = few(api, clock, tickets=1)
    ticket = hold(api, visitors[0])
    settle(api, "confirm", ticket)
    assert [room(api, clock, visitor)[0] for visitor in visitors[1:]] == ["sold_out"] * 4
    assert [place(api, visitor) for visitor in visitors[1:]] == [1, 2, 3, 4]
    with nothing_changed():
        assert said(join(api, visitors[0].event, "late")) == (409, "sold_out")
    settle(api, "cancel", ticket)
    assert inside(visitors[0].event) == [visitors[1].session]
    assert room(api, clock, visitors[2]) == ("standby", 1)


def test_a_hold_that_runs_out_is_its_owners_first(api: Api, clock: Clock) -> None:
    """While that session lasts the stock is claimed, and the others stand by; when it ends the next is inside."""
    visitors = few(api, clock, tickets=1, hold_seconds=60, session_seconds=120, away_seconds=3600)
    hold(api, visitors[0])
    clock.advance(ms=MINUTE_MS)
    assert (room(api, clock, visitors[1]), states(api, visitors[:2])) == (("standby", 1), "aw")
    clock.advance(ms=MINUTE_MS)
    assert (room(api, clock, visitors[2]), states(api, visitors[:2])) == (("standby", 1), "ea")


@pytest.mark.parametrize("back", ["leave", "cancel and leave", "more"])
def test_stock_that_returns_lets_the_next_in(api: Api, clock: Clock, back: str) -> None:
    """Whichever way: as many come in as it is enough for, and the others stand by for that."""
    visitors = few(api, clock)
    ticket = hold(api, visitors[0])
    if back == "more":
        change(api, visitors[0].event, total_tickets=3)
    else:
        if back != "leave":
            settle(api, "cancel", ticket)
        leave(api, visitors[1 if back == "leave" else 0])
    assert states(api, visitors[2:]) == "aww"
    assert room(api, clock, visitors[3]) == ("standby", 3 if back == "more" else 2)


def test_with_stock_for_more_the_room_is_waiting_again(api: Api, clock: Clock) -> None:
    """When places bound it and no longer the stock, nobody stands by."""
    visitors = few(api, clock, max_active_sessions=2)
    assert room(api, clock, visitors[2])[0] == "standby"
    change(api, visitors[0].event, total_tickets=10)
    assert room(api, clock, visitors[2]) == ("waiting", None)


@pytest.mark.parametrize(("tickets", "expected"), [(4, "standby"), (5, "waiting")])
def test_standby_counts_in_visitors(api: Api, clock: Clock, tickets: int, expected: str) -> None:
    """With two tickets a visitor, four are spoken for by two inside, and a fifth is there for one more."""
    visitors = few(api, clock, tickets=tickets, tickets_per_visitor=2, max_active_sessions=2)
    assert room(api, clock, visitors[2])[0] == expected


def test_seats_stand_by_as_tickets_do(api: Api, clock: Clock) -> None:
    """Of three seats one is blocked and counts for nothing."""
    event, seats = new_seated(api, 3, max_active_sessions=100)
    api.patch(f"/events/{event}/seats", {"seat_ids": seats[2:], "blocked": True})
    visitors = crowd(event, 3)
    tickets = [hold(api, visitor, seat) for visitor, seat in zip(visitors, seats[:2], strict=False)]
    assert room(api, clock, visitors[2]) == ("standby", 2)
    for ticket in tickets:
        settle(api, "confirm", ticket)
    assert room(api, clock, visitors[2]) == ("sold_out", None)


def test_before_there_are_seats_people_wait(api: Api, clock: Clock) -> None:
    """Nothing is sold out where nothing was on sale yet."""
    event = new_event(api, is_seated_event=True)
    assert room(api, clock, enter(api, event, "ada")) == ("waiting", None)


@pytest.mark.parametrize("pause", ["mode", "status"])
def test_no_stock_is_said_before_a_pause(api: Api, clock: Clock, pause: str) -> None:
    """A pause ends; who stands by is told what they stand by for, and paused only when there is something to buy."""
    visitors = few(api, clock, tickets=1)
    event = visitors[0].event
    ticket = hold(api, visitors[0])
    if pause == "mode":
        operate(api, event, mode="paused")
    else:
        change(api, event, status="inactive")
    assert seen(api, visitors[1])["state"] == "standby"
    settle(api, "confirm", ticket)
    assert seen(api, visitors[1])["state"] == "sold_out"
    settle(api, "cancel", ticket)
    assert (seen(api, visitors[1])["state"], seen(api, visitors[1])["may_return"]) == ("paused", None)
    assert serving(api, event)["state"] == "paused"


@pytest.mark.parametrize("end", ["sale_ends_at", "end_time"])
def test_after_the_sale_the_room_has_ended(api: Api, clock: Clock, end: str) -> None:
    """At its exact millisecond, for who stood by and who waited."""
    freeze(clock)
    terms: dict[str, Any] = {"start_time": instant(clock, ms=0), end: instant(clock, ms=HOUR_MS)}
    visitors = few(api, clock, **terms, session_seconds=7200)
    clock.advance(ms=HOUR_MS - SECOND_MS - 1)
    assert room(api, clock, visitors[2]) == ("standby", 2)
    clock.advance(ms=1)
    assert (poll(api, visitors[2])["state"], poll(api, visitors[2])["may_return"]) == ("ended", None)
    assert serving(api, visitors[0].event)["state"] == "ended"
