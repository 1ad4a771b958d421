"""Who is away: passed over and not thrown out, next again when they are back, and out of the line after some time."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.room import (
    ask,
    figures,
    happened,
    instant_of,
    new_line,
    operate,
    passed_over,
    place,
    places,
    poll,
    rejoin,
    seen,
    set_to,
    silence,
)
from tests.support.sale import (
    HOUR_MS,
    SECOND_MS,
    Visitor,
    change,
    enter,
    inside,
    leave,
    refresh,
    said,
    states,
)

WHOLE_TICK_MS = 2_500


BACK = pytest.mark.parametrize("back", [ask, rejoin, refresh], ids=["status", "join", "refresh"])
Back = Callable[[Api, Visitor], Answer]


@pytest.fixture
def line(api: Api, clock: Clock) -> list[Visitor]:
    """Give five of whom the first has left, two were just passed over, one is inside and the last waits."""
    visitors = new_line(api, clock, 5, session_seconds=3600)
    silence(api, clock, visitors[1:3], present=visitors[3:])
    leave(api, visitors[0])
    assert (passed_over(visitors[0].event), inside(visitors[0].event)) == (
        [visitor.session for visitor in visitors[1:3]],
        [visitors[3].session],
    )
    return visitors


@pytest.mark.parametrize(("early_ms", "expected"), [(1, "lawww"), (0, "lwaww")])
def test_who_is_silent_for_away_seconds_is_passed_over(api: Api, clock: Clock, early_ms: int, expected: str) -> None:
    """Counted from the time they were asked to come again: one millisecond before they are admitted, then no more."""
    visitors = new_line(api, clock, 5)
    silence(api, clock, visitors[1:2], present=visitors[2:], early_ms=early_ms)
    leave(api, visitors[0])
    assert states(api, visitors) == expected


@pytest.mark.parametrize("seconds", [5, 30])
def test_the_time_to_be_away_is_the_events_own(api: Api, clock: Clock, seconds: int) -> None:
    """away_seconds may be set when the event is made, and changed while people wait."""
    visitors = new_line(api, clock, 3, **({"away_seconds": 5} if seconds == 5 else {}))
    if seconds != 5:
        change(api, visitors[0].event, away_seconds=seconds)
    set_to(clock, instant_of(visitors[1], "poll_due_ms") + seconds * 1000)
    poll(api, visitors[2])
    leave(api, visitors[0])
    assert states(api, visitors) == "lwa"


def test_nobody_is_passed_over_while_there_is_no_room(api: Api, clock: Clock) -> None:
    """However long they are silent: only their turn finds out whether they are there."""
    visitors = new_line(api, clock, 3, session_seconds=3600)
    clock.advance(ms=HOUR_MS - 1)
    assert (states(api, visitors), passed_over(visitors[0].event)) == ("aww", [])


def test_asking_about_somebody_does_not_keep_them_there(api: Api, clock: Clock) -> None:
    """The public position is nobody's own question: asked to the last, it leaves them away all the same."""
    visitors = new_line(api, clock, 3)
    due_ms = instant_of(visitors[1], "poll_due_ms")
    silence(api, clock, visitors[1:2], present=visitors[2:])
    seen(api, visitors[1])
    assert instant_of(visitors[1], "poll_due_ms") == due_ms
    leave(api, visitors[0])
    assert states(api, visitors) == "lwa"


def test_who_is_passed_over_keeps_the_place_for_all_to_see(api: Api, line: list[Visitor]) -> None:
    """They wait on at 1 and 2, those behind count them, and so does the length of the queue."""
    assert places(api, line[1:]) == [1, 2, 0, 3]
    assert [seen(api, visitor)["state"] for visitor in line[1:3]] == ["waiting"] * 2
    assert api.get(f"/queue/length/{line[0].event}").json["length"] == 3
    assert figures(api, line[0].event)["now"]["away"] == 2
    assert [who for who, _ in happened(line[0].event, "session.passed_over")] == [v.session for v in line[1:3]]


@BACK
def test_who_is_back_is_next_again(api: Api, line: list[Visitor], back: Back) -> None:
    """By any own question they stand at their old place, and have the next turn that becomes free."""
    answer = back(api, line[1])
    assert answer.status == 200
    entry = answer.json.get("entry", answer.json)
    assert (entry["position"], entry["status"]) == (1, "waiting")
    assert (passed_over(line[0].event), place(api, line[2])) == ([line[2].session], 2)
    leave(api, line[3])
    assert states(api, line) == "lawlw"


