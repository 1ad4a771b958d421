"""What everybody may know of a room: one text for all, that a cache may keep, and that says when it has changed."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from chalicelib.fields import format_instant
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.room import instant_of, new_line, new_lobby, now_ms, operate, poll, serving, set_to
from tests.support.sale import (
    HOUR_MS,
    SECOND_MS,
    UNKNOWN,
    Visitor,
    change,
    crowd,
    enter,
    freeze,
    hold,
    inside,
    instant,
    leave,
    new_event,
    nothing_changed,
    said,
    settle,
)


def asked(api: Api, event: str, etag: str | None = None) -> Answer:
    """Ask as a browser does that has the answer with this ETag."""
    return api.get(f"/queue/serving/{event}", **({"If_None_Match": etag} if etag else {}))


def test_it_is_the_same_text_for_all(api: Api, clock: Clock) -> None:
    """Within one millisecond, whoever asks and polls meanwhile; and it names nobody."""
    visitors = new_line(api, clock, 5)
    event = visitors[0].event
    first = asked(api, event)
    for visitor in visitors:
        poll(api, visitor)
    assert (asked(api, event).text, asked(api, event).headers["ETag"]) == (first.text, first.headers["ETag"])
    assert not any(visitor.session in first.text or visitor.user in first.text for visitor in visitors)


def test_it_says_how_it_goes(api: Api, clock: Clock) -> None:
    """Who waits and how many were ever let in; since when; the mode; and the time of the service."""
    event = new_line(api, clock, 5)[0].event
    opened, now = api.get(f"/events/{event}").json["opened_at"], format_instant(now_ms(clock))
    assert opened == now
    assert serving(api, event) == {
        "event_id": event,
        "state": "waiting",
        "mode": "open",
        "message": None,
        "admitted_total": 1,
        "waiting": 4,
        "opens_at": None,
        "epoch": now_ms(clock),
        "server_time": now,
    }


def test_a_cache_may_keep_it_for_a_second(api: Api) -> None:
    """And serve it five seconds longer while it asks anew: also with a 304."""
    event = new_event(api)
    kept = "public, max-age=1, stale-while-revalidate=5"
    first = asked(api, event)
    again = asked(api, event, first.headers["ETag"])
    assert (first.headers["Cache-Control"], again.headers["Cache-Control"]) == (kept, kept)


def test_only_the_time_changes_no_etag(api: Api, clock: Clock) -> None:
    """The text has the new time, the tag is weak and the same, and who has it gets 304 without a body."""
    event = new_line(api, clock, 3)[0].event
    first = asked(api, event)
    clock.advance(ms=SECOND_MS)
    second = asked(api, event)
    assert first.json | {"server_time": second.json["server_time"]} == second.json
    assert first.json["server_time"] != second.json["server_time"]
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.headers["ETag"].startswith('W/"')
    for tag in (first.headers["ETag"], first.headers["ETag"].removeprefix("W/")):
        kept = asked(api, event, tag)
        assert (kept.status, kept.text, kept.headers["ETag"]) == (304, "", first.headers["ETag"])


Deed = Callable[[Api, list[Visitor]], object]
BY_VISITORS: dict[str, Deed] = {
    "a join": lambda api, line: enter(api, line[0].event, "late"),
    "a leave": lambda api, line: leave(api, line[2]),
    "the last ticket": lambda api, line: [
        settle(api, "confirm", ticket) for ticket in [hold(api, line[0]), hold(api, line[0])]
    ],
}
BY_THE_ORGANISER: dict[str, Deed] = {
    "another place": lambda api, line: change(api, line[0].event, max_active_sessions=2),
    "a pause": lambda api, line: operate(api, line[0].event, mode="paused"),
    "a message": lambda api, line: operate(api, line[0].event, message="Soon"),
    "the end": lambda api, line: change(api, line[0].event, status="cancelled"),
}


@pytest.mark.parametrize("deed", BY_VISITORS.values(), ids=BY_VISITORS)
def test_what_visitors_do_is_told_within_a_second(api: Api, clock: Clock, deed: Deed) -> None:
    """Until then all are told the same, and it is found out once; then who has the old answer gets the new one."""
    line = new_line(api, clock, 3, total_tickets=2)
    first = asked(api, line[0].event)
    deed(api, line)
    for after_ms in (0, SECOND_MS - 1):
        clock.advance(ms=after_ms)
        assert asked(api, line[0].event, first.headers["ETag"]).status == 304
    clock.advance(ms=1)
    second = asked(api, line[0].event, first.headers["ETag"])
    assert (second.status, second.headers["ETag"] != first.headers["ETag"]) == (200, True)


@pytest.mark.parametrize("deed", BY_THE_ORGANISER.values(), ids=BY_THE_ORGANISER)
def test_what_the_organiser_does_is_told_at_once(api: Api, clock: Clock, deed: Deed) -> None:
    """Who has the old answer gets the new one, in the same millisecond."""
    line = new_line(api, clock, 3, total_tickets=2)
    first = asked(api, line[0].event)
    deed(api, line)
    second = asked(api, line[0].event, first.headers["ETag"])
    assert (second.status, second.headers["ETag"] != first.headers["ETag"]) == (200, True)


@pytest.mark.parametrize("ends", ["sale_ends_at", "end_time"])
def test_the_end_of_the_sale_is_told_in_its_millisecond(api: Api, clock: Clock, ends: str) -> None:
    """Though somebody has asked just before."""
    freeze(clock)
    event = new_event(api, start_time=instant(clock, ms=0), **{ends: instant(clock, ms=1500)})
    for after_ms, state in ((1000, "waiting"), (499, "waiting"), (1, "ended")):
        clock.advance(ms=after_ms)
        assert serving(api, event)["state"] == state


def test_a_clock_that_is_set_back_keeps_no_answer_alive(api: Api, clock: Clock) -> None:
    """An answer from what is the future now is not told until then."""
    line = new_line(api, clock, 3)
    assert serving(api, line[0].event)["waiting"] == 2
    leave(api, line[2])
    clock.advance(ms=-HOUR_MS)
    assert serving(api, line[0].event)["waiting"] == 1


def test_a_lobby_says_when_it_opens_and_not_how_full_it_is(api: Api, clock: Clock) -> None:
    """However many join, the answer is the same to the last millisecond; the opening changes it, with an epoch."""
    event = new_lobby(api, clock, max_active_sessions=1)
    start_ms = now_ms(clock) + HOUR_MS
    first = asked(api, event)
    crowd(event, 20)
    clock.advance(ms=HOUR_MS - 1)
    assert asked(api, event, first.headers["ETag"]).status == 304
    lobby = {"state": "lobby", "waiting": None, "admitted_total": 0, "epoch": 0, "opens_at": format_instant(start_ms)}
    assert first.json | lobby == first.json
    clock.advance(ms=1)
    opened = asked(api, event, first.headers["ETag"])
    room = {"state": "waiting", "waiting": 19, "admitted_total": 1, "epoch": start_ms}
    assert opened.json | room == opened.json


def test_a_lobby_of_a_moved_start_says_the_new_one(api: Api, clock: Clock) -> None:
    """Pages that only read this learn of it."""
    event = new_lobby(api, clock)
    first = asked(api, event)
    start = format_instant(now_ms(clock) + 2 * HOUR_MS)
    change(api, event, sale_starts_at=start)
    assert asked(api, event, first.headers["ETag"]).json["opens_at"] == start


def test_the_epoch_is_the_opening_and_stays(api: Api, clock: Clock) -> None:
    """It is what own answers say too, so that counts of before and after are never mixed."""
    event = new_lobby(api, clock, max_active_sessions=1)
    start_ms, ada = now_ms(clock) + HOUR_MS, crowd(event, 2)[0]
    assert (poll(api, ada)["epoch"], serving(api, event)["epoch"]) == (0, 0)
    clock.advance(ms=HOUR_MS + 77 * SECOND_MS)
    assert (poll(api, ada)["epoch"], serving(api, event)["epoch"]) == (start_ms, start_ms)
    change(api, event, status="inactive")
    change(api, event, status="active")
    assert serving(api, event)["epoch"] == start_ms


@pytest.mark.parametrize("seed", range(3))
def test_it_bounds_how_many_are_ahead(api: Api, clock: Clock, seed: int) -> None:
    """What an own answer said was ahead, less those let in since: never fewer, exact but for who left."""
    chance = random.Random(seed)
    visitors = new_line(api, clock, 30)
    event, before, me = visitors[0].event, visitors[:25], visitors[25]
    told = poll(api, me)
    left = 0
    while (ahead := poll(api, me)["ahead"]) is not None:
        growth = serving(api, event)["admitted_total"] - told["admitted_total"]
        assert told["ahead"] - growth == ahead + left
        (first,) = inside(event)
        waiting = [v for v in before if v.session != first and instant_of(v, "deadline_ms") == 0]
        if waiting and chance.random() < 0.3:
            gone = chance.choice(waiting)
            left += leave(api, gone).json["entry"]["status"] == "left"
            before.remove(gone)
        leave(api, Visitor(event, "", first))
        clock.advance(ms=2 * SECOND_MS)
    assert left > 0


def test_reading_it_moves_the_line_on(api: Api, clock: Clock) -> None:
    """A place that has become free is given on by this question as by any other."""
    line = new_line(api, clock, 3, session_seconds=60)
    set_to(clock, instant_of(line[0], "deadline_ms"))
    assert serving(api, line[0].event)["admitted_total"] == 2
    assert inside(line[0].event) == [line[1].session]


def test_an_event_that_is_not_there_has_no_room(api: Api) -> None:
    """404 for every public question."""
    with nothing_changed():
        for path in ("queue/serving/{}", "queue/length/{}", "events/{}/stats", "events/{}/draw"):
            assert said(api.get("/" + path.format(UNKNOWN))) == (404, "event_not_found")
