"""The drain: moves every event on while nobody asks, past any event that fails."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import app
from chalicelib.ids import EventCode, code_of
from chalicelib.keys import event_key
from chalicelib.queue.drain import DrainFailed
from chalicelib.queue.stats import parse_minute
from chalicelib.runtime import Runtime
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import (
    MINUTE_MS,
    UNKNOWN,
    Visitor,
    crowd,
    drained,
    enter,
    freeze,
    hold,
    inside,
    leave,
    new_event,
    nothing_changed,
    raw,
    read,
    refusal,
)
from tests.support.scheduled import LITTLE_MS, scheduled

ASIDE = "aside:{{{}}}"
"""Where the active sessions of a broken event lie until it is mended."""


@pytest.fixture
def due(api: Api, clock: Clock) -> list[Visitor]:
    """Give three visitors in the millisecond in which the session and the hold of the first are due; two wait."""
    freeze(clock)
    terms = {"max_active_sessions": 1, "session_seconds": 60, "hold_seconds": 60, "claim_seconds": 60}
    visitors = crowd(new_event(api, away_seconds=86_400, **terms), 3)  # nobody of them asks again
    hold(api, visitors[0])
    clock.advance(ms=60_000)
    return visitors


def test_the_schedule_moves_an_event_on_that_nobody_asks_about(due: list[Visitor]) -> None:
    """The due session and hold are over, the next in line is inside, all by one call of the scheduled function."""
    answer = scheduled(app.drain, LITTLE_MS)
    assert answer == {"ticks": 1, "activations": 2, "holds_ended": 1}
    assert inside(due[0].event) == [due[1].session]
    assert read(due[0].event, "holds", "ZCARD") == 0


def test_the_script_tells_what_it_did_and_when_to_come_again(due: list[Visitor], clock: Clock) -> None:
    """Sessions and holds ended, people admitted, waiting and inside, the time, the next deadline, the lag.

    Then who is away, who was abandoned or did not come since the last drain, and the last full minute.
    """
    event, now_ms = due[0].event, clock.now_us() // 1000 + 7
    clock.advance(ms=7)
    assert raw("drain", event, "", 500)[:-1] == [1, 1, 2, 1, 1, now_ms, now_ms + MINUTE_MS, 7, 0, 0, 0]
    *done, minute = raw("drain", event, "", 500)
    assert done == [0, 0, 0, 1, 1, now_ms, now_ms + MINUTE_MS, 0, 0, 0, 0]
    assert parse_minute(minute)["minute"] == str(now_ms // MINUTE_MS - 1)
    with nothing_changed():
        assert refusal("drain", UNKNOWN, "", 500) == "event_not_found"


def test_a_tick_ends_five_thousand_sessions(api: Api, clock: Clock) -> None:
    """However many are due at once: the queue behind them is inside after one tick."""
    freeze(clock)
    event = new_event(api, total_tickets=10_000, max_active_sessions=5000, session_seconds=60)
    crowd(event, 5000)
    waiting = crowd(event, 700, name="late")
    clock.advance(ms=60_000)
    report = drained(left_ms=LITTLE_MS)
    assert (report.ticks, report.sessions_ended, report.activations) == (1, 5000, 5700)
    assert set(inside(event)) == {visitor.session for visitor in waiting}


def test_what_becomes_due_during_a_run_is_done_in_its_ticks(api: Api, clock: Clock) -> None:
    """One a minute is admitted; a run of which each pause is a minute lets one in a tick, until nobody waits."""
    freeze(clock)
    patience = {"away_seconds": 86_400, "claim_seconds": 86_400}  # nobody asks again in this test
    event = new_event(api, admissions_per_minute=1, session_seconds=86_400, **patience)
    crowd(event, 4)
    admitted: list[int] = []

    def minute() -> None:
        admitted.append(len(inside(event)))
        clock.advance(ms=60_000)

    drained(minute)
    assert admitted[:5] == [1, 2, 3, 4, 4]


def test_a_run_ends_early_when_nothing_is_pending(api: Api, clock: Clock) -> None:
    """No event at all, or only events in which nobody waits, is inside or holds anything: one tick."""
    assert scheduled(app.drain, MINUTE_MS)["ticks"] == 1
    new_event(api)
    over = enter(api, new_event(api, session_seconds=60), "ada")
    clock.advance(ms=60_000)
    assert drained().ticks == 1
    assert inside(over.event) == []


def test_a_run_goes_on_while_something_is_pending(api: Api, clock: Clock) -> None:
    """A hold keeps it going, and ends it by its end."""
    freeze(clock)
    ada = enter(api, new_event(api, hold_seconds=10), "ada")
    hold(api, ada)
    leave(api, ada)
    assert drained(lambda: clock.advance(ms=1000)).ticks == 11


def test_a_run_lasts_less_than_a_minute(api: Api) -> None:
    """With a session that does not end it stops by itself, so that the next run of the schedule takes over."""
    enter(api, new_event(api), "ada")
    assert 50 <= drained().ticks <= 56


def test_one_tick_is_made_when_little_time_remains(api: Api) -> None:
    """However much is pending, a Lambda that is about to be stopped makes its one tick and ends."""
    enter(api, new_event(api), "ada")
    assert drained(left_ms=LITTLE_MS).ticks == 1
    assert drained(left_ms=0).ticks == 1


@pytest.fixture
def broken(api: Api, house: Runtime, due: list[Visitor]) -> Iterator[str]:
    """Give an event with a key of a wrong type, beside the one that is due."""
    event = enter(api, new_event(api, session_seconds=5, end_time="2090-12-25T22:00:00Z"), "ada").event
    code: EventCode = code_of(event)
    active, aside = event_key("active", code), ASIDE.format(code)
    house.store.command("RENAME", active, aside)
    house.store.command("SET", active, "of a wrong type")
    yield event
    if house.store.command("EXISTS", aside):
        house.store.command("RENAME", aside, active)
    assert due


def test_an_event_that_fails_stops_no_other_and_is_named(due: list[Visitor], broken: str, clock: Clock) -> None:
    """It is first in the list, is tried in every tick, and the run raises at its end; the others are moved on."""
    clock.advance(ms=5000)
    with pytest.raises(DrainFailed, match=broken) as failed:
        drained(left_ms=LITTLE_MS)
    assert due[0].event not in str(failed.value)
    assert inside(due[0].event) == [due[1].session]
    with pytest.raises(DrainFailed, match=broken):
        scheduled(app.drain, LITTLE_MS)


def test_an_event_that_has_recovered_is_forgiven(house: Runtime, broken: str, clock: Clock) -> None:
    """The run ends well when the failing event succeeds at its last try."""
    clock.advance(ms=5000)
    key, aside = event_key("active", code_of(broken)), ASIDE.format(code_of(broken))

    def mend() -> None:
        if read(broken, "active", "TYPE") == "string":
            house.store.command("RENAME", aside, key)

    assert drained(mend).failing == {}
    assert inside(broken) == []
