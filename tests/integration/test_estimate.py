"""The estimate of a wait: from those let in since the previous minute began, and nothing where nothing is known."""

from __future__ import annotations

import math

import pytest

from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.room import new_line, new_lobby, now_ms, poll, set_to
from tests.support.sale import HOUR_MS, MINUTE_MS, SECOND_MS, Visitor, crowd, inside, leave

CALM = {"session_seconds": 86_400, "away_seconds": 86_400, "claim_seconds": 86_400}


@pytest.fixture
def line(api: Api, clock: Clock) -> list[Visitor]:
    """Give one inside and forty who wait, at the beginning of a minute."""
    clock.freeze((now_ms(clock) // MINUTE_MS + 1) * MINUTE_MS * 1000)
    return new_line(api, clock, 41, **CALM)


def admit(api: Api, clock: Clock, line: list[Visitor], count: int, every_ms: int) -> None:
    """Let so many in, one each time after so long."""
    for _ in range(count):
        clock.advance(ms=every_ms)
        (first,) = inside(line[0].event)
        leave(api, Visitor(line[0].event, "", first))


def test_a_wait_is_estimated_from_the_pace(api: Api, clock: Clock, line: list[Visitor]) -> None:
    """Five let in within twenty seconds, the first at once: the place times four seconds, whole and in words."""
    admit(api, clock, line, 4, 5 * SECOND_MS)
    for behind in (line[5], line[20], line[40]):
        told = poll(api, behind)
        seconds = told["entry"]["position"] * 4
        words = f"{seconds}s" if seconds < 60 else f"{seconds // 60}m{seconds % 60}s"
        assert (told["estimated_wait_seconds"], told["estimated_wait_time"]) == (seconds, words)


def test_the_estimate_is_rounded_up(api: Api, clock: Clock, line: list[Visitor]) -> None:
    """Nobody is told less than it is: three within 10.001 seconds, and the place is one."""
    admit(api, clock, line, 2, 5 * SECOND_MS)
    clock.advance(ms=1)
    assert poll(api, line[3])["estimated_wait_seconds"] == math.ceil(10.001 / 3)


@pytest.mark.parametrize(("measured_ms", "known"), [(9_999, False), (10_000, True)])
def test_a_pace_needs_ten_seconds(
    api: Api, clock: Clock, line: list[Visitor], measured_ms: int, *, known: bool
) -> None:
    """Before that there is no estimate, however many came in."""
    clock.advance(ms=measured_ms)
    told = poll(api, line[1])
    assert (told["estimated_wait_seconds"] is not None, told["estimated_wait_time"] != "unknown") == (known, known)


def test_who_is_inside_waits_for_nothing(api: Api, line: list[Visitor]) -> None:
    """0 from the first moment."""
    told = poll(api, line[0])
    assert (told["estimated_wait_seconds"], told["estimated_wait_time"]) == (0, "0s")


def test_a_line_that_stands_has_no_estimate(api: Api, clock: Clock, line: list[Visitor]) -> None:
    """When nobody came in since the previous minute began, what was before counts no more."""
    admit(api, clock, line, 4, 5 * SECOND_MS)
    for known in (True, True, False):
        assert (poll(api, line[40])["estimated_wait_seconds"] is not None) == known
        clock.advance(ms=MINUTE_MS)


def test_the_pace_is_of_the_last_one_to_two_minutes(api: Api, clock: Clock, line: list[Visitor]) -> None:
    """Ten in the first minute, two in the second, one in the third: half a minute into that only those three count."""
    start_ms = now_ms(clock)
    admit(api, clock, line, 10, 5 * SECOND_MS)
    set_to(clock, start_ms + MINUTE_MS)
    poll(api, line[40])
    admit(api, clock, line, 2, 20 * SECOND_MS)
    set_to(clock, start_ms + 2 * MINUTE_MS)
    admit(api, clock, line, 1, 30 * SECOND_MS)
    told = poll(api, line[40])
    assert told["estimated_wait_seconds"] == told["entry"]["position"] * 90 / 3


def test_a_sale_is_measured_from_its_opening(api: Api, clock: Clock) -> None:
    """The hours of the lobby are no part of the pace."""
    event = new_lobby(api, clock, max_active_sessions=5, total_tickets=100, **CALM)
    visitors = crowd(event, 15)
    assert poll(api, visitors[0])["estimated_wait_seconds"] is None
    clock.advance(ms=HOUR_MS)
    poll(api, visitors[0])
    clock.advance(ms=20 * SECOND_MS)
    told = [poll(api, visitor) for visitor in visitors]
    waiting = [answer for answer in told if answer["state"] == "waiting"]
    assert len(waiting) == 10
    assert all(answer["estimated_wait_seconds"] == answer["entry"]["position"] * 4 for answer in waiting)
