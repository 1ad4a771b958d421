"""The key of the draws: a worker with another one, or without, draws for nobody and shows no seed."""

from __future__ import annotations

import pytest

from chalicelib.queue.draw import receipt_of
from chalicelib.runtime import Runtime
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.room import drawn, entries, new_lobby, places, poll, published, reconfigured
from tests.support.sale import (
    HOUR_MS,
    Visitor,
    change,
    crowd,
    event_body,
    instant,
    join,
    leave,
    new_event,
    nothing_changed,
    said,
)

START = "2090-01-01T00:00:00Z"
OTHERS = ["", "the key of another service, long enough"]


@pytest.fixture(params=OTHERS, ids=["none", "another"])
def key(request: pytest.FixtureRequest) -> str:
    """Give the key of a worker that is not configured as the others are."""
    return str(request.param)


def test_a_worker_with_the_wrong_key_takes_nobody_into_a_draw(api: Api, clock: Clock, house: Runtime, key: str) -> None:
    """503 with the time to ask again, and nothing is left of it; the right worker takes the same person."""
    event = new_lobby(api, clock)
    reconfigured(house, draw_key=key)
    with nothing_changed():
        refused = join(api, event, "ada")
        assert (said(refused), "Retry-After" in refused.headers) == ((503, "draw_key_changed"), True)
    reconfigured(house)
    assert join(api, event, "ada").status == 201


def test_a_worker_with_the_wrong_key_answers_who_is_in_the_lobby(
    api: Api, clock: Clock, house: Runtime, key: str
) -> None:
    """Who has drawn keeps place and receipt: polls, repeated joins, and leaving and coming back need no key."""
    event = new_lobby(api, clock, max_active_sessions=1)
    visitors = crowd(event, 5)
    reconfigured(house, draw_key=key)
    assert poll(api, visitors[0])["state"] == "lobby"
    assert join(api, event, visitors[0].user).json["receipt"] == receipt_of(visitors[0].user, visitors[0].session)
    leave(api, visitors[0])
    again = join(api, event, visitors[0].user)
    assert (again.status, again.json["receipt"]) == (201, receipt_of(visitors[0].user, visitors[0].session))
    reconfigured(house)
    order = [v if v != visitors[0] else Visitor(event, v.user, again.json["session_id"]) for v in drawn(visitors)]
    clock.advance(ms=HOUR_MS)
    assert places(api, order) == [0, 1, 2, 3, 4]


def test_a_worker_with_the_wrong_key_takes_joins_after_the_start(
    api: Api, clock: Clock, house: Runtime, key: str
) -> None:
    """Then nothing is drawn any more; first come, first served needs no key at all."""
    event, fifo = new_lobby(api, clock), new_lobby(api, clock, queue_mode="fifo")
    reconfigured(house, draw_key=key)
    assert join(api, fifo, "ada").status == 201
    clock.advance(ms=HOUR_MS)
    assert join(api, event, "ada").status == 201


def test_a_worker_with_the_wrong_key_shows_no_seed(api: Api, clock: Clock, house: Runtime, key: str) -> None:
    """Its seed would not fit the commitment: 503, while commitment and places, which are stored, are shown."""
    event = new_lobby(api, clock)
    crowd(event, 3)
    before = published(api, event)
    reconfigured(house, draw_key=key)
    assert published(api, event) == before
    clock.advance(ms=HOUR_MS)
    assert said(api.get(f"/events/{event}/draw")) == (503, "draw_key_changed")
    assert None not in {entry["place"] for entry in entries(api, event)}


def test_without_a_key_no_draw_is_created(api: Api, clock: Clock, house: Runtime) -> None:
    """Asked for or implied by a start: 409; a queue that is first come, first served needs none."""
    start = {"sale_starts_at": instant(clock, ms=HOUR_MS)}
    reconfigured(house, draw_key="")
    with nothing_changed():
        for fields in (start, start | {"queue_mode": "draw"}, {"queue_mode": "draw"}):
            assert said(api.post("/events", event_body(**fields))) == (409, "draw_key_missing")
    assert new_event(api, **start, queue_mode="fifo")
    assert new_event(api)


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        ({}, {"queue_mode": "draw"}),
        ({}, {"sale_starts_at": START}),
        ({"sale_starts_at": START, "queue_mode": "fifo"}, {"queue_mode": None}),
    ],
    ids=["draw", "start", "none"],
)
def test_an_event_that_was_made_without_a_key_becomes_no_draw(
    api: Api, house: Runtime, made: dict[str, object], wanted: dict[str, object]
) -> None:
    """Nothing binds a seed to it, so it is 409 whoever asks; what does not touch the draw is changed as ever."""
    reconfigured(house, draw_key="")
    draft = new_event(api, status="draft", **made)
    reconfigured(house)
    with nothing_changed():
        assert said(api.put(f"/events/{draft}", wanted)) == (409, "draw_key_missing")
    assert change(api, draft, name="Another")["name"] == "Another"
