"""The claim: who is admitted between two questions has a short time to show up, then the full session."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.fields import parse_instant
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.room import (
    AWAY_MS,
    CLAIM_MS,
    SESSION_MS,
    ask,
    figures,
    happened,
    instant_of,
    new_line,
    new_lobby,
    now_ms,
    place,
    poll,
    rejoin,
    seen,
    set_to,
)
from tests.support.sale import (
    HOUR_MS,
    SECOND_MS,
    Visitor,
    buy,
    change,
    drained,
    enter,
    hold,
    inside,
    leave,
    logged,
    nothing_changed,
    order,
    refresh,
    said,
    settle,
    state,
    states,
)

Show = Callable[[Api, Visitor], Answer]


SHOWS = pytest.mark.parametrize("show", [ask, rejoin, refresh, buy], ids=["status", "join", "refresh", "purchase"])


def ends_ms(api: Api, visitor: Visitor) -> int:
    """Tell when a session ends, as anybody may see who is not its owner."""
    return parse_instant(seen(api, visitor)["expires_at"])


@pytest.fixture
def turn(api: Api, clock: Clock) -> Visitor:
    """Give somebody who waited for a place and has just been admitted, and does not know it; nobody else waits."""
    first, second = new_line(api, clock, 2)
    leave(api, first)
    assert inside(second.event) == [second.session]
    return second


@pytest.mark.parametrize("after_ms", [-1500, 0, AWAY_MS - 1])
def test_who_is_admitted_unasked_has_the_time_to_claim(api: Api, clock: Clock, after_ms: int) -> None:
    """It is counted from when they will ask, or from now if they should have: whatever is later, to the millisecond."""
    first, second = new_line(api, clock, 2)
    due_ms = instant_of(second, "poll_due_ms")
    set_to(clock, due_ms + after_ms)
    leave(api, first)
    assert ends_ms(api, second) == max(now_ms(clock), due_ms) + CLAIM_MS


def test_a_lobby_is_admitted_with_time_to_claim(api: Api, clock: Clock) -> None:
    """Who was told to come some seconds after the start has claim_seconds from then."""
    event = new_lobby(api, clock, claim_seconds=5)
    visitors = [enter(api, event, user) for user in ("ada", "bob", "cyd")]
    clock.advance(ms=HOUR_MS)
    assert [ends_ms(api, v) for v in visitors] == [instant_of(v, "poll_due_ms") + 5000 for v in visitors]


def test_who_is_admitted_by_hand_has_the_time_to_claim(api: Api, clock: Clock) -> None:
    """The operator's hand does not tell them either."""
    _, second = new_line(api, clock, 2, max_active_sessions=5, admissions_per_minute=1)
    assert api.post(f"/queue/process/{second.event}").json["session_id"] == second.session
    assert ends_ms(api, second) == instant_of(second, "poll_due_ms") + CLAIM_MS


@SHOWS
@pytest.mark.parametrize("early_ms", [CLAIM_MS, 1])
def test_who_shows_up_has_the_full_session(api: Api, clock: Clock, turn: Visitor, show: Show, early_ms: int) -> None:
    """By any own question or a purchase, up to the last millisecond: the whole of session_seconds from then."""
    set_to(clock, ends_ms(api, turn) - early_ms)
    assert show(api, turn).status in {200, 201}
    assert ends_ms(api, turn) == now_ms(clock) + SESSION_MS
    assert [who for who, _ in happened(turn.event, "session.claimed")] == [turn.session]
    clock.advance(ms=SESSION_MS - 1)
    assert state(api, turn) == "active"
    clock.advance(ms=1)
    assert (state(api, turn), happened(turn.event, "session.no_show")) == ("expired", [])


@pytest.mark.parametrize(
    ("show", "code"), [(ask, None), (rejoin, None), (refresh, "session_ended"), (buy, "session_ended")]
)
def test_who_shows_up_at_the_deadline_is_too_late(
    api: Api, clock: Clock, turn: Visitor, show: Show, code: str | None
) -> None:
    """Then the turn is over, and who joins again has a new place."""
    set_to(clock, ends_ms(api, turn))
    answer = show(api, turn)
    assert (answer.code, state(api, turn)) == (code, "active" if show is rejoin else "expired")
    assert [who for who, _ in happened(turn.event, "session.no_show")] == [turn.session]


def test_showing_up_counts_once(api: Api, clock: Clock, turn: Visitor) -> None:
    """Further questions of the same session do not lengthen it."""
    poll(api, turn)
    deadline_ms = ends_ms(api, turn)
    clock.advance(ms=20 * SECOND_MS)
    poll(api, turn)
    assert rejoin(api, turn).status == 200
    assert ends_ms(api, turn) == deadline_ms


