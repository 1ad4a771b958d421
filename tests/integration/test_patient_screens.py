"""What a client of the waiting room shows in each state, and how it waits when it is told to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.patient import Patient, Screen, problem
from tests.support.room import now_ms, operate, patient
from tests.support.sale import MINUTE_MS, Visitor, buy, enter, freeze, hold, instant, leave, new_event, settle


def waiting(api: Api, clock: Clock) -> Patient:
    """Ada is inside, Bob is next."""
    event = new_event(api, max_active_sessions=1)
    enter(api, event, "ada")
    return patient(api, clock, event)


def lobby(api: Api, clock: Clock) -> Patient:
    """The sale starts in a minute."""
    return patient(api, clock, new_event(api, sale_starts_at=instant(clock, ms=MINUTE_MS)))


def standby(api: Api, clock: Clock) -> Patient:
    """Ada holds the only ticket."""
    event = new_event(api, total_tickets=1)
    hold(api, enter(api, event, "ada"))
    return patient(api, clock, event)


def sold_out(api: Api, clock: Clock) -> Patient:
    """Ada buys the only ticket while Bob waits: everybody is told, before Bob asks again."""
    event = new_event(api, total_tickets=1)
    ticket = hold(api, enter(api, event, "ada"))
    bob = patient(api, clock, event)
    settle(api, "confirm", ticket)
    clock.advance(ms=1000)
    bob.tick()
    return bob


def paused(api: Api, clock: Clock) -> Patient:
    """The operator pauses with a message while Bob waits."""
    bob = waiting(api, clock)
    operate(api, bob.event, mode="paused", message="Back at nine")
    clock.advance(ms=1000)
    bob.tick()
    return bob


def ended(api: Api, clock: Clock) -> Patient:
    """The sale ends while Bob waits."""
    event = new_event(api, max_active_sessions=1, sale_ends_at=instant(clock, ms=1000))
    enter(api, event, "ada")
    bob = patient(api, clock, event)
    clock.advance(ms=1000)
    bob.tick()
    return bob


def refused(api: Api, clock: Clock) -> Patient:
    """The queue takes nobody more."""
    event = new_event(api)
    operate(api, event, mode="closed")
    return patient(api, clock, event)


@pytest.mark.parametrize(
    ("scene", "screen"),
    [
        (waiting, Screen("waiting", place_at_most=1)),
        (lobby, Screen("lobby", opens_in_ms=MINUTE_MS)),
        (standby, Screen("standby", place_at_most=1, may_return=1)),
        (sold_out, Screen("sold_out", place_at_most=1)),
        (paused, Screen("paused", place_at_most=1, message="Back at nine")),
        (ended, Screen("ended")),
        (refused, Screen("queue_closed")),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_each_state_has_its_screen(
    api: Api, clock: Clock, scene: Callable[[Api, Clock], Patient], screen: Screen
) -> None:
    """A person sees what the room is to them, and of the rest only what belongs to it."""
    freeze(clock)
    assert scene(api, clock).screen() == screen


def test_who_is_inside_sees_until_when_and_may_buy(api: Api, clock: Clock) -> None:
    """The end of the turn is the server's, and a purchase is taken."""
    freeze(clock)
    bob = patient(api, clock, new_event(api, session_seconds=60))
    assert bob.session
    assert bob.screen() == Screen("active", expires_at=instant(clock, ms=MINUTE_MS))
    assert bob.screen().may_buy
    assert buy(api, Visitor(bob.event, "bob", bob.session)).status == 201


def test_a_turn_that_is_over_is_asked_for_no_more(api: Api, clock: Clock) -> None:
    """The answer without poll_after_ms is the last."""
    freeze(clock)
    bob = patient(api, clock, new_event(api, session_seconds=5))
    clock.advance(ms=MINUTE_MS)
    bob.tick()
    assert (bob.over, bob.screen()) == (True, Screen("expired"))


class Troubled(Api):
    """A service whose next answers to one's own questions are these."""

    def __init__(self, *troubles: Answer) -> None:
        self.troubles = list(troubles)
        self.asked = 0

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send a request, or refuse it."""
        if "serving" in path:
            return super().call(method, path, body, headers)
        self.asked += 1
        return self.troubles.pop(0) if self.troubles else super().call(method, path, body, headers)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("question", ["join", "status"])
def test_a_refusal_for_now_is_waited_for_as_long_as_it_says(api: Api, clock: Clock, status: int, question: str) -> None:
    """Not a moment earlier, and then the same is asked again; what was shown stays."""
    freeze(clock)
    event = new_event(api, max_active_sessions=1)
    enter(api, event, "ada")
    wire = Troubled()
    bob = Patient(wire, api, event, "bob", partial(now_ms, clock))
    if question == "status":
        bob.tick()
        clock.advance(ms=MINUTE_MS)
    shown, had = bob.screen(), bob.answers
    wire.troubles, wire.asked = [problem(status, 7)], 0
    for after_ms in (0, 6_999):
        clock.advance(ms=after_ms)
        bob.tick()
    assert (wire.asked, bob.answers, bob.screen().state) == (1, had, shown.state)
    clock.advance(ms=1)
    bob.tick()
    assert (wire.asked, bob.answers, bob.screen()) == (2, had + 1, Screen("waiting", place_at_most=1))


def test_who_could_not_ask_in_time_sees_no_place_until_they_have_asked(api: Api, clock: Clock) -> None:
    """They may have been passed over, and then people from behind them were let in as well."""
    freeze(clock)
    bob = waiting(api, clock)
    clock.advance(ms=MINUTE_MS)
    assert bob.screen().place_at_most is None
    bob.tick()
    assert bob.screen().place_at_most == 1


class Replay:
    """A cache that gives one answer for everybody as often as it is asked, until it is given another."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def get(self, path: str, **_: str) -> Answer:
        """GET."""
        assert "/serving/" in path
        return self.answer


@pytest.mark.parametrize(("younger", "after_ms"), [("own answer", 3_000), ("answer for everybody", 1_000)])
def test_an_older_answer_puts_nobody_back(api: Api, clock: Clock, younger: str, after_ms: int) -> None:
    """The place shown is never worse than a younger answer made it, one's own or that of another cache."""
    freeze(clock)
    event = new_event(api, max_active_sessions=1)
    ada, _ = enter(api, event, "ada"), enter(api, event, "cyd")
    old = api.get(f"/queue/serving/{event}")
    cache = Replay(old)
    bob = Patient(api, cache, event, "bob", partial(now_ms, clock))
    bob.tick()
    clock.advance(ms=3_000)
    bob.tick()
    assert (bob.answers, bob.screen().place_at_most) == (2, 2)
    leave(api, ada)
    if younger == "answer for everybody":
        cache.answer = api.get(f"/queue/serving/{event}")
    clock.advance(ms=after_ms)
    bob.tick()
    assert (bob.answers, bob.screen().place_at_most) == (3 if younger == "own answer" else 2, 1)
    cache.answer = old
    clock.advance(ms=1_000)
    bob.tick()
    assert bob.screen().place_at_most == 1
