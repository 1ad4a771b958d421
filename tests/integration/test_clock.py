"""The server's clock: what is a little behind is waited for, what is far behind is followed; nothing is sold twice."""

from __future__ import annotations

import pytest

from chalicelib.fields import parse_instant
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    buy,
    counts,
    enter,
    freeze,
    hold,
    leave,
    logged,
    new_event,
    new_seated,
    read,
    said,
    settle,
    state,
    states,
)

STEPPED = "clock.stepped_back"


@pytest.mark.parametrize("back_ms", [1, 1000, 1999])
def test_a_clock_a_little_behind_is_waited_for(api: Api, clock: Clock, back_ms: int) -> None:
    """Less than two seconds: the event stands still at the last instant it knew, and nobody is told."""
    now_ms = freeze(clock)
    ada = enter(api, new_event(api, hold_seconds=60), "ada")
    clock.advance(ms=-back_ms)
    ticket = buy(api, ada).json
    assert (parse_instant(ticket["issued_at"]), parse_instant(ticket["expires_at"])) == (now_ms, now_ms + MINUTE_MS)
    assert STEPPED not in logged(ada.event)


def test_a_clock_that_is_waited_for_goes_on_from_where_it_stood(api: Api, clock: Clock) -> None:
    """What was made while it was behind ends at its deadline of the true clock, not earlier or later."""
    freeze(clock)
    ada = enter(api, new_event(api, hold_seconds=60), "ada")
    clock.advance(ms=-1500)
    kept, lost = hold(api, ada), hold(api, ada)
    clock.advance(ms=1500 + MINUTE_MS - 1)
    assert settle(api, "confirm", kept).status == 200
    clock.advance(ms=1)
    assert said(settle(api, "confirm", lost)) == (410, "hold_expired")


@pytest.mark.parametrize("back_ms", [2000, HOUR_MS])
def test_a_clock_far_behind_is_followed_and_logged_once(api: Api, clock: Clock, back_ms: int) -> None:
    """Two seconds or more: new instants are those of the new clock, and the log says by how much it went back."""
    now_ms = freeze(clock)
    ada = enter(api, new_event(api), "ada")
    clock.advance(ms=-back_ms)
    assert parse_instant(buy(api, ada).json["issued_at"]) == now_ms - back_ms
    hold(api, ada)
    leave(api, ada)
    assert logged(ada.event).count(STEPPED) == 1
    assert str(back_ms) in str(read(ada.event, "log", "XRANGE", "-", "+"))


def test_a_refused_command_notices_the_step_too(api: Api, clock: Clock) -> None:
    """The log has it once, whether the first command afterwards succeeds or not."""
    freeze(clock)
    ada = enter(api, new_event(api), "ada")
    clock.advance(ms=-HOUR_MS)
    for _ in range(3):
        assert said(api.post("/queue/leave", {"session_id": ada.event})) == (404, "session_not_found")
    assert logged(ada.event).count(STEPPED) == 1


def test_a_hold_stays_its_owners_when_the_clock_goes_back(api: Api, clock: Clock) -> None:
    """Its deadline is further off than it was; nobody else gets the seat before, the owner may confirm."""
    freeze(clock)
    event, seats = new_seated(api, hold_seconds=60)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    ticket = hold(api, ada, seats[0])
    clock.advance(ms=-HOUR_MS)
    assert said(buy(api, bob, seats[0])) == (409, "seat_taken")
    assert settle(api, "confirm", ticket).status == 200
    assert said(buy(api, bob, seats[0])) == (409, "seat_taken")


def test_a_hold_that_was_lost_stays_lost_when_the_clock_goes_back(api: Api, clock: Clock) -> None:
    """The seat was sold to the next one; before its old deadline comes again, the first owner still has nothing."""
    freeze(clock)
    event, seats = new_seated(api, hold_seconds=60)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    lost = hold(api, ada, seats[0])
    clock.advance(ms=MINUTE_MS)
    sold = hold(api, bob, seats[0])
    clock.advance(ms=-HOUR_MS)
    assert said(settle(api, "confirm", lost)) == (410, "hold_expired")
    assert said(buy(api, ada, seats[0])) == (409, "seat_taken")
    assert settle(api, "confirm", sold).status == 200
    assert counts(api, event) == (9, 0, 1)


def test_a_due_hold_that_nobody_looked_at_has_one_owner_after_a_step_back(api: Api, clock: Clock) -> None:
    """It was over for an instant that no command saw: it is its owner's again, or the next one's, never both."""
    freeze(clock)
    event, seats = new_seated(api, hold_seconds=60)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    ticket = hold(api, ada, seats[0])
    clock.advance(ms=MINUTE_MS)
    clock.advance(ms=-HOUR_MS)
    assert said(buy(api, bob, seats[0])) == (409, "seat_taken")
    assert settle(api, "confirm", ticket).status == 200
    assert counts(api, event) == (9, 0, 1)


def test_a_place_is_handed_on_once_when_the_clock_goes_back(api: Api, clock: Clock) -> None:
    """A session that ended stays ended, the next one keeps the turn."""
    freeze(clock)
    event = new_event(api, max_active_sessions=1, session_seconds=60)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    clock.advance(ms=MINUTE_MS)
    assert states(api, [ada, bob]) == "ea"
    clock.advance(ms=-HOUR_MS)
    assert states(api, [ada, bob]) == "ea"


def test_a_clock_far_ahead_ends_what_is_due_once(api: Api, clock: Clock) -> None:
    """A leap of a day forward expires the hold and the session; the seat is the next one's, also after the way back."""
    freeze(clock)
    event, seats = new_seated(api)
    ada = enter(api, event, "ada")
    lost = hold(api, ada, seats[0])
    clock.advance(ms=24 * HOUR_MS)
    bob = enter(api, event, "bob")
    sold = hold(api, bob, seats[0])
    clock.advance(ms=-24 * HOUR_MS)
    assert said(settle(api, "confirm", lost)) == (410, "hold_expired")
    assert (state(api, ada), settle(api, "confirm", sold).status) == ("expired", 200)
    assert logged(event).count(STEPPED) == 1


def test_a_rate_goes_on_when_the_clock_is_set_back(api: Api, clock: Clock) -> None:
    """An hour back, the next comes in when the rate allows it, not an hour later."""
    freeze(clock)
    event = new_event(api, admissions_per_minute=1)
    enter(api, event, "first")
    second = enter(api, event, "second")
    clock.advance(ms=-HOUR_MS)
    assert state(api, second) == "waiting"
    clock.advance(ms=MINUTE_MS)
    assert state(api, second) == "active"
