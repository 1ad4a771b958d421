"""The lobby: people gather before the start, nobody has a place; at its millisecond they stand in their order."""

from __future__ import annotations

import pytest

from chalicelib.fields import parse_instant
from chalicelib.queue.draw import receipt_of
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.room import (
    AWAY_MS,
    drawn,
    instant_of,
    new_lobby,
    now_ms,
    passed_over,
    places,
    poll,
    seen,
    serving,
    set_to,
)
from tests.support.sale import (
    HOUR_MS,
    Visitor,
    crowd,
    enter,
    inside,
    join,
    leave,
    raw,
    read,
    states,
)


def test_nobody_has_a_place_in_the_lobby(api: Api, clock: Clock) -> None:
    """Join, status and position say lobby and no position, however many are there; nobody is told how many."""
    event = new_lobby(api, clock)
    visitors = crowd(event, 3)
    ada = enter(api, event, "ada")
    again, status, position = join(api, event, "ada").json, poll(api, ada), seen(api, visitors[0])
    assert [told["state"] for told in (again, status, position)] == ["lobby"] * 3
    assert [told["position"] for told in (again, status["entry"], position)] == [None] * 3
    assert (status["ahead"], status["estimated_wait_seconds"], status["epoch"]) == (None, None, 0)
    assert api.get(f"/queue/length/{event}").json == {"event_id": event, "length": None, "state": "lobby"}
    told = serving(api, event)
    assert (told["state"], told["waiting"], told["admitted_total"], told["epoch"]) == ("lobby", None, 0, 0)


def test_the_log_of_the_lobby_tells_no_place(api: Api, clock: Clock) -> None:
    """Whoever reads the log before the start learns nothing about the draw."""
    event = new_lobby(api, clock)
    ada = enter(api, event, "ada")
    assert str(instant_of(ada, "place")) not in str(read(event, "log", "XRANGE", "-", "+"))


def test_the_lobby_counts_down_to_the_start(api: Api, clock: Clock) -> None:
    """opens_in_ms is what is left to the millisecond, in every answer; after the opening there is none."""
    event = new_lobby(api, clock, max_active_sessions=1)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    for left_ms in (HOUR_MS, 12_345, 1):
        set_to(clock, now_ms(clock) + poll(api, ada)["opens_in_ms"] - left_ms)
        told = (join(api, event, "ada").json, poll(api, ada), seen(api, bob))
        assert [answer["opens_in_ms"] for answer in told] == [left_ms] * 3
    clock.advance(ms=1)
    assert [answer["opens_in_ms"] for answer in (poll(api, ada), poll(api, bob))] == [None, None]


def test_at_the_millisecond_of_the_start_everybody_stands_in_draw_order(api: Api, clock: Clock) -> None:
    """One before there are no places; at the start the first of the draw is inside and the others are 1, 2, 3 ..."""
    event = new_lobby(api, clock, max_active_sessions=1, total_tickets=100)
    visitors = crowd(event, 30)
    clock.advance(ms=HOUR_MS - 1)
    assert places(api, visitors) == [None] * 30
    clock.advance(ms=1)
    assert places(api, drawn(visitors)) == list(range(30))
    assert parse_instant(api.get(f"/events/{event}").json["opened_at"]) == now_ms(clock)


def test_who_joins_one_millisecond_before_the_start_is_in_the_draw(api: Api, clock: Clock) -> None:
    """The last millisecond of the lobby is as good as its first."""
    event = new_lobby(api, clock, max_active_sessions=1, total_tickets=100)
    visitors = crowd(event, 20)
    clock.advance(ms=HOUR_MS - 1)
    joined = join(api, event, "last").json
    visitors.append(Visitor(event, "last", joined["session_id"]))
    clock.advance(ms=1)
    assert joined["receipt"] == receipt_of("last", joined["session_id"])
    assert places(api, drawn(visitors)) == list(range(21))


def test_who_joins_in_the_millisecond_of_the_start_is_behind_the_draw(api: Api, clock: Clock) -> None:
    """Their joins are the first commands after the opening: nobody of the lobby is overtaken, and they are in line."""
    event = new_lobby(api, clock, max_active_sessions=1, total_tickets=100)
    visitors = crowd(event, 20)
    clock.advance(ms=HOUR_MS)
    first, second = join(api, event, "first").json, join(api, event, "second").json
    assert (first["position"], second["position"]) == (20, 21)
    assert (first["receipt"], first["state"]) == (None, "waiting")
    assert places(api, drawn(visitors)) == list(range(20))


@pytest.mark.parametrize("steps", ["dj", "jd", "djd", "ddj", "Dj", "DjD"])
def test_a_drain_that_races_the_start_changes_no_order(api: Api, clock: Clock, steps: str) -> None:
    """In whatever order small drains (d), large ones (D) and a join (j) come at the start, the draw decides."""
    event = new_lobby(api, clock, max_active_sessions=3, total_tickets=100)
    visitors = crowd(event, 9)
    clock.advance(ms=HOUR_MS - 1)
    raw("drain", event, "", 500)
    assert inside(event) == []
    clock.advance(ms=1)
    for step in steps:
        if step == "j":
            visitors.append(enter(api, event, "late"))
        else:
            raw("drain", event, "", 1 if step == "d" else 500)
    order = [*drawn(visitors[:9]), visitors[9]]
    assert states(api, order) == "aaawwwwwww"
    assert places(api, order)[3:] == [1, 2, 3, 4, 5, 6, 7]


def test_a_lobby_of_first_come_first_served_keeps_the_order_of_joining(api: Api, clock: Clock) -> None:
    """With queue_mode fifo the lobby hides the places and the start shows them as they were taken."""
    event = new_lobby(api, clock, queue_mode="fifo", max_active_sessions=1, total_tickets=100)
    visitors = crowd(event, 20)
    assert places(api, visitors) == [None] * 20
    clock.advance(ms=HOUR_MS)
    late = enter(api, event, "late")
    assert places(api, [*visitors, late]) == list(range(21))


def test_a_lobby_of_which_nobody_polled_is_not_passed_over(api: Api, clock: Clock) -> None:
    """They were told to come after the start; even the first command just before away_seconds have passed finds all."""
    event = new_lobby(api, clock, max_active_sessions=60, total_tickets=100)
    visitors = crowd(event, 40)
    clock.advance(ms=HOUR_MS + AWAY_MS - 1)
    assert (states(api, visitors), passed_over(event)) == ("a" * 40, [])


def test_who_left_the_lobby_is_not_in_line_at_the_start(api: Api, clock: Clock) -> None:
    """The others stand as if the leaver had never come."""
    event = new_lobby(api, clock, max_active_sessions=1, total_tickets=100)
    visitors = crowd(event, 10)
    gone = drawn(visitors)[3]
    leave(api, gone)
    clock.advance(ms=HOUR_MS)
    assert places(api, [v for v in drawn(visitors) if v != gone]) == list(range(9))
