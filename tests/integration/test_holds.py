"""Holds and the session that made them: completed by them, outlived by them, closed to more of them."""

from __future__ import annotations

import pytest

from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import (
    MINUTE_MS,
    Visitor,
    buy,
    enter,
    freeze,
    hold,
    leave,
    new_event,
    nothing_changed,
    refresh,
    said,
    settle,
    state,
    states,
)


def visit(api: Api, **fields: object) -> Visitor:
    """Admit a visitor to a fresh event whose sessions and holds last a minute, unless told otherwise."""
    return enter(api, new_event(api, **{"session_seconds": 60, "hold_seconds": 60} | fields), "ada")


def test_a_hold_that_has_just_expired_holds_nothing(api: Api, clock: Clock) -> None:
    """At the hold's deadline its owner is one who holds nothing, and others are waiting."""
    freeze(clock)
    ada = visit(api, max_active_sessions=1, hold_seconds=30)
    enter(api, ada.event, "bob")
    hold(api, ada)
    clock.advance(ms=30_000 - 1)
    assert refresh(api, ada).status == 200
    clock.advance(ms=1)
    assert said(refresh(api, ada)) == (409, "others_waiting")


def test_holds_stay_when_their_owner_leaves(api: Api) -> None:
    """Giving the turn up gives up neither a hold nor the right to confirm it."""
    ada = visit(api)
    ticket = hold(api, ada)
    leave(api, ada)
    assert api.get(f"/tickets/{ticket}").json["status"] == "reserved"
    assert settle(api, "confirm", ticket).status == 200
    assert state(api, ada) == "left"


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (("confirm", ""), "active"),
        (("confirm", "confirm"), "completed"),
        (("confirm", "cancel"), "completed"),
        (("cancel", "confirm"), "completed"),
        (("cancel", "cancel"), "active"),
    ],
)
def test_a_session_completes_when_it_bought_and_holds_nothing(
    api: Api, actions: tuple[str, str], expected: str
) -> None:
    """Two holds: it completes with the last of them, if at least one was confirmed."""
    ada = visit(api)
    tickets = [hold(api, ada), hold(api, ada)]
    for action, ticket in zip(actions, tickets, strict=True):
        if action:
            settle(api, action, ticket)
    assert state(api, ada) == expected


def test_a_session_completes_when_its_last_hold_expires(api: Api, clock: Clock) -> None:
    """One bought, one lost: at the deadline of the lost one the session is completed, not merely empty."""
    freeze(clock)
    ada = visit(api, session_seconds=600)
    settle(api, "confirm", hold(api, ada))
    again = enter(api, ada.event, "ada")
    kept, _ = hold(api, again), hold(api, again)
    settle(api, "confirm", kept)
    clock.advance(ms=MINUTE_MS - 1)
    assert state(api, again) == "active"
    clock.advance(ms=1)
    assert states(api, [ada, again]) == "cc"


def test_a_hold_outlives_its_session_until_its_own_deadline(api: Api, clock: Clock) -> None:
    """The session is over after a minute, the hold after two: confirmed a millisecond before, gone at its deadline."""
    freeze(clock)
    ada = visit(api, hold_seconds=120)
    kept, lost = hold(api, ada), hold(api, ada)
    clock.advance(ms=2 * MINUTE_MS - 1)
    assert state(api, ada) == "expired"
    assert settle(api, "confirm", kept).status == 200
    clock.advance(ms=1)
    assert said(settle(api, "confirm", lost)) == (410, "hold_expired")
    assert state(api, ada) == "expired"


def test_two_lost_holds_are_enough(api: Api, clock: Clock) -> None:
    """After one lost hold the session may hold again, after the second not; a new session may."""
    freeze(clock)
    ada = visit(api, session_seconds=600)
    for _ in range(2):
        hold(api, ada)
        clock.advance(ms=MINUTE_MS)
    api.get(f"/events/{ada.event}")
    with nothing_changed():
        assert said(buy(api, ada)) == (409, "hold_limit_reached")
    leave(api, ada)
    assert buy(api, enter(api, ada.event, "ada")).status == 201


def test_cancelled_holds_are_not_lost_ones(api: Api) -> None:
    """Who gives a hold back in time may hold again, as often as they like."""
    ada = visit(api)
    for _ in range(4):
        settle(api, "cancel", hold(api, ada))
    assert buy(api, ada).status == 201
