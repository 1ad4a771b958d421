"""When to ask again: soon for who is near, later for who is far, never more in all than the service can answer."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest

from chalicelib.queue.model import Telling
from chalicelib.runtime import Runtime
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.room import ask, instant_of, new_line, new_lobby, now_ms, poll, reconfigured, rejoin, seen, set_to
from tests.support.sale import (
    HOUR_MS,
    SECOND_MS,
    Visitor,
    change,
    crowd,
    hold,
    join,
    leave,
    nothing_changed,
    raw,
    refresh,
    said,
    settle,
)


def told_ms(visitor: Visitor, jitter: int, per_second: int = 5000) -> int | None:
    """Tell when somebody would be asked to come again, by the script itself: with this jitter, 0 to 999."""
    _, _, _, *rest = raw("status", visitor.event, visitor.event, "", visitor.user, per_second, jitter)
    return Telling(*rest).poll_after_ms


@pytest.mark.parametrize(("place", "least_ms"), [(1, 2_020), (50, 3_000), (399, 9_980), (400, 10_000), (450, 10_000)])
def test_who_is_near_asks_sooner_than_who_is_far(api: Api, clock: Clock, place: int, least_ms: int) -> None:
    """2 s and 20 ms a place, ten seconds at most; chance adds up to a quarter."""
    visitors = new_line(api, clock, 451)
    assert told_ms(visitors[place], 0) == least_ms
    assert told_ms(visitors[place], 999) == int(least_ms * (1 + 999 / 4000))
    assert least_ms <= poll(api, visitors[place])["poll_after_ms"] < least_ms * 1.25


@pytest.mark.parametrize(("per_second", "least_ms"), [(10, 30_000), (5, 60_000), (1000, 2_020)])
def test_all_who_wait_ask_less_often_than_the_service_bears(
    api: Api, clock: Clock, house: Runtime, per_second: int, least_ms: int
) -> None:
    """With POLLS_PER_SECOND small, everybody waits for as long as all their polls take, the nearest too."""
    visitors = new_line(api, clock, 301)
    reconfigured(house, polls_per_second=per_second)
    assert told_ms(visitors[1], 0, per_second) == least_ms
    assert least_ms <= poll(api, visitors[1])["poll_after_ms"] < least_ms * 1.25
    assert least_ms <= join(api, visitors[1].event, visitors[1].user).json["poll_after_ms"] < least_ms * 1.25


def test_who_is_inside_asks_every_ten_seconds(api: Api, clock: Clock) -> None:
    """However many wait, and chance adds up to a quarter."""
    ada = new_line(api, clock, 300)[0]
    assert (told_ms(ada, 0, 1), told_ms(ada, 999, 1)) == (10_000, 12_497)
    assert 10_000 <= poll(api, ada)["poll_after_ms"] < 12_500


def test_every_own_answer_says_when_to_ask_again_and_is_remembered(api: Api, clock: Clock) -> None:
    """First join, repeated join, status and refresh: what they say is expected; to look moves nothing."""
    ada = new_line(api, clock, 1)[0]
    joined = join(api, ada.event, "bob").json
    bob = Visitor(ada.event, "bob", joined["session_id"])
    assert instant_of(bob, "poll_due_ms") == now_ms(clock) + joined["poll_after_ms"]
    for question in (rejoin, ask, refresh):
        clock.advance(ms=SECOND_MS)
        due_ms = now_ms(clock) + question(api, bob).json["poll_after_ms"]
        assert instant_of(bob, "poll_due_ms") == due_ms
        with nothing_changed():
            assert seen(api, bob)["poll_after_ms"] > 0


def test_a_lobby_is_asked_to_come_after_the_start(api: Api, clock: Clock) -> None:
    """Not a millisecond before it, whatever chance says, and within twice the time that the polls of all take."""
    event = new_lobby(api, clock)
    visitors, left_ms = crowd(event, 300), HOUR_MS // 2
    clock.advance(ms=HOUR_MS - left_ms)
    told = [told_ms(visitors[0], jitter, 10) for jitter in (0, 250, 999)]
    assert told == [left_ms, left_ms + 31_000, left_ms + 61_968]
    assert left_ms <= poll(api, visitors[0])["poll_after_ms"] <= left_ms + 2120


@pytest.mark.parametrize("again", [False, True], ids=["joins", "polls"])
def test_the_polls_after_the_start_are_spread(
    api: Api, clock: Clock, house: Runtime, monkeypatch: pytest.MonkeyPatch, *, again: bool
) -> None:
    """A lobby that grew to a thousand, and one that asked again before the start: never more a second than allowed."""
    chance = count(1)
    monkeypatch.setattr(random, "randrange", lambda stop: int(next(chance) * 0.618034 * stop) % stop)
    reconfigured(house, polls_per_second=50)
    event = new_lobby(api, clock)
    start_ms, visitors = now_ms(clock) + HOUR_MS, crowd(event, 1000)
    if again:
        for visitor in visitors:
            poll(api, visitor)
    seconds = Counter((instant_of(visitor, "poll_due_ms") - start_ms) // 1000 for visitor in visitors)
    assert (min(seconds) >= 0, 30 <= max(seconds) < 44) == (True, True)
    assert max(seconds.values()) <= 50 * 1.1


@pytest.mark.parametrize("where", ["lobby", "waiting", "active"])
def test_the_sixth_poll_in_a_quarter_of_the_time_is_refused(api: Api, clock: Clock, where: str) -> None:
    """429 with the time to ask again, and no trace; when it says, the same question is answered."""
    one = crowd(new_lobby(api, clock), 1)[0] if where == "lobby" else new_line(api, clock, 2)[where == "waiting"]
    told = [poll(api, one) for _ in range(5)]
    assert {answer["state"] for answer in told} == {where}
    with nothing_changed():
        refused = ask(api, one)
        assert said(refused) == (429, "polling_too_fast")
    clock.advance(ms=1000 * int(refused.headers["Retry-After"]))
    assert ask(api, one).status == 200


@pytest.mark.parametrize("place", [0, 1, 400, None], ids=["inside", "near", "far", "lobby"])
def test_the_quarter_is_of_what_the_first_of_them_was_told(api: Api, clock: Clock, place: int | None) -> None:
    """In its last millisecond a sixth is refused, in the next it is answered; it is never longer than 15 seconds."""
    one = crowd(new_lobby(api, clock), 1)[0] if place is None else new_line(api, clock, 401)[place]
    told = [poll(api, one)["poll_after_ms"] for _ in range(5)]
    clock.advance(ms=min(told[0] // 4, 15_000) - 1)
    refused = ask(api, one)
    assert (said(refused), refused.headers.get("Retry-After")) == ((429, "polling_too_fast"), "1")
    clock.advance(ms=1)
    assert ask(api, one).status == 200


def test_a_clock_that_is_set_back_silences_nobody(api: Api, clock: Clock) -> None:
    """A quarter that lies in the future is over: the sixth poll an hour earlier is the first of a new one."""
    one = new_line(api, clock, 2)[1]
    for _ in range(5):
        poll(api, one)
    clock.advance(ms=-HOUR_MS)
    for _ in range(5):
        poll(api, one)
    assert ask(api, one).status == 429


@pytest.mark.parametrize("tabs", [2, 4])
def test_tabs_that_keep_to_what_they_are_told_are_never_refused(api: Api, clock: Clock, tabs: int) -> None:
    """Two browsers of one person, or four, each at its own time: two hundred polls, all answered."""
    one = new_line(api, clock, 2, session_seconds=86_400)[1]
    due_ms = [now_ms(clock)] * tabs
    for _ in range(200):
        tab = min(range(tabs), key=lambda n: due_ms[n])
        set_to(clock, due_ms[tab])
        due_ms[tab] += poll(api, one)["poll_after_ms"]


def test_a_repeated_join_is_never_too_fast(api: Api, clock: Clock) -> None:
    """A page that is loaded again and again finds its place each time, also after polls that were too fast."""
    one = new_line(api, clock, 2)[1]
    for _ in range(6):
        ask(api, one)
    assert {join(api, one.event, one.user).status for _ in range(20)} == {200}


@pytest.mark.parametrize("question", [rejoin, refresh], ids=["join", "refresh"])
def test_what_is_exempt_uses_up_no_polls(api: Api, clock: Clock, question: Callable[[Api, Visitor], Answer]) -> None:
    """After ten of it the first poll is answered: it is the first."""
    one = new_line(api, clock, 2)[1]
    assert {question(api, one).status for _ in range(10)} == {200}
    assert ask(api, one).status == 200


def test_who_has_the_turn_is_told_at_once(api: Api, clock: Clock) -> None:
    """Five polls in haste do not keep anybody from the news that they were admitted meanwhile."""
    ada, bob = new_line(api, clock, 2)
    for _ in range(5):
        poll(api, bob)
    leave(api, ada)
    assert poll(api, bob)["state"] == "active"


@pytest.mark.parametrize("ending", ["left", "expired", "completed", "cancelled"])
def test_when_it_is_over_there_is_nothing_to_ask_any_more(api: Api, clock: Clock, ending: str) -> None:
    """poll_after_ms is null in the status and in the position, and any number of polls is answered."""
    one = new_line(api, clock, 1)[0]
    if ending == "left":
        assert leave(api, one).json["poll_after_ms"] is None
    elif ending == "expired":
        clock.advance(ms=HOUR_MS)
    elif ending == "completed":
        settle(api, "confirm", hold(api, one))
    else:
        change(api, one.event, status="cancelled")
    told = [poll(api, one) for _ in range(8)]
    assert {answer["poll_after_ms"] for answer in [*told, seen(api, one)]} == {None}
    assert told[0]["state"] == ("expired" if ending == "cancelled" else ending)
