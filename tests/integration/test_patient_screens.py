"""What a client of the waiting room shows in each state, and how it waits when it is told to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.patient import Edge, Patient, Screen, problem
from tests.support.sale import MINUTE_MS, Visitor, buy, enter, freeze, hold, instant, leave, new_event, settle


def now_of(clock: Clock) -> Callable[[], int]:
    """Give a clock that is right."""
    return lambda: clock.now_us() // 1000


def client(api: Api, clock: Clock, event: str, user: str = "bob") -> Patient:
    """Give a client that has asked for the first time, without a cache between."""
    made = Patient(api, api, event, user, now_of(clock))
    made.tick()
    return made


def admission(api: Api, event: str, **fields: Any) -> None:
    """Turn the operator's knobs."""
    assert api.post(f"/events/{event}/admission", fields).status == 200


def waiting(api: Api, clock: Clock) -> Patient:
    """Ada is inside, Bob is next."""
    event = new_event(api, max_active_sessions=1)
    enter(api, event, "ada")
    return client(api, clock, event)


def lobby(api: Api, clock: Clock) -> Patient:
    """The sale starts in a minute."""
    return client(api, clock, new_event(api, sale_starts_at=instant(clock, ms=MINUTE_MS)))


def standby(api: Api, clock: Clock) -> Patient:
    """Ada holds the only ticket."""
    event = new_event(api, total_tickets=1)
    hold(api, enter(api, event, "ada"))
    return client(api, clock, event)


def sold_out(api: Api, clock: Clock) -> Patient:
    """Ada buys the only ticket while Bob waits: everybody is told, before Bob asks again."""
    event = new_event(api, total_tickets=1)
    ticket = hold(api, enter(api, event, "ada"))
    bob = client(api, clock, event)
    settle(api, "confirm", ticket)
    clock.advance(ms=1000)
    bob.tick()
    return bob


def paused(api: Api, clock: Clock) -> Patient:
    """The operator pauses with a message while Bob waits."""
    bob = waiting(api, clock)
    admission(api, bob.event, mode="paused", message="Back at nine")
    clock.advance(ms=1000)
    bob.tick()
    return bob


def ended(api: Api, clock: Clock) -> Patient:
    """The sale ends while Bob waits."""
    event = new_event(api, max_active_sessions=1, sale_ends_at=instant(clock, ms=1000))
    enter(api, event, "ada")
    bob = client(api, clock, event)
    clock.advance(ms=1000)
    bob.tick()
    return bob


def refused(api: Api, clock: Clock) -> Patient:
    """The queue takes nobody more."""
    event = new_event(api)
    admission(api, event, mode="closed")
    return client(api, clock, event)


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
    bob = client(api, clock, new_event(api, session_seconds=60))
    assert bob.session
    assert bob.screen() == Screen("active", expires_at=instant(clock, ms=MINUTE_MS))
    assert bob.screen().may_buy
    assert buy(api, Visitor(bob.event, "bob", bob.session)).status == 201


def test_a_turn_that_is_over_is_asked_for_no_more(api: Api, clock: Clock) -> None:
    """The answer without poll_after_ms is the last."""
    freeze(clock)
    bob = client(api, clock, new_event(api, session_seconds=5))
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
    bob = Patient(wire, api, event, "bob", now_of(clock))
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


def test_a_cached_answer_from_before_the_opening_tells_no_place(api: Api, clock: Clock) -> None:
    """Its epoch is another: the place is unknown until an answer of this one comes."""
    freeze(clock)
    starts = instant(clock, ms=MINUTE_MS)
    event = new_event(api, sale_starts_at=starts, queue_mode="fifo", max_active_sessions=1)
    enter(api, event, "ada")
    bob = Patient(api, Edge(api, now_of(clock)), event, "bob", now_of(clock))
    clock.advance(ms=MINUTE_MS - 1000)
    bob.tick()
    clock.advance(ms=3000)  # in the lobby of a few, everybody asks within two seconds of the start
    bob.tick()
    assert (bob.answers, bob.screen().place_at_most) == (2, None)
    clock.advance(ms=1000)
    bob.tick()
    assert bob.screen() == Screen("waiting", place_at_most=1)


@pytest.mark.parametrize("forward", ["to an earlier time", "to this moment"])
def test_who_waits_in_the_lobby_follows_a_start_that_is_brought_forward(api: Api, clock: Clock, forward: str) -> None:
    """The countdown jumps, and their own question comes as soon after the new start as it would have after the old."""
    freeze(clock)
    bob = client(api, clock, new_event(api, sale_starts_at=instant(clock, ms=60 * MINUTE_MS)))
    early_ms = MINUTE_MS if forward == "to an earlier time" else 0
    clock.advance(ms=1000)
    starts = instant(clock, ms=early_ms) if early_ms else None
    assert api.put(f"/events/{bob.event}", {"sale_starts_at": starts}).status == 200
    bob.tick()
    assert (bob.answers, bob.screen().opens_in_ms) == (1, early_ms or None)
    clock.advance(ms=early_ms)
    for _ in range(5):  # the spread of the questions is two seconds when there are few people
        clock.advance(ms=500)
        bob.tick()
    assert (bob.answers, bob.screen().state) == (2, "active")


def test_who_waits_in_the_lobby_asks_as_told_when_the_start_is_put_off(api: Api, clock: Clock) -> None:
    """So that the service knows at the new start that they are there."""
    freeze(clock)
    bob = lobby(api, clock)
    assert api.put(f"/events/{bob.event}", {"sale_starts_at": instant(clock, ms=60 * MINUTE_MS)}).status == 200
    for after_ms, answers in ((1000, 1), (MINUTE_MS + 2000, 2), (50 * MINUTE_MS, 2), (10 * MINUTE_MS, 3)):
        clock.advance(ms=after_ms)
        bob.tick()
        assert bob.answers == answers
    assert bob.screen().state == "active"


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
    bob = Patient(api, cache, event, "bob", now_of(clock))
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
