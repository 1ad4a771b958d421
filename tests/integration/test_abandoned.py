"""Out of the line: who stays away loses the place in time, absentees hold nobody up, and nothing is left of them."""

from __future__ import annotations

import pytest

from chalicelib.ids import code_of
from chalicelib.runtime import Runtime
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.room import (
    ABANDON_MS,
    ask,
    figures,
    happened,
    new_line,
    new_lobby,
    passed_over,
    place,
    places,
    poll,
    seen,
    silence,
)
from tests.support.sale import (
    HOUR_MS,
    SECOND_MS,
    Visitor,
    change,
    crowd,
    drained,
    enter,
    inside,
    join,
    leave,
    read,
    refresh,
    said,
    state,
    states,
)

ONE_TICK_MS = 2_500
LONG = {"session_seconds": 86_400}


@pytest.fixture
def line(api: Api, clock: Clock) -> list[Visitor]:
    """Give five of whom the first has left, the next two were just passed over, one is inside and one waits."""
    visitors = new_line(api, clock, 5, **LONG)
    silence(api, clock, visitors[1:3], present=visitors[3:])
    leave(api, visitors[0])
    assert len(passed_over(visitors[0].event)) == 2
    poll(api, visitors[3])
    return visitors


def test_who_stays_away_is_abandoned_at_the_exact_millisecond(api: Api, clock: Clock, line: list[Visitor]) -> None:
    """It is abandon_seconds after they were passed over; then it is logged, counted, and the others move up."""
    event = line[0].event
    clock.advance(ms=ABANDON_MS - 1)
    assert (states(api, line), place(api, line[4])) == ("lwwaw", 3)
    clock.advance(ms=1)
    assert [state(api, visitor) for visitor in line] == ["left", "abandoned", "abandoned", "active", "waiting"]
    assert place(api, line[4]) == 1
    assert {who for who, _ in happened(event, "session.abandoned")} == {v.session for v in line[1:3]}
    told = figures(api, event)
    assert (told["abandoned_total"], told["now"]["abandoned"], told["now"]["away"]) == (2, 2, 0)
    assert [seen(api, visitor)["state"] for visitor in line[1:3]] == ["abandoned"] * 2
    assert (poll(api, line[1])["poll_after_ms"], place(api, line[1])) == (None, None)


@pytest.mark.parametrize("early_ms", [1, 0])
@pytest.mark.parametrize("back", ["status", "join"])
def test_the_last_millisecond_to_come_back(
    api: Api, clock: Clock, line: list[Visitor], back: str, early_ms: int
) -> None:
    """In it they have their old place; in the next a status says abandoned, and a join makes a place at the back."""
    clock.advance(ms=ABANDON_MS - early_ms)
    answer = (ask(api, line[1]) if back == "status" else join(api, line[0].event, line[1].user)).json
    entry = answer.get("entry", answer)
    if early_ms:
        assert (entry["status"], entry["position"]) == ("waiting", 1)
    elif back == "status":
        assert (entry["status"], entry["position"]) == ("abandoned", None)
    else:
        assert (entry["session_id"] != line[1].session, entry["position"]) == (True, 2)


def test_who_was_abandoned_may_do_no_more(api: Api, clock: Clock, line: list[Visitor]) -> None:
    """A refresh says that the session is over; to leave changes nothing; the place is not given back."""
    clock.advance(ms=ABANDON_MS)
    assert said(refresh(api, line[1])) == (409, "session_ended")
    assert leave(api, line[1]).json["entry"]["status"] == "abandoned"
    assert happened(line[0].event, "session.returned") == []


def test_a_return_starts_the_time_anew(api: Api, clock: Clock, line: list[Visitor]) -> None:
    """Who was back and is away again is passed over at their next turn, and has all of abandon_seconds from then."""
    clock.advance(ms=ABANDON_MS - SECOND_MS)
    poll(api, line[1])
    silence(api, clock, line[1:2], present=line[3:])
    leave(api, line[3])
    assert passed_over(line[0].event) == [line[1].session]
    clock.advance(ms=ABANDON_MS - 1)
    assert state(api, line[1]) == "waiting"
    clock.advance(ms=1)
    assert state(api, line[1]) == "abandoned"


