"""Sessions: they end at their exact millisecond, are extended by rules, given up, completed; holds outlive them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.fields import parse_instant
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.sale import (
    MINUTE_MS,
    UNKNOWN,
    Visitor,
    buy,
    change,
    crowd,
    enter,
    freeze,
    hold,
    join,
    leave,
    new_event,
    nothing_changed,
    refresh,
    refusal,
    said,
    settle,
    state,
)


def visit(api: Api, **fields: object) -> Visitor:
    """Admit a visitor to a fresh event whose sessions and holds last a minute, unless told otherwise."""
    return enter(api, new_event(api, **{"session_seconds": 60, "hold_seconds": 60} | fields), "ada")


def deadline_ms(api: Api, visitor: Visitor) -> int:
    """Tell when a session ends."""
    return parse_instant(api.get(f"/queue/status/{visitor.session}").json["entry"]["expires_at"])


def test_a_session_lasts_until_its_exact_millisecond(api: Api, clock: Clock) -> None:
    """One millisecond before its deadline it is active, at the deadline expired."""
    freeze(clock)
    ada = visit(api)
    clock.advance(ms=MINUTE_MS - 1)
    assert state(api, ada) == "active"
    clock.advance(ms=1)
    assert state(api, ada) == "expired"


def rejoin(api: Api, visitor: Visitor) -> Answer:
    """Join again, as the same person."""
    return join(api, visitor.event, visitor.user)


@pytest.mark.parametrize(
    ("command", "in_time", "late"),
    [
        (buy, (201, None), (409, "session_ended")),
        (refresh, (200, None), (409, "session_ended")),
        (rejoin, (200, None), (201, None)),
    ],
    ids=["purchase", "refresh", "join"],
)
@pytest.mark.parametrize("late_ms", [-1, 0])
def test_every_command_takes_a_session_until_its_exact_millisecond(
    api: Api,
    clock: Clock,
    command: Callable[[Api, Visitor], Answer],
    in_time: tuple[int, str | None],
    late: tuple[int, str | None],
    late_ms: int,
) -> None:
    """The command that comes first at the deadline finds the session over, one that is a millisecond early does not."""
    freeze(clock)
    ada = visit(api)
    clock.advance(ms=MINUTE_MS + late_ms)
    assert said(command(api, ada)) == (in_time if late_ms < 0 else late)


def test_a_refresh_gives_the_full_time_again(api: Api, clock: Clock) -> None:
    """The deadline is now + session_seconds, whatever was left."""
    now_ms = freeze(clock)
    ada = visit(api)
    clock.advance(ms=20_000)
    answer = refresh(api, ada)
    assert parse_instant(answer.json["entry"]["expires_at"]) == now_ms + 80_000
    clock.advance(ms=MINUTE_MS - 1)
    assert state(api, ada) == "active"
    clock.advance(ms=1)
    assert state(api, ada) == "expired"


def test_refreshes_end_at_four_times_the_session_after_activation(api: Api, clock: Clock) -> None:
    """A refresh every ten seconds helps until the cap; at its millisecond the session is over."""
    now_ms = freeze(clock)
    ada = visit(api)
    for _ in range(23):
        clock.advance(ms=10_000)
        assert refresh(api, ada).status == 200
        assert deadline_ms(api, ada) == min(clock.now_us() // 1000 + MINUTE_MS, now_ms + 4 * MINUTE_MS)
    clock.advance(ms=9_999)
    assert refresh(api, ada).status == 200
    clock.advance(ms=1)
    assert said(refresh(api, ada)) == (409, "session_ended")


def test_a_refresh_never_shortens(api: Api, clock: Clock) -> None:
    """When the organiser has made sessions shorter, who has more time keeps it."""
    now_ms = freeze(clock)
    ada = visit(api)
    change(api, ada.event, session_seconds=5)
    assert refresh(api, ada).status == 200
    assert deadline_ms(api, ada) == now_ms + MINUTE_MS


def test_a_waiting_session_needs_no_refresh(api: Api, clock: Clock) -> None:
    """It is answered with its place, and it is noted that its owner was here; nothing else changes."""
    freeze(clock)
    _, bob = crowd(visit(api, max_active_sessions=1).event, 2)
    with nothing_changed(but_polls=True):
        answer = refresh(api, bob)
    assert (answer.status, answer.json["entry"]["position"]) == (200, 2)


def test_who_holds_nothing_is_not_extended_while_others_wait(api: Api, clock: Clock) -> None:
    """With a hold the refresh is granted, without one it is refused for as long as somebody waits."""
    freeze(clock)
    ada = visit(api, max_active_sessions=1)
    bob = enter(api, ada.event, "bob")
    clock.advance(ms=1000)
    with nothing_changed():
        assert said(refresh(api, ada)) == (409, "others_waiting")
    ticket = hold(api, ada)
    assert refresh(api, ada).status == 200
    settle(api, "cancel", ticket)
    with nothing_changed():
        assert said(refresh(api, ada)) == (409, "others_waiting")
    leave(api, bob)
    assert refresh(api, ada).status == 200


@pytest.mark.parametrize("ending", ["expired", "left", "completed"])
def test_what_is_over_is_not_refreshed_and_leaves_as_it_ended(api: Api, clock: Clock, ending: str) -> None:
    """A refresh of it is 409; leaving it is answered with how it ended; neither changes anything."""
    freeze(clock)
    ada = visit(api)
    if ending == "completed":
        settle(api, "confirm", hold(api, ada))
    elif ending == "left":
        leave(api, ada)
    else:
        clock.advance(ms=MINUTE_MS)
    assert state(api, ada) == ending
    with nothing_changed():
        assert said(refresh(api, ada)) == (409, "session_ended")
        entry = leave(api, ada).json["entry"]
    assert (entry["status"], entry["position"]) == (ending, None)


def test_an_unknown_session_is_neither_refreshed_nor_left(api: Api) -> None:
    """404 for a session of no event, of an event without it, and for a chosen id that nobody uses."""
    event = new_event(api)
    with nothing_changed():
        for session in (UNKNOWN, event, "nobody-s"):
            assert said(refresh(api, Visitor(event, "ada", session))) == (404, "session_not_found")
            assert said(leave(api, Visitor(event, "ada", session))) == (404, "session_not_found")
        assert refusal("refresh", UNKNOWN, "", UNKNOWN, 5000, 0) == "event_not_found"
        assert refusal("leave", UNKNOWN, "", UNKNOWN, 5000, 0) == "event_not_found"


def test_who_leaves_the_line_moves_the_others_up(api: Api) -> None:
    """Those behind are one place further; a second leave is answered the same and moves nobody."""
    event = new_event(api, max_active_sessions=1)
    _, bob, cyd, _ = crowd(event, 4)
    assert leave(api, bob).json["entry"]["status"] == "left"
    assert leave(api, bob).json["entry"]["status"] == "left"
    assert api.get(f"/queue/position/{event}/{cyd.user}").json["position"] == 1
    assert api.get(f"/queue/length/{event}").json["length"] == 2