@BACK
def test_who_is_back_while_there_is_room_is_inside_at_once(api: Api, line: list[Visitor], back: Back) -> None:
    """The answer to the very question says so, and gives the full session: they know of it."""
    leave(api, line[4])
    leave(api, line[3])
    assert inside(line[0].event) == []
    answer = back(api, line[2])
    entry = answer.json.get("entry", answer.json)
    assert (answer.status, entry["position"], entry["status"]) == (200, 0, "active")
    assert (place(api, line[1]), place(api, line[2])) == (1, 0)


def test_several_who_are_back_keep_their_order(api: Api, clock: Clock) -> None:
    """Whoever of them asks first: the turns come by the old places, before those of all behind."""
    visitors = new_line(api, clock, 6, session_seconds=3600)
    silence(api, clock, visitors[1:5], present=visitors[5:])
    leave(api, visitors[0])
    for back in (4, 2, 1, 3):
        poll(api, visitors[back])
    assert places(api, visitors[1:]) == [1, 2, 3, 4, 0]
    for gone, expected in ((5, "lawwwl"), (1, "llawwl"), (2, "lllawl"), (3, "llllal")):
        leave(api, visitors[gone])
        assert states(api, visitors) == expected


def test_the_operator_admits_those_who_are_there(api: Api, clock: Clock) -> None:
    """By hand too the absent are passed over, not thrown out; with nobody there it is 409, though people wait."""
    visitors = new_line(api, clock, 5, session_seconds=3600)
    event = visitors[0].event
    operate(api, event, mode="paused", max_active_sessions=100)
    silence(api, clock, visitors[1:4], present=visitors[4:])
    admitted = api.post(f"/queue/process/{event}", {"count": 3}).json["activated"]
    assert [entry["session_id"] for entry in admitted] == [visitors[4].session]
    assert passed_over(event) == [visitor.session for visitor in visitors[1:4]]
    poll(api, visitors[2])
    silence(api, clock, visitors[2:3])
    assert said(api.post(f"/queue/process/{event}")) == (409, "nobody_present")


def test_the_operator_is_not_told_that_nobody_waits_when_all_are_away(api: Api, line: list[Visitor]) -> None:
    """The length counts those who were passed over, so the answer is that they are away."""
    leave(api, line[4])
    leave(api, line[3])
    assert api.get(f"/queue/length/{line[0].event}").json["length"] == 2
    assert said(api.post(f"/queue/process/{line[0].event}")) == (409, "nobody_present")


def test_the_operator_looks_for_somebody_among_a_thousand(api: Api, clock: Clock) -> None:
    """Behind a thousand absentees the second try finds who is there: a command is never long."""
    visitors = new_line(api, clock, 1002, session_seconds=3600)
    event = visitors[0].event
    operate(api, event, mode="paused", max_active_sessions=100)
    silence(api, clock, visitors[1:-1], present=visitors[-1:])
    assert said(api.post(f"/queue/process/{event}")) == (409, "nobody_present")
    assert api.post(f"/queue/process/{event}").json["session_id"] == visitors[-1].session


@pytest.mark.parametrize("seed", range(3))
def test_a_position_never_grows(api: Api, clock: Clock, seed: int) -> None:
    """Many steps of polls, silence, leaving, coming and changing places: nobody who waits falls back."""
    random.seed(seed)  # the service spreads the polls by it too
    chance = random.Random(seed)
    visitors = new_line(api, clock, 8, session_seconds=40, away_seconds=5, abandon_seconds=12, claim_seconds=5)
    last: dict[str, int] = {}
    for step in range(150):
        event = visitors[0].event
        away = [visitor for visitor in visitors if visitor.session in passed_over(event)]
        deed = chance.choice(["poll", "return", "wait", "wait", "leave", "come", "places"])
        visitor = chance.choice(away if away and deed == "return" else visitors)
        if deed in {"poll", "return"}:
            ask(api, visitor)
        elif deed == "wait":
            clock.advance(ms=chance.randrange(12 * SECOND_MS))
        elif deed == "leave" and step % 5 == 0:
            leave(api, visitor)
        elif deed == "come":
            visitors = [*visitors[-7:], enter(api, event, f"new{step}")]
        else:
            change(api, event, max_active_sessions=chance.randrange(1, 4))
        for waiting in visitors:
            position = place(api, waiting)
            assert position is None or position <= last.get(waiting.session, position), (step, deed)
            last[waiting.session] = position or 0
    assert happened(visitors[0].event, "session.returned")
    assert happened(visitors[0].event, "session.abandoned")