def test_the_time_until_abandoned_is_the_events_own(api: Api, clock: Clock) -> None:
    """abandon_seconds counts as it was when they were passed over."""
    visitors = new_line(api, clock, 3, abandon_seconds=5, **LONG)
    silence(api, clock, visitors[1:2], present=visitors[2:])
    leave(api, visitors[0])
    change(api, visitors[0].event, abandon_seconds=3600)
    clock.advance(ms=5_000)
    assert state(api, visitors[1]) == "abandoned"


def test_who_is_away_may_leave(api: Api, line: list[Visitor]) -> None:
    """The place is free at once, for the positions behind too, and it was not abandoned but given up."""
    assert leave(api, line[1]).json["entry"]["status"] == "left"
    assert (places(api, line[2:]), figures(api, line[0].event)["abandoned_total"]) == ([1, 0, 2], 0)
    assert (len(passed_over(line[0].event)), read(line[0].event, "passed", "ZCARD")) == (1, 1)


@pytest.mark.parametrize("count", [1, 49, 50, 130])
def test_absentees_at_the_head_block_nobody(api: Api, clock: Clock, count: int) -> None:
    """However many: the next who is there is inside after the command that made the room and one drain."""
    visitors = new_line(api, clock, count + 3, **LONG)
    silence(api, clock, visitors[1:-2], present=visitors[-2:])
    leave(api, visitors[0])
    if count < 50:
        assert inside(visitors[0].event) == [visitors[-2].session]
    drained(left_ms=ONE_TICK_MS)
    assert inside(visitors[0].event) == [visitors[-2].session]
    assert (len(passed_over(visitors[0].event)), place(api, visitors[-1])) == (count, count + 1)


def test_when_all_have_gone_the_next_to_come_is_inside_at_once(api: Api, clock: Clock) -> None:
    """Nobody who waits is there: all are passed over, a newcomer has the turn, and in time the line is empty."""
    visitors = new_line(api, clock, 120, **LONG)
    event = visitors[0].event
    silence(api, clock, visitors[1:])
    leave(api, visitors[0])
    drained(left_ms=ONE_TICK_MS)
    assert (inside(event), len(passed_over(event))) == ([], 119)
    assert join(api, event, "eve").json["position"] == 0
    clock.advance(ms=ABANDON_MS)
    drained(left_ms=ONE_TICK_MS)
    assert api.get(f"/queue/length/{event}").json["length"] == 0
    assert figures(api, event)["abandoned_total"] == 119


def test_one_drain_admits_all_though_a_command_admits_some(api: Api, clock: Clock) -> None:
    """At the start of a sale with room for all, a question lets in a bounded number and the drain the rest."""
    event = new_lobby(api, clock, max_active_sessions=1000, total_tickets=1000)
    crowd(event, 700)
    clock.advance(ms=HOUR_MS)
    api.get(f"/events/{event}")
    assert 0 < len(inside(event)) <= 100
    assert drained(left_ms=ONE_TICK_MS).ticks == 1
    assert len(inside(event)) == 700


def test_a_cancelled_event_sends_home_who_is_away(api: Api, clock: Clock) -> None:
    """More of them than one command sweeps: all have left, none was abandoned, and nobody comes back."""
    visitors = new_line(api, clock, 132, **LONG)
    event = visitors[0].event
    silence(api, clock, visitors[1:-1], present=visitors[-1:])
    leave(api, visitors[0])
    drained(left_ms=ONE_TICK_MS)
    assert len(passed_over(event)) == 130
    change(api, event, status="cancelled")
    assert (state(api, visitors[1]), poll(api, visitors[130])["state"]) == ("left", "left")
    drained(left_ms=ONE_TICK_MS)
    assert [read(event, name, "EXISTS") for name in ("queue", "away", "passed", "active")] == [0] * 4
    assert figures(api, event)["abandoned_total"] == 0


def test_a_deleted_event_leaves_no_key(api: Api, clock: Clock, house: Runtime) -> None:
    """With a draw, people inside, waiting and away, and figures of several minutes: all of it goes."""
    event = new_lobby(api, clock, max_active_sessions=2, total_tickets=1000)
    visitors = crowd(event, 20)
    clock.advance(ms=HOUR_MS)
    poll(api, visitors[0])
    clock.advance(ms=HOUR_MS)
    figures(api, event)
    enter(api, event, "late")
    assert {read(event, name, "EXISTS") for name in ("away", "passed", "active", "draw", "stats", "sessions")} == {1}
    assert api.delete(f"/events/{event}").status == 204
    assert [key for key in house.store.client.scan_iter(count=1000) if code_of(event) in key] == []
