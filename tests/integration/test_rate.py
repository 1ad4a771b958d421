"""The rate: how many a minute admits, to the millisecond, and what an idle hour banks."""

from __future__ import annotations

import pytest

from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    crowd,
    freeze,
    new_event,
    read,
)


def active(event: str) -> int:
    """Count the active sessions, once a command has swept."""
    return int(read(event, "active", "ZCARD"))


@pytest.mark.parametrize(
    ("per_minute", "banked", "next_ms"),
    [(1, 1, 60_000), (29, 1, 2_069), (30, 1, 2_000), (90, 3, 667), (100_000, 3_333, 1)],
)
def test_the_rate_bounds_admission(api: Api, clock: Clock, per_minute: int, banked: int, next_ms: int) -> None:
    """The bank of a thirtieth, at least one, is spent at once; the next is admitted at its millisecond, not before."""
    freeze(clock)
    event = new_event(api, admissions_per_minute=per_minute, total_tickets=10_000, max_active_sessions=10_000)
    crowd(event, banked + 5)
    api.get(f"/events/{event}")
    assert active(event) == banked
    clock.advance(ms=next_ms - 1)
    api.get(f"/events/{event}")
    assert active(event) == banked
    clock.advance(ms=1)
    api.get(f"/events/{event}")
    assert active(event) == banked + 1


@pytest.mark.parametrize("per_minute", [1, 29, 30])
def test_a_minute_admits_its_rate_and_the_bank(api: Api, clock: Clock, per_minute: int) -> None:
    """Asked late in every millisecond in which somebody may come in, the event admits its rate, to a rounding."""
    freeze(clock)
    event = new_event(api, admissions_per_minute=per_minute, total_tickets=100)
    crowd(event, 40)
    end_us = clock.now_us() + MINUTE_MS * 1000
    while (due_us := int(read(event, "events", "HGET", "next_due_ms")) * 1000 + 999) <= end_us:
        clock.freeze(due_us)
        api.get(f"/events/{event}")
    assert per_minute <= active(event) <= per_minute + 1


def test_an_idle_hour_banks_no_more_than_the_bank(api: Api, clock: Clock) -> None:
    """A rate that nobody used for an hour does not let a crowd in at once."""
    freeze(clock)
    event = new_event(api, admissions_per_minute=90, total_tickets=100)
    clock.advance(ms=HOUR_MS)
    crowd(event, 20)
    api.get(f"/events/{event}")
    assert active(event) == 3
