"""How a client of the waiting room comes from the lobby to its place, also when the start is moved."""

from __future__ import annotations

from functools import partial

import pytest

from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.patient import Edge, Patient, Screen
from tests.support.room import now_ms, patient
from tests.support.sale import MINUTE_MS, enter, freeze, instant, new_event


def test_a_cached_answer_from_before_the_opening_tells_no_place(api: Api, clock: Clock) -> None:
    """Its epoch is another: the place is unknown until an answer of this one comes."""
    freeze(clock)
    starts = instant(clock, ms=MINUTE_MS)
    event = new_event(api, sale_starts_at=starts, queue_mode="fifo", max_active_sessions=1)
    enter(api, event, "ada")
    bob = Patient(api, Edge(api, partial(now_ms, clock)), event, "bob", partial(now_ms, clock))
    clock.advance(ms=MINUTE_MS - 1000)
    bob.tick()
    clock.advance(ms=3000)  # in the lobby of a few, everybody asks within two seconds of the start
    bob.tick()
    assert (bob.answers, bob.screen().place_at_most) == (2, None)
    clock.advance(ms=1000)
    bob.tick()
    assert bob.screen() == Screen("waiting", place_at_most=1)


@pytest.mark.parametrize("left_ms", [MINUTE_MS, 0], ids=["to an earlier time", "to this moment"])
def test_who_waits_in_the_lobby_follows_a_start_that_is_brought_forward(api: Api, clock: Clock, left_ms: int) -> None:
    """The countdown jumps, and their own question comes as soon after the new start as it would have after the old."""
    freeze(clock)
    bob = patient(api, clock, new_event(api, sale_starts_at=instant(clock, ms=60 * MINUTE_MS)))
    clock.advance(ms=1000)
    starts = instant(clock, ms=left_ms) if left_ms else None
    assert api.put(f"/events/{bob.event}", {"sale_starts_at": starts}).status == 200
    bob.tick()
    assert (bob.answers, bob.screen().opens_in_ms) == (1, left_ms or None)
    clock.advance(ms=left_ms)
    for _ in range(5):  # the spread of the questions is two seconds when there are few people
        clock.advance(ms=500)
        bob.tick()
    assert (bob.answers, bob.screen().state) == (2, "active")


def test_who_waits_in_the_lobby_asks_as_told_when_the_start_is_put_off(api: Api, clock: Clock) -> None:
    """So that the service knows at the new start that they are there."""
    freeze(clock)
    bob = patient(api, clock, new_event(api, sale_starts_at=instant(clock, ms=MINUTE_MS)))
    assert api.put(f"/events/{bob.event}", {"sale_starts_at": instant(clock, ms=60 * MINUTE_MS)}).status == 200
    for after_ms, answers in ((1000, 1), (MINUTE_MS + 2000, 2), (50 * MINUTE_MS, 2), (10 * MINUTE_MS, 3)):
        clock.advance(ms=after_ms)
        bob.tick()
        assert bob.answers == answers
    assert bob.screen().state == "active"
