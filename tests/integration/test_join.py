"""Joining a queue: one place a person, at the back, and the turn at once where there is room."""

from __future__ import annotations

import pytest

from chalicelib.fields import parse_instant
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import (
    HOUR_MS,
    UNKNOWN,
    Visitor,
    buy,
    change,
    enter,
    freeze,
    hold,
    instant,
    join,
    leave,
    logged,
    new_event,
    new_seated,
    nothing_changed,
    raw,
    refusal,
    said,
    settle,
    state,
)


def test_the_first_to_join_has_the_turn_at_once(api: Api, clock: Clock) -> None:
    """Position 0, active, and the full session time, to the millisecond."""
    now_ms = freeze(clock)
    joined = join(api, new_event(api, session_seconds=60), "ada")
    assert (joined.status, joined.json["position"], joined.json["status"]) == (201, 0, "active")
    assert parse_instant(joined.json["expires_at"]) == now_ms + 60_000


def test_who_joins_when_the_places_are_taken_waits_in_line(api: Api) -> None:
    """Positions count from 1, which is next; the length counts those who wait, not those inside, and says the state."""
    event = new_event(api, max_active_sessions=1)
    joined = [join(api, event, user) for user in ("ada", "bob", "cyd")]
    assert [(answer.status, answer.json["position"]) for answer in joined] == [(201, 0), (201, 1), (201, 2)]
    assert api.get(f"/queue/length/{event}").json == {"event_id": event, "length": 2, "state": "waiting"}


@pytest.mark.parametrize("places", [1, 2])
def test_a_person_has_one_place(api: Api, places: int) -> None:
    """A repeat gives the session that is there, waiting or active, and makes nothing: it is a poll, no more."""
    event = new_event(api, max_active_sessions=places)
    enter(api, event, "ada")
    first = join(api, event, "bob")
    with nothing_changed(but_polls=True):
        again = join(api, event, "bob")
    assert (first.status, again.status) == (201, 200)
    assert (again.json["session_id"], again.json["position"]) == (first.json["session_id"], first.json["position"])


def test_our_own_retry_is_told_that_it_made_the_place(api: Api) -> None:
    """The session id that the first try stored says whose retry it is; another id is a repeat by the client."""
    event = new_event(api)
    own, other = event[:-4] + "aaaa", event[:-4] + "bbbb"
    assert [raw("join", event, event, "ada", session, "", 5000, 0, "", "", "")[0] for session in (own, own, other)] == [
        1,
        1,
        0,
    ]
    assert logged(event).count("session.activated") == 1


@pytest.mark.parametrize("ending", ["completed", "expired", "left"])
def test_who_comes_back_gets_a_new_place_at_the_back(api: Api, clock: Clock, ending: str) -> None:
    """After a session is over, a join makes another one, behind those who wait."""
    event = new_event(api, max_active_sessions=2, session_seconds=60)
    freeze(clock)
    ada = enter(api, event, "ada")
    if ending == "completed":
        settle(api, "confirm", hold(api, ada))
    elif ending == "expired":
        clock.advance(ms=60_000)
    else:
        leave(api, ada)
    assert state(api, ada) == ending
    for user in ("bob", "cyd", "dan"):
        enter(api, event, user)
    again = join(api, event, "ada")
    assert (again.status, again.json["position"]) == (201, 2)
    assert again.json["session_id"] != ada.session


def test_nobody_joins_what_is_not_there(api: Api) -> None:
    """An unknown event is 404, for join, position, length and status alike."""
    with nothing_changed():
        assert said(join(api, UNKNOWN, "ada")) == (404, "event_not_found")
        assert said(api.get(f"/queue/position/{UNKNOWN}/ada")) == (404, "event_not_found")
        assert said(api.get(f"/queue/length/{UNKNOWN}")) == (404, "event_not_found")
        assert said(api.get(f"/queue/status/{UNKNOWN}")) == (404, "session_not_found")
        assert refusal("status", UNKNOWN, "", UNKNOWN, "", 5000, 0) == "event_not_found"


@pytest.mark.parametrize(
    ("status", "code"),
    [("draft", "event_not_on_sale"), ("inactive", "event_not_on_sale"), ("cancelled", "event_cancelled")],
)
def test_nobody_joins_an_event_that_is_not_active(api: Api, status: str, code: str) -> None:
    """A draft, a paused and a cancelled event refuse, and remember nothing of it."""
    event = new_event(api, status="draft" if status == "draft" else "active")
    if status != "draft":
        change(api, event, status=status)
    with nothing_changed():
        assert said(join(api, event, "ada")) == (409, code)


