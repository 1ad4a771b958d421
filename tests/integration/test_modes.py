"""The operator's hand on the door: open, paused, passthrough, closed, a message, and bounds that change in the sale."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.room import happened, new_line, new_lobby, operate, place, poll, seen, serving
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    UNKNOWN,
    buy,
    change,
    crowd,
    drained,
    enter,
    freeze,
    hold,
    inside,
    join,
    leave,
    new_event,
    nothing_changed,
    read,
    said,
    settle,
    states,
)

MODES = ("open", "paused", "passthrough", "closed")


def switch(api: Api, event: str, **fields: Any) -> dict[str, Any]:
    """Change the admission, which must be allowed, and give the event."""
    answer = operate(api, event, **fields)
    assert answer.status == 200, answer.text
    return dict(answer.json)


def process(api: Api, event: str, count: int) -> list[str]:
    """Admit by hand; gives the sessions let in."""
    return [entry["session_id"] for entry in api.post(f"/queue/process/{event}", {"count": count}).json["activated"]]


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_and_its_message_are_in_the_next_answer(api: Api, clock: Clock, mode: str) -> None:
    """Of whoever is inside or waits, in the public answers and in the event; null takes the message back."""
    visitors = new_line(api, clock, 2, total_tickets=2)
    event = visitors[0].event
    hold(api, visitors[0])
    assert switch(api, event, mode=mode, message="Bitte warten: 5 Minuten")["mode"] == mode
    told = [*(poll(api, v) for v in visitors), *(seen(api, v) for v in visitors), serving(api, event)]
    told += [join(api, event, visitors[1].user).json, api.get(f"/events/{event}").json]
    assert {(answer["mode"], answer["message"]) for answer in told} == {(mode, "Bitte warten: 5 Minuten")}
    assert (switch(api, event, message=None)["message"], poll(api, visitors[1])["message"]) == (None, None)
    assert poll(api, visitors[1])["mode"] == mode


def test_while_paused_nobody_is_admitted(api: Api, clock: Clock) -> None:
    """Places that are free stay so, for those who wait and for who comes; they are told; open again lets them in."""
    visitors = new_line(api, clock, 3, max_active_sessions=2, total_tickets=10)
    event = visitors[0].event
    switch(api, event, mode="paused")
    leave(api, visitors[0])
    visitors.append(enter(api, event, "late"))
    drained(left_ms=0)
    assert states(api, visitors) == "laww"
    assert (poll(api, visitors[2])["state"], serving(api, event)["state"]) == ("paused", "paused")
    switch(api, event, mode="open")
    assert set(inside(event)) == {visitors[1].session, visitors[2].session}
    assert poll(api, visitors[3])["state"] == "waiting"


def test_who_comes_to_a_paused_room_waits_though_it_is_empty(api: Api) -> None:
    """There is a place and no line, and still they wait."""
    event = new_event(api)
    switch(api, event, mode="paused")
    joined = join(api, event, "ada").json
    assert (joined["status"], joined["state"], joined["position"]) == ("waiting", "paused", 1)


def test_while_paused_those_inside_buy_on(api: Api, clock: Clock) -> None:
    """New holds, and their confirmation: a pause is for the door alone."""
    ada, _ = new_line(api, clock, 2)
    switch(api, ada.event, mode="paused")
    assert settle(api, "confirm", hold(api, ada)).status == 200


def test_while_paused_the_operator_admits_by_hand(api: Api, clock: Clock) -> None:
    """Past the pause, never past the places."""
    visitors = new_line(api, clock, 4, max_active_sessions=3, admissions_per_minute=1)
    event = visitors[0].event
    switch(api, event, mode="paused")
    assert process(api, event, 10) == [visitors[1].session, visitors[2].session]
    with nothing_changed():
        assert said(api.post(f"/queue/process/{event}", {"count": 1})) == (409, "no_capacity")


def test_passthrough_lifts_places_and_rate(api: Api, clock: Clock) -> None:
    """Everybody comes in at once: those who waited in the same request, whoever joins by the own join."""
    visitors = new_line(api, clock, 30, max_active_sessions=1, admissions_per_minute=1)
    event = visitors[0].event
    assert len(inside(event)) == 1
    switch(api, event, mode="passthrough")
    assert len(inside(event)) == 30
    assert join(api, event, "late").json["position"] == 0


def test_passthrough_never_lifts_the_stock(api: Api, clock: Clock) -> None:
    """No more are inside than tickets are left; held and sold ones are nobody's hope."""
    visitors = new_line(api, clock, 10, total_tickets=5)
    event = visitors[0].event
    settle(api, "confirm", hold(api, visitors[0]))
    switch(api, event, mode="passthrough")
    assert states(api, visitors) == "caaaawwwww"
    late = enter(api, event, "late")
    hold(api, visitors[1])
    assert states(api, [*visitors, late]) == "caaaawwwwww"


def test_after_passthrough_nobody_comes_in_until_there_is_room(api: Api, clock: Clock) -> None:
    """With more inside than places, those stay; the line goes on when fewer are inside than may be."""
    visitors = new_line(api, clock, 5, max_active_sessions=2)
    event = visitors[0].event
    switch(api, event, mode="passthrough")
    visitors.append(enter(api, event, "late"))
    switch(api, event, mode="open")
    visitors += crowd(event, 2, name="after")
    assert states(api, visitors) == "aaaaaaww"
    for n, expected in enumerate(["laaaaaww", "llaaaaww", "lllaaaww", "llllaaww", "lllllaaw"]):
        leave(api, visitors[n])
        assert states(api, visitors) == expected


