"""Thousands of deadlines in one millisecond: the very next command decides as if all of them had been swept."""

from __future__ import annotations

import pytest

from chalicelib.errors import DomainError
from chalicelib.ids import code_of
from chalicelib.keys import user_index
from chalicelib.runtime import runtime
from chalicelib.scripting import call, run_many
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import (
    Visitor,
    buy,
    change,
    counts,
    crowd,
    enter,
    freeze,
    leave,
    new_event,
    new_seated,
    order,
    read,
    refresh,
    said,
    settle,
    state,
    states,
)

CROWD, EACH = 50, 100
MANY = CROWD * EACH
HOLD_S = 60
FIELDS = {
    "hold_seconds": HOLD_S,
    "session_seconds": HOLD_S,
    "tickets_per_visitor": EACH,
    "max_tickets_per_user": EACH,
    "max_active_sessions": MANY,
}


def all_held(event: str, *, seated: bool) -> list[Visitor]:
    """Let fifty people hold a hundred each, in this one millisecond; nothing is left."""
    visitors, code, make = crowd(event, CROWD), code_of(event), runtime().ids.within
    calls = []
    for n, visitor in enumerate(visitors):
        tickets = [make(code) for _ in range(EACH)]
        seats = range(n * EACH, (n + 1) * EACH) if seated else ()
        wish = (event, visitor.user, visitor.session, 0, make(code), "", EACH, *tickets, *seats)
        calls.append(call("purchase", code, *wish))
        runtime().store.command("SADD", user_index(visitor.user), code)
    assert not any(isinstance(answer, DomainError) for answer in run_many(runtime().store, calls))
    assert read(event, "holds", "ZCARD") == MANY
    return visitors


@pytest.fixture
def seated(api: Api, clock: Clock) -> tuple[str, list[str], list[Visitor]]:
    """Give an event with 5,000 held seats, those and their holders, in the millisecond in which all holds are due."""
    freeze(clock)
    event, seats = new_seated(api, MANY, **FIELDS)
    visitors = all_held(event, seated=True)
    clock.advance(ms=HOLD_S * 1000)
    return event, seats, visitors


@pytest.fixture
def standing(api: Api, clock: Clock) -> tuple[str, list[Visitor]]:
    """Give the same without seats."""
    freeze(clock)
    event = new_event(api, total_tickets=MANY, **FIELDS)
    visitors = all_held(event, seated=False)
    clock.advance(ms=HOLD_S * 1000)
    return event, visitors


def still_held(event: str) -> list[int]:
    """Tell which seats the sweep has not reached yet."""
    return [ordinal for ordinal, seat in enumerate(read(event, "seatmap", "GET")) if seat == "h"]


