"""The opening: when a sale begins, once and for good, and which terms can no longer be changed then."""

from __future__ import annotations

import pytest

from chalicelib.fields import format_instant
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.room import (
    LATE,
    drawn,
    instant_of,
    new_lobby,
    now_ms,
    places,
    poll,
    serving,
    set_to,
)
from tests.support.sale import (
    HOUR_MS,
    SECOND_MS,
    buy,
    change,
    crowd,
    enter,
    event_body,
    freeze,
    inside,
    instant,
    join,
    leave,
    new_event,
    nothing_changed,
    said,
)


@pytest.mark.parametrize("back_ms", [2001, 2 * HOUR_MS])
def test_a_clock_that_steps_back_does_not_close_the_sale(api: Api, clock: Clock, back_ms: int) -> None:
    """Places stay, those inside buy, a free place is given on, and who joins now is behind and in no lobby."""
    event = new_lobby(api, clock, max_active_sessions=1, total_tickets=100)
    visitors = crowd(event, 5)
    clock.advance(ms=HOUR_MS)
    order, epoch = drawn(visitors), serving(api, event)["epoch"]
    clock.advance(ms=-back_ms)
    assert places(api, order) == [0, 1, 2, 3, 4]
    assert (serving(api, event)["state"], serving(api, event)["epoch"]) == ("waiting", epoch)
    assert buy(api, order[0]).status == 201
    late = join(api, event, "late").json
    assert (late["position"], late["state"], late["opens_in_ms"]) == (5, "waiting", None)
    leave(api, order[0])
    assert inside(event) == [order[1].session]


@pytest.mark.parametrize("wanted", ["later", "earlier", None])
def test_the_start_is_frozen_once_the_sale_has_opened(api: Api, clock: Clock, wanted: str | None) -> None:
    """It is not moved, not taken away; an event sent back as it was read says nothing new and is accepted."""
    event = new_lobby(api, clock)
    clock.advance(ms=HOUR_MS)
    before = change(api, event, name="Concert")
    moved = {"later": HOUR_MS, "earlier": 1}
    start = instant(clock, ms=moved[wanted]) if wanted else None
    with nothing_changed():
        refused = api.put(f"/events/{event}", {"sale_starts_at": start, "name": "Another"})
        assert said(refused) == (409, "field_frozen")
    assert change(api, event, **before)["sale_starts_at"] == before["sale_starts_at"]


def test_an_event_without_a_start_is_open_from_its_creation(api: Api, clock: Clock) -> None:
    """It gets no start afterwards and is first come, first served; a draft opens when it becomes active."""
    now = freeze(clock)
    event, draft = new_event(api), new_event(api, status="draft")
    assert said(api.put(f"/events/{event}", {"sale_starts_at": instant(clock, ms=HOUR_MS)})) == (409, "field_frozen")
    assert api.get(f"/events/{event}").json["opened_at"] == format_instant(now)
    assert api.get(f"/events/{draft}").json["opened_at"] is None
    enter(api, event, "ada")
    assert api.get(f"/events/{event}").json["queue_mode"] == "fifo"
    clock.advance(ms=SECOND_MS)
    assert change(api, draft, status="active")["opened_at"] == format_instant(now + SECOND_MS)


@pytest.mark.parametrize(("first", "second"), [("draw", "fifo"), ("fifo", "draw"), (None, "fifo"), ("fifo", None)])
def test_the_mode_of_the_queue_is_frozen_by_the_first_join(
    api: Api, clock: Clock, first: str | None, second: str | None
) -> None:
    """Before it may be changed and back; afterwards it may not, neither to another nor to none."""
    event = new_lobby(api, clock, queue_mode=first)
    for mode in (second, first):
        assert change(api, event, queue_mode=mode)["queue_mode"] == mode
    ada = enter(api, event, "ada")
    settled = first or "draw"
    assert api.get(f"/events/{event}").json["queue_mode"] == settled
    for mode in {"draw", "fifo", None} - {settled}:
        with nothing_changed():
            assert said(api.put(f"/events/{event}", {"queue_mode": mode})) == (409, "field_frozen")
    leave(api, ada)
    assert said(api.put(f"/events/{event}", {"queue_mode": None})) == (409, "field_frozen")
    assert change(api, event, queue_mode=settled)["queue_mode"] == settled


@pytest.mark.parametrize("to_ms", [2 * HOUR_MS, HOUR_MS // 2, 0, None], ids=["later", "earlier", "now", "none"])
def test_the_start_may_be_moved_while_people_are_in_the_lobby(api: Api, clock: Clock, to_ms: int | None) -> None:
    """Nobody comes in a millisecond before the new start, at it all stand in draw order; without one it is now."""
    event, created = new_lobby(api, clock, max_active_sessions=1, total_tickets=100), now_ms(clock)
    visitors = crowd(event, 10)
    start = created + (to_ms or 0)
    change(api, event, sale_starts_at=None if to_ms is None else format_instant(start))
    if to_ms:
        set_to(clock, min(created + HOUR_MS, start - 1))
        assert {poll(api, visitor)["state"] for visitor in visitors} == {"lobby"}
        set_to(clock, start - 1)
        assert (places(api, visitors), inside(event)) == ([None] * 10, [])
        set_to(clock, start)
    assert places(api, drawn(visitors)) == list(range(10))
    assert serving(api, event)["epoch"] == start


def test_an_event_that_is_paused_at_its_start_opens_when_it_is_active_again(api: Api, clock: Clock) -> None:
    """Until then it is a lobby; the very update that makes it active lets the first of the draw in."""
    event = new_lobby(api, clock, max_active_sessions=1, total_tickets=100)
    visitors = crowd(event, 5)
    change(api, event, status="inactive")
    clock.advance(ms=HOUR_MS + SECOND_MS)
    assert serving(api, event)["epoch"] == 0
    assert places(api, visitors) == [None] * 5
    change(api, event, status="active")
    assert inside(event) == [drawn(visitors)[0].session]


def test_a_sale_does_not_start_in_the_past(api: Api, clock: Clock) -> None:
    """Neither a new event nor a changed one; this very millisecond is not the past, and opens at once."""
    event = new_lobby(api, clock)
    past, now = instant(clock, ms=-1), instant(clock, ms=0)
    body = {"name": "x", "start_time": "2090-01-01T00:00:00Z", "end_time": "2090-01-02T00:00:00Z", "total_tickets": 1}
    with nothing_changed():
        assert said(api.post("/events", body | {"sale_starts_at": past})) == (400, "sale_start_in_past")
        assert said(api.put(f"/events/{event}", {"sale_starts_at": past})) == (400, "sale_start_in_past")
    assert change(api, event, sale_starts_at=now)["opened_at"] == now
    assert instant_of(enter(api, event, "ada"), "place") == LATE + 1


@pytest.mark.parametrize(
    ("name", "default"), [("away_seconds", 60), ("abandon_seconds", 300), ("claim_seconds", 120)], ids=str
)
def test_the_times_of_the_room_are_terms_of_the_event(api: Api, name: str, default: int) -> None:
    """They have their defaults and their bounds, five seconds to a day, in the new event and in the changed one."""
    event = new_event(api)
    assert api.get(f"/events/{event}").json[name] == default
    for seconds in (5, 86_400):
        assert change(api, event, **{name: seconds})[name] == seconds
    with nothing_changed():
        for wrong in (4, 86_401, None):
            assert said(api.put(f"/events/{event}", {name: wrong})) == (400, "invalid_request")
            assert said(api.post("/events", event_body(**{name: wrong}))) == (400, "invalid_request")