def test_after_passthrough_the_rate_counts_from_now(api: Api, clock: Clock) -> None:
    """Those let in meanwhile used up nothing of it: the next comes in when the rate would have let them in before."""
    visitors = new_line(api, clock, 4, max_active_sessions=100, admissions_per_minute=1)
    event = visitors[0].event
    switch(api, event, mode="passthrough")
    switch(api, event, mode="open")
    visitors += crowd(event, 2, name="after")
    clock.advance(ms=MINUTE_MS - 1)
    assert states(api, visitors) == "aaaaww"
    clock.advance(ms=1)
    assert states(api, visitors) == "aaaaaw"


def test_a_closed_queue_takes_nobody_more(api: Api, clock: Clock) -> None:
    """409 for who comes new, without a trace; those in it are answered, admitted and may repeat their join."""
    ada, bob, cyd = new_line(api, clock, 3)
    switch(api, ada.event, mode="closed")
    with nothing_changed():
        assert said(join(api, ada.event, "late")) == (409, "queue_closed")
    assert (join(api, bob.event, bob.user).status, poll(api, bob)["state"], place(api, cyd)) == (200, "waiting", 2)
    leave(api, ada)
    assert (states(api, [ada, bob, cyd]), buy(api, bob).status) == ("law", 201)
    assert said(join(api, ada.event, ada.user)) == (409, "queue_closed")


def test_a_closed_lobby_takes_nobody_more(api: Api, clock: Clock) -> None:
    """Before the start too; at the start those in it are admitted."""
    event = new_lobby(api, clock)
    ada = enter(api, event, "ada")
    switch(api, event, mode="closed")
    with nothing_changed():
        assert said(join(api, event, "late")) == (409, "queue_closed")
    clock.advance(ms=HOUR_MS)
    assert states(api, [ada]) == "a"


def test_fewer_tickets_per_visitor_let_more_in_at_once(api: Api, clock: Clock) -> None:
    """Six tickets are enough for two of three each, or for six of one each: the change itself lets them in."""
    visitors = new_line(api, clock, 8, max_active_sessions=100, total_tickets=6, tickets_per_visitor=3)
    assert states(api, visitors) == "aawwwwww"
    switch(api, visitors[0].event, tickets_per_visitor=1)
    assert len(inside(visitors[0].event)) == 6
    switch(api, visitors[0].event, tickets_per_visitor=6)
    assert states(api, visitors) == "aaaaaaww"


@pytest.mark.parametrize(
    ("fields", "now_inside"),
    [({"max_active_sessions": 3}, 1), ({"admissions_per_minute": None}, 2)],
    ids=["places", "rate"],
)
def test_each_bound_is_lifted_alone(api: Api, clock: Clock, fields: dict[str, object], now_inside: int) -> None:
    """With a rate that is used up more places let nobody in; without a rate the places bound."""
    visitors = new_line(api, clock, 8, max_active_sessions=2, admissions_per_minute=1)
    switch(api, visitors[0].event, **fields)
    assert len(inside(visitors[0].event)) == now_inside


def test_a_higher_rate_is_felt_at_once(api: Api, clock: Clock) -> None:
    """From one a minute to ten a second: a second later ten more are inside, not a minute later."""
    visitors = new_line(api, clock, 30, max_active_sessions=100, admissions_per_minute=1)
    switch(api, visitors[0].event, admissions_per_minute=600)
    clock.advance(ms=1000)
    drained(left_ms=0)
    assert len(inside(visitors[0].event)) >= 11


WRONG = {
    "unknown mode": {"mode": "ajar"},
    "no mode": {"mode": None},
    "negative rate": {"admissions_per_minute": -1},
    "rate of nothing": {"admissions_per_minute": 0},
    "null cap": {"max_active_sessions": None},
    "no places": {"max_active_sessions": 0},
    "null tickets": {"tickets_per_visitor": None},
    "long message": {"message": "x" * 201},
    "another field": {"total_tickets": 5},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_cannot_be_is_refused_whole(api: Api, clock: Clock, wrong: dict[str, object]) -> None:
    """400, and what was right beside it is not done either."""
    event = new_line(api, clock, 2)[0].event
    with nothing_changed():
        assert said(operate(api, event, **{"mode": "paused", "message": "hello"} | wrong)) == (400, "invalid_request")


def test_an_event_that_is_not_there_or_cancelled_is_not_changed(api: Api) -> None:
    """404 and 409."""
    event = new_event(api)
    change(api, event, status="cancelled")
    with nothing_changed():
        assert said(operate(api, UNKNOWN, mode="paused")) == (404, "event_not_found")
        assert said(operate(api, event, mode="paused")) == (409, "event_cancelled")


def test_the_log_tells_what_the_operator_changed_and_why(api: Api, clock: Clock) -> None:
    """One entry a change, with the new values and the message; what was so already is not logged."""
    freeze(clock)
    event = new_event(api)
    wish = {"mode": "paused", "message": "The hall is full", "admissions_per_minute": 30, "max_active_sessions": 7}
    for _ in range(2):
        switch(api, event, **wish)
    switch(api, event, mode="open")
    (who, first), (_, second) = happened(event, "admission.changed")
    assert who == "organiser"
    for part in ("mode=paused", "admissions_per_minute=30", "max_active_sessions=7", "The hall is full"):
        assert part in first
    assert second == "mode=open"
    assert "event.updated" not in str(read(event, "log", "XRANGE", "-", "+"))
