"""An event that is being archived: it can be read as before, and nothing whatever changes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.http.archived import CHANGING, Closed
from tests.support.api import Api
from tests.support.archiving import close, times
from tests.support.clock import Clock
from tests.support.reports import all_of
from tests.support.sale import HOUR_MS, MINUTE_MS, change, drained, enter, hold, new_event, said


@pytest.fixture
def closed(api: Api, clock: Clock) -> Closed:
    """Give an event that is being archived."""
    return Closed(api, lambda: clock.advance(ms=2 * HOUR_MS), **times(clock))


@pytest.mark.parametrize("name", CHANGING)
def test_nothing_changes_it(closed: Closed, name: str) -> None:
    """Every route that could is refused with one word, and leaves every key as it was."""
    before = all_of(closed.event)
    assert said(CHANGING[name](closed)) == (410, "event_archived")
    assert all_of(closed.event) == before


READING: dict[str, Callable[[Closed], str]] = {
    "the event": lambda c: f"/events/{c.event}",
    "the list": lambda _: "/events",
    "free seats": lambda c: f"/events/{c.event}/seats/available",
    "the layout": lambda c: f"/events/{c.event}/seatmap",
    "the states": lambda c: f"/events/{c.event}/seatmap/states",
    "the figures": lambda c: f"/events/{c.event}/stats",
    "an audit": lambda c: f"/events/{c.event}/integrity",
    "the length": lambda c: f"/queue/length/{c.event}",
    "for everybody": lambda c: f"/queue/serving/{c.event}",
    "all tickets": lambda c: f"/events/{c.event}/tickets",
    "a ticket": lambda c: f"/tickets/{c.ticket}",
    "an order": lambda c: f"/orders/{c.order}",
    "my tickets": lambda _: "/tickets/user/ada",
}


@pytest.mark.parametrize("name", READING)
def test_it_can_be_read_as_before(closed: Closed, clock: Clock, name: str) -> None:
    """Also minutes later, and when the server's clock has been set back; no look leaves a trace."""
    before, path = all_of(closed.event), READING[name](closed)
    for moved_ms in (0, 5 * MINUTE_MS, -HOUR_MS):
        clock.advance(ms=moved_ms)
        answer = closed.api.get(path)
        assert answer.status == 200, answer.text
    assert all_of(closed.event) == before
    if name == "an audit":
        assert answer.json["status"] == "ok"


def test_a_draw_can_be_read_too(api: Api, clock: Clock) -> None:
    """Its commitment, its seed, and who drew what."""
    event = new_event(api, **times(clock), sale_starts_at=times(clock)["start_time"])
    enter(api, event, "ada")
    clock.advance(ms=2 * HOUR_MS)
    api.get(f"/events/{event}")
    shown = [api.get(f"/events/{event}/draw{more}").json for more in ("", "/entries")]
    close(event)
    before = all_of(event)
    assert [api.get(f"/events/{event}/draw{more}").json for more in ("", "/entries")] == shown
    assert all_of(event) == before


@pytest.mark.parametrize("status", ["ended", "cancelled"])
def test_it_is_shown_as_what_it_was(api: Api, clock: Clock, status: str) -> None:
    """Whoever reads it learns that it is over, or was cancelled; that it is being archived is ours to know."""
    event = new_event(api, **times(clock))
    hold(api, enter(api, event, "ada"))
    if status == "cancelled":
        change(api, event, status=status)
    clock.advance(ms=2 * HOUR_MS)
    before = api.get(f"/events/{event}").json
    close(event)
    assert api.get(f"/events/{event}").json == before
    assert (before["status"], api.get(f"/events/{event}/integrity").json["status"]) == (status, "ok")


def test_the_drain_leaves_it_alone(closed: Closed, clock: Clock) -> None:
    """It is neither moved on nor in the way of others."""
    other = new_event(closed.api, end_time="2095-12-25T23:00:00Z", hold_seconds=60)
    hold(closed.api, enter(closed.api, other, "bob"))
    before = all_of(closed.event)
    clock.advance(ms=2 * MINUTE_MS)
    assert drained().holds_ended == 1
    assert all_of(closed.event) == before


def test_its_creation_may_be_repeated(api: Api, clock: Clock) -> None:
    """With its Idempotency-Key: it is given as it is now, and stays so."""
    body = {"name": "Concert", "total_tickets": 1} | times(clock)
    event = api.post("/events", body, Idempotency_Key="k").json["id"]
    clock.advance(ms=2 * HOUR_MS)
    close(event)
    before = all_of(event)
    again = api.post("/events", body, Idempotency_Key="k")
    assert (again.status, again.json["id"], again.json["event"]["status"]) == (200, event, "ended")
    assert all_of(event) == before


def test_to_close_it_again_changes_nothing(closed: Closed, clock: Clock) -> None:
    """A run that died goes on where it was, and the report says when the event was closed first."""
    before = all_of(closed.event)
    clock.advance(ms=HOUR_MS)
    close(closed.event)
    assert all_of(closed.event) == before
