"""The figures of a room: what is now, what each minute was, how long people waited, and nothing older than an hour.

Those of the sale are in test_sale_by_minute.py.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from chalicelib.fields import format_instant, parse_instant
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.room import (
    by_minute,
    figures,
    instant_of,
    new_line,
    new_lobby,
    now_ms,
    operate,
    passed_over,
    set_to,
    set_to_a_minute,
    silence,
)
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    crowd,
    drained,
    enter,
    leave,
    new_event,
)

NOTHING = {
    "waiting": 0,
    "active": 0,
    "away": 0,
    "admitted": 0,
    "abandoned": 0,
    "no_shows": 0,
    "wait_p50_ms": None,
    "wait_p95_ms": None,
    "drain_lag_ms": 0,
    "available": 10,
    "held": 0,
    "sold": 0,
    "revenue": 0,
}
LONG: dict[str, Any] = {"session_seconds": 86_400, "away_seconds": 86_400, "claim_seconds": 86_400}


@pytest.fixture
def minute(clock: Clock) -> int:
    """Stop the clock at the beginning of a minute, and give that."""
    return set_to_a_minute(clock)


def no_shows(api: Api, clock: Clock, event: str, count: int) -> None:
    """Let so many be admitted unasked one after the other, and never come: each has five seconds to claim."""
    for _ in range(count):
        first = enter(api, event, f"first{now_ms(clock)}")
        second = enter(api, event, f"second{now_ms(clock)}")
        leave(api, first)
        set_to(clock, instant_of(second, "deadline_ms"))
        drained(left_ms=0)


def test_a_room_in_which_nothing_happened(api: Api, clock: Clock, minute: int) -> None:
    """Zeros, no waits, and no minutes before this one."""
    event = new_event(api)
    told = figures(api, event)
    assert told == {
        "event_id": event,
        "admitted_total": 0,
        "abandoned_total": 0,
        "no_show_total": 0,
        "currency": "USD",
        "sell_out_seconds": None,
        "series": [],
        "now": NOTHING | {"minute": format_instant(minute)},
    }
    assert now_ms(clock) == minute


def test_the_present_minute_is_told_as_it_is(api: Api, clock: Clock, minute: int) -> None:
    """Waiting, inside and away at this instant, admitted since the minute began; its start, not its end."""
    visitors = new_line(api, clock, 6, max_active_sessions=2)
    event = visitors[0].event
    assert figures(api, event)["now"]["admitted"] == 2
    silence(api, clock, visitors[2:4], present=visitors[4:])
    leave(api, visitors[0])
    assert len(passed_over(event)) == 2
    told = figures(api, event)
    now = {"waiting": 1, "active": 2, "away": 2, "admitted": 1, "minute": format_instant(minute + MINUTE_MS)}
    assert told["now"] | now == told["now"]
    assert (told["admitted_total"], now_ms(clock) // MINUTE_MS) == (3, minute // MINUTE_MS + 1)


def test_each_minute_is_told_as_it_ended(api: Api, clock: Clock, minute: int) -> None:
    """Counts at its last command, and those let in within it; a minute in which nobody asked is not there."""
    visitors = new_line(api, clock, 6, **LONG)
    event = visitors[0].event
    for at_ms, gone in ((10_000, 0), (MINUTE_MS, 1), (2 * MINUTE_MS - 1, 2), (4 * MINUTE_MS, 3)):
        set_to(clock, minute + at_ms)
        leave(api, visitors[gone])
    set_to(clock, minute + 6 * MINUTE_MS)
    told = figures(api, event)
    assert by_minute(told, minute, "waiting", "active", "admitted") == {0: (4, 1, 2), 1: (2, 1, 2), 4: (1, 1, 1)}
    assert (told["now"]["admitted"], told["now"]["waiting"], told["admitted_total"]) == (0, 1, 5)
    assert [parse_instant(one["minute"]) for one in told["series"]] == [minute + n * MINUTE_MS for n in (0, 1, 4)]


def test_no_shows_are_told_by_minute(api: Api, clock: Clock, minute: int) -> None:
    """Each in the minute in which it was found out, and all of them in the total."""
    event = new_event(api, max_active_sessions=1, claim_seconds=5)
    no_shows(api, clock, event, 2)
    set_to(clock, minute + 3 * MINUTE_MS)
    no_shows(api, clock, event, 1)
    assert (figures(api, event)["now"]["no_shows"], figures(api, event)["no_show_total"]) == (1, 3)
    set_to(clock, minute + 4 * MINUTE_MS)
    assert by_minute(figures(api, event), minute, "no_shows", "abandoned") == {0: (2, 0), 3: (1, 0)}


def test_the_abandoned_are_told_by_minute(api: Api, clock: Clock, minute: int) -> None:
    """In the minute in which they lost the place; before they are away."""
    visitors = new_line(api, clock, 4, abandon_seconds=60, **LONG | {"away_seconds": 5})
    event = visitors[0].event
    set_to(clock, minute + 30_000)
    leave(api, visitors[0])
    set_to(clock, minute + 90_000)
    drained(left_ms=0)
    set_to(clock, minute + 3 * MINUTE_MS)
    told = figures(api, event)
    assert by_minute(told, minute, "away", "abandoned") == {0: (3, 0), 1: (0, 3)}
    assert (told["abandoned_total"], told["no_show_total"]) == (3, 0)


@pytest.mark.parametrize("step_ms", [50, 400, 3_000, 17_000, 60_000])
def test_waits_are_told_within_a_fifth(api: Api, clock: Clock, minute: int, step_ms: int) -> None:
    """Median and 95th percentile of a hundred waits of even steps; where they are short, within a fifth of a second."""
    event = new_event(api, total_tickets=1000, max_active_sessions=1000, **LONG)
    operate(api, event, mode="paused")
    start_ms = minute + 10_000 * MINUTE_MS - 101 * step_ms
    for n in range(100):
        set_to(clock, start_ms + n * step_ms)
        enter(api, event, f"user{n}")
    set_to(clock, minute + 10_000 * MINUTE_MS)
    operate(api, event, mode="open")
    drained(left_ms=0)
    told = figures(api, event)["now"]
    assert told["admitted"] == 100
    waits = sorted(now_ms(clock) - start_ms - n * step_ms for n in range(100))
    for name, share in (("wait_p50_ms", 0.5), ("wait_p95_ms", 0.95)):
        truth = waits[math.ceil(share * 100) - 1]
        assert abs(told[name] - truth) <= 0.2 * truth + 200, (name, told[name], truth)


def test_waits_are_of_their_minute(api: Api, clock: Clock, minute: int) -> None:
    """Those of the minute before do not count in the next, and one that let nobody in has none."""
    visitors = new_line(api, clock, 3, **LONG)
    event = visitors[0].event
    set_to(clock, minute + 50 * SECOND_MS)
    leave(api, visitors[0])
    set_to(clock, minute + 20 * MINUTE_MS)
    leave(api, visitors[1])
    set_to(clock, minute + 21 * MINUTE_MS)
    assert figures(api, event)["now"]["wait_p95_ms"] is None
    set_to(clock, minute + 22 * MINUTE_MS)
    waits = by_minute(figures(api, event), minute, "wait_p50_ms", "wait_p95_ms")
    assert waits[0] == (0, pytest.approx(50_000, rel=0.2))
    assert waits[20] == (pytest.approx(20 * MINUTE_MS, rel=0.2),) * 2
    assert waits[21] == (None, None)


def test_who_needs_not_wait_waited_for_nothing(api: Api, clock: Clock, minute: int) -> None:
    """Those let in by their own join, and a lobby at its opening: its time is not a wait."""
    event, other = new_event(api), new_lobby(api, clock)
    crowd(event, 5)
    crowd(other, 5)
    set_to(clock, minute + HOUR_MS)
    assert figures(api, other)["now"]["admitted"] == 5
    assert (figures(api, other)["now"]["wait_p50_ms"], figures(api, other)["now"]["wait_p95_ms"]) == (0, 0)
    assert by_minute(figures(api, event), minute, "wait_p50_ms", "wait_p95_ms") == {0: (0, 0)}


def test_after_an_hour_a_minute_is_gone(api: Api, clock: Clock, minute: int) -> None:
    """Sixty minutes are told, never more, however many there were; the totals stay."""
    event = new_event(api, total_tickets=1000, max_active_sessions=1000, **LONG)
    for n in range(125):
        set_to(clock, minute + n * MINUTE_MS)
        crowd(event, 1 + n % 3, name=f"minute{n}-")
        if n in {59, 60, 61, 124}:
            expected = {past: (1 + past % 3,) for past in range(max(0, n - 60), n)}
            assert by_minute(figures(api, event), minute, "admitted") == expected
    set_to(clock, minute + (124 + 61) * MINUTE_MS)
    told = figures(api, event)
    assert (told["series"], told["admitted_total"]) == ([], sum(1 + n % 3 for n in range(125)))


def test_old_losses_are_no_minutes_of_now(api: Api, clock: Clock, minute: int) -> None:
    """A minute after some silence tells its own losses only, also when the one before it has been forgotten."""
    event = new_event(api, max_active_sessions=1, claim_seconds=5)
    no_shows(api, clock, event, 2)
    for n in (30, 61, 62):
        set_to(clock, minute + n * MINUTE_MS)
        told = figures(api, event)
    assert by_minute(told, minute, "no_shows") == {30: (0,), 61: (0,)}
    assert told["no_show_total"] == 2


def test_the_lag_of_the_drain_is_told(api: Api, clock: Clock, minute: int) -> None:
    """By how much the first command came too late for what was due; the largest of the minute."""
    visitors = new_line(api, clock, 2, session_seconds=30, away_seconds=3600)
    event = visitors[0].event
    set_to(clock, minute + 30_000 + 1_234)
    assert figures(api, event)["now"]["drain_lag_ms"] == 1_234
    set_to(clock, instant_of(visitors[1], "deadline_ms") + 7)
    drained(left_ms=0)
    set_to(clock, now_ms(clock) + MINUTE_MS)
    lags = [lag for (lag,) in by_minute(figures(api, event), minute, "drain_lag_ms").values()]
    assert max(lags) == 1_234
