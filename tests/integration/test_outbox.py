"""The cursor of what is told: forwards alone, never past what the log has; and no event goes before it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.runtime import Runtime, install
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import (
    MINUTE_MS,
    UNKNOWN,
    Visitor,
    change,
    enter,
    event_body,
    freeze,
    hold,
    leave,
    logged,
    new_event,
    nothing_changed,
    raw,
    read,
    refusal,
    said,
    settle,
)

PAGE = 100
KEY = {"Idempotency_Key": "the-same-event"}


def entries(event: str) -> list[tuple[int, str]]:
    """Give the log of an event: numbers, and the texts by which a cursor is moved."""
    found = read(event, "log", "XRANGE", "-", "+")
    return [
        (int(name.partition("-")[0]), ",".join(x for pair in fields.items() for x in pair)) for name, fields in found
    ]


def move(event: str, number: int, text: str, told_seq: int = 0) -> int:
    """Move the cursor of an event; gives where it is then."""
    (seq,) = raw("published", event, event, number, text, told_seq)
    return int(seq)


@pytest.fixture
def ada(api: Api) -> Visitor:
    """Somebody who has a hold: her event has a log of three entries."""
    ada = enter(api, new_event(api, hold_seconds=60), "ada")
    hold(api, ada)
    assert len(entries(ada.event)) == 3
    return ada


def test_a_page_is_what_comes_after_the_cursor(ada: Visitor, clock: Clock) -> None:
    """The time, the length of the log, what was told last, and the entries; all of it while nothing was told."""
    now_ms = freeze(clock)
    whole = entries(ada.event)

    def page(size: int) -> tuple[list[Any], list[tuple[int, str]]]:
        *figures, found = raw("outbox", ada.event, ada.event, size)
        return figures, [(int(name.partition("-")[0]), ",".join(fields)) for name, fields in found]

    assert page(PAGE) == ([now_ms, 3, 0], whole)
    assert page(2) == ([now_ms, 3, 0], whole[:2])
    assert move(ada.event, *whole[1], told_seq=2) == 2
    assert page(PAGE) == ([now_ms, 3, 2], whole[2:])
    assert move(ada.event, *whole[2], told_seq=3) == 3
    assert page(PAGE) == ([now_ms, 3, 3], [])


def test_looking_sweeps_nothing(ada: Visitor, clock: Clock) -> None:
    """What is due is ended by the drain or by whoever comes; only what stands in the log is told."""
    clock.advance(ms=MINUTE_MS)
    with nothing_changed():
        assert raw("outbox", ada.event, ada.event, PAGE)[1] == 3


def test_the_cursor_goes_forwards_alone(ada: Visitor) -> None:
    """A slower publisher that says where it is changes nothing, nor does one that says it twice."""
    whole = entries(ada.event)
    assert move(ada.event, *whole[2], told_seq=3) == 3
    with nothing_changed():
        for number, text in whole:
            assert move(ada.event, number, text, told_seq=1) == 3


def test_the_cursor_stays_where_the_log_is_another(ada: Visitor) -> None:
    """What was read from a server that is gone, or of an event that was deleted since, passes nothing of this one."""
    whole = entries(ada.event)
    with nothing_changed():
        assert move(ada.event, 3, whole[1][1]) == 0
        assert move(ada.event, 3, whole[2][1].replace("ticket.reserved", "ticket.confirmed")) == 0
        assert move(ada.event, 4, whole[2][1]) == 0
        assert refusal("outbox", UNKNOWN, UNKNOWN, PAGE) == "event_not_found"
        assert refusal("published", UNKNOWN, UNKNOWN, 1, whole[0][1], 0) == "event_not_found"


@pytest.fixture
def telling(house: Runtime) -> Runtime:
    """The service with somebody who wants to hear."""
    return install(replace(house, settings=replace(house.settings, event_bus="a-bus")))


def _let_go(api: Api, ada: Visitor) -> None:
    for ticket in read(ada.event, "tickets", "HKEYS"):
        settle(api, "cancel", ticket)
    leave(api, ada)


def test_an_event_stays_until_others_know_what_happened(api: Api, telling: Runtime, ada: Visitor) -> None:
    """As long as one entry is not passed by the cursor; a refusal changes nothing, then all of it goes."""
    assert telling.settings.event_bus
    assert said(api.delete(f"/events/{ada.event}")) == (409, "event_has_tickets")
    _let_go(api, ada)
    for number, text in entries(ada.event):
        with nothing_changed():
            assert said(api.delete(f"/events/{ada.event}")) == (409, "event_not_published")
        assert move(ada.event, number, text) == number
    assert api.delete(f"/events/{ada.event}").status == 204


def test_what_a_deletion_finds_due_is_told_before(api: Api, telling: Runtime, ada: Visitor, clock: Clock) -> None:
    """The hold that ends at this very look is in the log, and nobody has heard of it."""
    assert telling.settings.event_bus
    move(ada.event, *entries(ada.event)[-1])
    clock.advance(ms=MINUTE_MS)
    assert said(api.delete(f"/events/{ada.event}")) == (409, "event_not_published")
    assert logged(ada.event)[3:] == ["ticket.expired"]


def test_an_event_that_nobody_came_into_may_go(api: Api, telling: Runtime) -> None:
    """Nothing that is told can have happened in it, whatever its organiser did."""
    assert telling.settings.event_bus
    event = new_event(api, sale_starts_at="2090-12-01T00:00:00Z")
    enter(api, event, "ada")
    change(api, event, venue="elsewhere")
    assert api.delete(f"/events/{event}").status == 204


def test_without_a_bus_nothing_keeps_an_event(api: Api, ada: Visitor) -> None:
    """Nobody is to be told, so nobody has to be."""
    _let_go(api, ada)
    assert api.delete(f"/events/{ada.event}").status == 204


def test_an_event_made_anew_is_told_from_its_beginning(api: Api, clock: Clock) -> None:
    """Under the id of one that was deleted: a publisher that still has the old log in its hand passes nothing over."""

    def made() -> str:
        event = str(api.post("/events", event_body(), **KEY).json["id"])
        leave(api, enter(api, event, "ada"))
        return event

    event = made()
    old = entries(event)
    assert move(event, *old[-1]) == len(old)
    assert api.delete(f"/events/{event}").status == 204
    clock.advance(ms=1)
    assert made() == event
    assert len(entries(event)) == len(old)
    assert [move(event, number, text) for number, text in old] == [0] * len(old)