def test_being_looked_at_is_not_showing_up(api: Api, clock: Clock, turn: Visitor) -> None:
    """The public position, the length and the drain move no deadline."""
    deadline_ms = ends_ms(api, turn)
    clock.advance(ms=SECOND_MS)
    api.get(f"/queue/length/{turn.event}")
    drained(left_ms=0)
    assert ends_ms(api, turn) == deadline_ms
    set_to(clock, deadline_ms)
    assert state(api, turn) == "expired"


def test_a_no_show_is_counted_and_logged_as_one(api: Api, clock: Clock, turn: Visitor) -> None:
    """Its session is expired; the log and the figures tell it from one that was used."""
    set_to(clock, ends_ms(api, turn))
    told = figures(api, turn.event)
    assert (told["no_show_total"], told["now"]["no_shows"], told["abandoned_total"]) == (1, 1, 0)
    assert (seen(api, turn)["status"], seen(api, turn)["state"]) == ("expired", "expired")
    assert "session.expired" not in logged(turn.event)


def test_the_place_of_a_no_show_is_the_next_ones_at_once(api: Api, clock: Clock) -> None:
    """In the millisecond of the deadline, by whatever command; the next has their own time to claim."""
    visitors = new_line(api, clock, 4)
    leave(api, visitors[0])
    set_to(clock, ends_ms(api, visitors[1]) - 1)
    for waiting in visitors[2:]:
        poll(api, waiting)
    assert (states(api, visitors), place(api, visitors[2])) == ("laww", 1)
    clock.advance(ms=1)
    api.get(f"/events/{visitors[0].event}")
    assert inside(visitors[0].event) == [visitors[2].session]
    assert ends_ms(api, visitors[2]) == instant_of(visitors[2], "poll_due_ms") + CLAIM_MS


def test_who_is_admitted_by_the_own_join_needs_no_claim(api: Api, clock: Clock) -> None:
    """They have been told: the full session at once, and letting it run out is no no-show."""
    (ada,) = new_line(api, clock, 1)
    assert ends_ms(api, ada) == now_ms(clock) + SESSION_MS
    clock.advance(ms=SESSION_MS)
    assert (state(api, ada), figures(api, ada.event)["no_show_total"]) == ("expired", 0)


def test_who_is_admitted_by_the_own_question_needs_no_claim(api: Api, clock: Clock) -> None:
    """The poll that finds the place of somebody whose time is up tells them: the full session from now."""
    first, second = new_line(api, clock, 2, session_seconds=30, claim_seconds=5)
    set_to(clock, ends_ms(api, first))
    assert poll(api, second)["state"] == "active"
    assert ends_ms(api, second) == now_ms(clock) + 30_000


def test_a_time_to_claim_may_be_longer_than_the_session(api: Api, clock: Clock) -> None:
    """Who shows up then has less time than before, and it ends when it says, with whatever command comes first."""
    first, second = new_line(api, clock, 2, session_seconds=10, claim_seconds=3600)
    leave(api, first)
    poll(api, second)
    assert ends_ms(api, second) == now_ms(clock) + 10_000
    clock.advance(ms=10_000)
    drained(left_ms=0)
    assert (inside(first.event), happened(first.event, "session.no_show")) == ([], [])


def test_a_refused_purchase_is_not_showing_up(api: Api, turn: Visitor) -> None:
    """A refusal leaves no trace, on the deadline neither."""
    change(api, turn.event, max_tickets_per_user=1)
    deadline_ms = ends_ms(api, turn)
    with nothing_changed():
        assert said(order(api, turn, 2)) == (409, "ticket_limit_reached")
    assert ends_ms(api, turn) == deadline_ms


def test_a_refresh_shows_up_while_others_wait(api: Api, clock: Clock) -> None:
    """It may not lengthen a session for which others wait, but this one has not begun: it is there to claim it."""
    first, second, _ = new_line(api, clock, 3)
    leave(api, first)
    assert refresh(api, second).status == 200
    assert ends_ms(api, second) == now_ms(clock) + SESSION_MS


@pytest.mark.parametrize("ending", ["leave", "cancel", "confirm"])
def test_only_who_stays_away_is_a_no_show(api: Api, clock: Clock, turn: Visitor, ending: str) -> None:
    """Not who gave the turn up, was sent home with the event, or bought at once."""
    if ending == "leave":
        leave(api, turn)
    elif ending == "cancel":
        change(api, turn.event, status="cancelled")
    else:
        settle(api, "confirm", hold(api, turn))
    clock.advance(ms=SESSION_MS)
    assert state(api, turn) == {"leave": "left", "cancel": "expired", "confirm": "completed"}[ending]
    assert figures(api, turn.event)["no_show_total"] == 0