def test_nobody_joins_after_the_sale_or_the_event(api: Api, clock: Clock) -> None:
    """The last millisecond of the sale still takes joins, the next one not; the end of the event says so."""
    freeze(clock)
    end = {"start_time": instant(clock, ms=0), "end_time": instant(clock, ms=2 * HOUR_MS)}
    event = new_event(api, sale_ends_at=instant(clock, ms=HOUR_MS), **end)
    clock.advance(ms=HOUR_MS - 1)
    assert join(api, event, "ada").status == 201
    clock.advance(ms=1)
    with nothing_changed():
        assert said(join(api, event, "bob")) == (409, "event_not_on_sale")
    clock.advance(ms=HOUR_MS)
    api.get(f"/events/{event}")  # sweeps ada's session, so that the refusal alone is looked at
    with nothing_changed():
        assert said(join(api, event, "bob")) == (409, "event_ended")


def test_nobody_joins_when_everything_is_sold(api: Api) -> None:
    """Held by others is not sold: who joins may hope for it. Sold is sold."""
    event = new_event(api, total_tickets=1)
    ticket = hold(api, enter(api, event, "ada"))
    assert join(api, event, "bob").json["status"] == "waiting"
    settle(api, "confirm", ticket)
    with nothing_changed():
        assert said(join(api, event, "cyd")) == (409, "sold_out")


def test_a_repeat_is_answered_even_when_everything_is_sold(api: Api) -> None:
    """Who has a place keeps it, and learns that, whatever has been sold since."""
    event = new_event(api, total_tickets=1)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    settle(api, "confirm", hold(api, ada))
    again = join(api, event, "bob")
    assert (again.status, again.json["session_id"], again.json["position"]) == (200, bob.session, 1)


def test_joins_are_taken_before_there_are_seats(api: Api) -> None:
    """A seated event without seats is not sold out: people line up, nobody is admitted."""
    event = new_event(api, is_seated_event=True)
    assert (join(api, event, "ada").status, join(api, event, "bob").json["position"]) == (201, 2)


def test_a_position_is_public_and_a_session_is_not(api: Api) -> None:
    """/position tells the place by the person and keeps the session id to itself, in its entry id too."""
    event = new_event(api, max_active_sessions=1)
    enter(api, event, "ada")
    bob = enter(api, event, "bob")
    answer = api.get(f"/queue/position/{event}/bob")
    assert (answer.status, answer.json["position"], answer.json["status"]) == (200, 1, "waiting")
    assert bob.session not in answer.text
    with nothing_changed():
        assert said(api.get(f"/queue/position/{event}/eve")) == (404, "not_in_queue")


def test_a_status_is_of_a_session_that_is_there(api: Api) -> None:
    """The right event and a wrong session is 404 and no trace."""
    event = new_event(api)
    with nothing_changed():
        assert said(api.get(f"/queue/status/{event}")) == (404, "session_not_found")
        assert said(api.get("/queue/status/nobody-s")) == (404, "session_not_found")


def test_a_chosen_session_id_works_wherever_a_session_id_does(api: Api) -> None:
    """The client is answered with its own word, and may ask, buy and leave with it."""
    event, seats = new_seated(api)
    joined = join(api, event, "ada", "session-123")
    ada = Visitor(event, "ada", "session-123")
    assert (joined.json["session_id"], state(api, ada)) == ("session-123", "active")
    assert buy(api, ada, seats[0]).status == 201
    assert leave(api, ada).json["entry"]["session_id"] == "session-123"
    assert state(api, ada) == "left"


def test_a_chosen_session_id_is_one_persons(api: Api) -> None:
    """Somebody else's is refused, in any event; a purchase with it does not find a session of the thief's."""
    event, other = new_event(api), new_event(api)
    join(api, event, "ada", "session-123")
    enter(api, event, "eve")
    with nothing_changed():
        assert said(join(api, event, "eve", "session-123")) == (409, "session_id_taken")
        assert said(join(api, other, "eve", "session-123")) == (409, "session_id_taken")
        assert said(buy(api, Visitor(event, "eve", "session-123"))) == (404, "session_not_found")


def test_a_chosen_session_id_means_the_last_place_joined_with_it(api: Api) -> None:
    """The same person may use it again: after the session is over, or in another event."""
    event, other = new_event(api), new_event(api, max_active_sessions=1)
    first = join(api, event, "ada", "mine")
    leave(api, Visitor(event, "ada", "mine"))
    again = join(api, event, "ada", "mine")
    assert (again.status, first.json["id"] != again.json["id"]) == (201, True)
    enter(api, other, "bob")
    assert join(api, other, "ada", "mine").status == 201
    assert state(api, Visitor(other, "ada", "mine")) == "waiting"