def test_any_seat_is_the_next_buyers_first_try(api: Api, seated: tuple[str, list[str], list[Visitor]]) -> None:
    """First, last and in between, none of them swept when it is asked for, each by somebody who has just come."""
    event, seats, _ = seated
    for pick in (0, -1, 1234, MANY // 2):
        buyer = enter(api, event, f"buyer{pick}")
        unswept = still_held(event)
        assert len(unswept) > MANY - 1000
        assert buy(api, buyer, seats[unswept[pick % len(unswept)]]).status == 201


def test_an_order_of_a_hundred_due_seats_succeeds_first_try(
    api: Api, seated: tuple[str, list[str], list[Visitor]]
) -> None:
    """All of them in one request, none of them swept when it is made."""
    event, seats, _ = seated
    buyer = enter(api, event, "buyer")
    unswept = still_held(event)[-EACH:]
    made = order(api, buyer, [seats[ordinal] for ordinal in unswept])
    assert (made.status, len(made.json["tickets"])) == (201, EACH)


def test_no_due_hold_is_confirmed(api: Api, seated: tuple[str, list[str], list[Visitor]]) -> None:
    """Swept or not, a ticket, its order and the person's list say expired."""
    event, _, visitors = seated
    for _ in range(3):
        ticket = read(event, "holders", "HGET", still_held(event)[-1])
        assert said(settle(api, "confirm", ticket)) == (410, "hold_expired")
    order_id = read(event, "orders", "HKEYS")[-1]
    assert said(api.post(f"/orders/{order_id}/confirm")) == (410, "hold_expired")
    mine = api.get(f"/tickets/user/{visitors[-1].user}").json
    assert {ticket["status"] for ticket in mine} == {"expired"}


def test_who_lost_a_hundred_holds_has_none_against_the_limit(
    api: Api, seated: tuple[str, list[str], list[Visitor]]
) -> None:
    """The limit of a hundred counts what is live now; the same people come back and hold a hundred others."""
    event, seats, visitors = seated
    again = enter(api, event, visitors[-1].user)
    unswept = still_held(event)[:EACH]
    assert order(api, again, [seats[ordinal] for ordinal in unswept]).status == 201


def test_due_seats_may_be_blocked(api: Api, seated: tuple[str, list[str], list[Visitor]]) -> None:
    """The organiser is not told that somebody holds them."""
    event, seats, _ = seated
    unswept = [seats[ordinal] for ordinal in still_held(event)[-EACH:]]
    assert api.patch(f"/events/{event}/seats", {"seat_ids": unswept, "blocked": True}).json["count"] == EACH


def test_all_seats_are_sold_again_without_a_drain(api: Api, seated: tuple[str, list[str], list[Visitor]]) -> None:
    """Fifty new buyers of a hundred each, last seats first: each comes, succeeds at once and makes way."""
    event, seats, _ = seated
    for n in reversed(range(CROWD)):
        buyer = enter(api, event, f"buyer{n}")
        assert order(api, buyer, seats[n * EACH : (n + 1) * EACH]).status == 201
        leave(api, buyer)
    assert counts(api, event) == (0, MANY, 0)


def test_standing_stock_that_is_due_is_the_next_buyers(api: Api, clock: Clock) -> None:
    """A hundred at once in the very first command, though its sweep is of fifty."""
    freeze(clock)
    event = new_event(api, total_tickets=MANY + EACH, **FIELDS | {"session_seconds": 3600})
    buyer = enter(api, event, "buyer")
    change(api, event, session_seconds=HOLD_S)
    all_held(event, seated=False)
    assert change(api, event, total_tickets=MANY)["available_tickets"] == 0
    clock.advance(ms=HOLD_S * 1000)
    assert order(api, buyer, EACH).status == 201
    assert read(event, "holds", "ZCARD") == MANY


def test_all_standing_stock_is_sold_again_without_a_drain(api: Api, standing: tuple[str, list[Visitor]]) -> None:
    """While the sweep lags, a newcomer may be made to wait for it, but never longer than their own polls take it."""
    event, _ = standing
    polls = 0
    for n in range(CROWD):
        buyer = enter(api, event, f"buyer{n}")
        while state(api, buyer) != "active":
            polls += 1
            assert polls < MANY / 50, "more polls than steps of the sweep"
        assert order(api, buyer, EACH).status == 201
    assert counts(api, event) == (0, MANY, 0)


def test_standing_stock_that_is_due_may_be_taken_off_sale(api: Api, standing: tuple[str, list[Visitor]]) -> None:
    """The organiser may shrink the event to nothing but a ticket: none is held, and the next buyer has it."""
    event, _ = standing
    assert api.put(f"/events/{event}", {"total_tickets": 1}).status == 200
    assert buy(api, enter(api, event, "buyer")).status == 201
    assert counts(api, event) == (0, 1, 0)


def test_an_event_whose_holds_are_all_due_may_be_deleted(api: Api, standing: tuple[str, list[Visitor]]) -> None:
    """Nobody holds anything any more, swept or not."""
    event, _ = standing
    assert api.delete(f"/events/{event}").status == 204


@pytest.fixture
def sessions(api: Api, clock: Clock) -> list[Visitor]:
    """Give 5,000 visitors in the millisecond in which all their sessions are due; they had all the places and stock."""
    freeze(clock)
    event = new_event(api, total_tickets=MANY, max_active_sessions=MANY, session_seconds=60)
    visitors = crowd(event, MANY)
    assert read(event, "active", "ZCARD") == MANY
    clock.advance(ms=60_000)
    return visitors


def test_the_next_to_join_has_a_place_at_once(api: Api, sessions: list[Visitor]) -> None:
    """All five thousand places are free in this millisecond, and so is what their owners might have bought."""
    event = sessions[0].event
    for n in range(3):
        newcomer = enter(api, event, f"newcomer{n}")
        assert read(event, "active", "ZCARD") > MANY - 1000
        assert (state(api, newcomer), buy(api, newcomer).status) == ("active", 201)


def test_due_sessions_take_no_place(api: Api, sessions: list[Visitor]) -> None:
    """One place is left of five thousand, all of them past: the newcomer has it, and the one after waits."""
    event = sessions[0].event
    change(api, event, max_active_sessions=1)
    assert states(api, [enter(api, event, "newcomer"), enter(api, event, "late")]) == "aw"


def test_no_due_session_may_do_anything(api: Api, sessions: list[Visitor]) -> None:
    """The last of them, which no sweep has reached, neither buys nor refreshes, and joins anew."""
    event = sessions[0].event
    unswept = set(read(event, "active", "ZRANGE", -400, -1))
    late = [visitor for visitor in sessions if visitor.session in unswept]
    assert said(buy(api, late[0])) == (409, "session_ended")
    assert said(refresh(api, late[1])) == (409, "session_ended")
    assert state(api, late[2]) == "expired"
    again = enter(api, event, late[3].user)
    assert again.session != late[3].session
    assert state(api, again) == "active"
    assert read(event, "active", "ZCARD") > MANY - 1000
