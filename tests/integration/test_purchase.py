"""Purchase: one ticket for who has the turn; every refusal, and that it leaves no trace."""

from __future__ import annotations

import json

import pytest

from chalicelib.fields import parse_instant
from chalicelib.ids import code_of, seat_id
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    UNKNOWN,
    Visitor,
    buy,
    change,
    counts,
    crowd,
    enter,
    freeze,
    hold,
    instant,
    leave,
    logged,
    new_event,
    new_seated,
    nothing_changed,
    raw,
    said,
    settle,
)


def test_a_seat_is_held_for_who_has_the_turn(api: Api, clock: Clock) -> None:
    """The ticket names the seat and its price, and is theirs until hold_seconds from now, to the millisecond."""
    now_ms = freeze(clock)
    event, seats = new_seated(api, 3, hold_seconds=60)
    bought = buy(api, enter(api, event, "ada"), seats[1])
    ticket = bought.json
    assert (bought.status, bought.headers["Location"]) == (201, f"/api/v1/tickets/{ticket['id']}")
    assert (ticket["seat_id"], ticket["section"], ticket["row"], ticket["number"]) == (seats[1], "A", "0", "1")
    assert (ticket["status"], ticket["user_id"], ticket["price"], ticket["currency"]) == (
        "reserved",
        "ada",
        5000,
        "USD",
    )
    assert parse_instant(ticket["expires_at"]) == now_ms + MINUTE_MS
    assert api.get(f"/tickets/{ticket['id']}").json == ticket
    assert counts(api, event) == (2, 1, 0)


def test_a_standing_ticket_needs_no_seat(api: Api) -> None:
    """It has the event's price, and the stock is one less."""
    event = new_event(api, total_tickets=2, price=1234, currency="EUR")
    ticket = buy(api, enter(api, event, "ada")).json
    assert (ticket["seat_id"], ticket["section"], ticket["price"], ticket["currency"]) == (None, None, 1234, "EUR")
    assert counts(api, event) == (1, 1, 0)


def test_a_seat_that_the_session_holds_is_that_ticket_again(api: Api) -> None:
    """A repeat without a key is 200, the same ticket, and changes nothing."""
    event, seats = new_seated(api)
    ada = enter(api, event, "ada")
    first = buy(api, ada, seats[0])
    with nothing_changed():
        again = buy(api, ada, seats[0])
    assert (first.status, again.status, again.json) == (201, 200, first.json)


def test_our_own_retry_is_told_that_it_made_the_ticket(api: Api) -> None:
    """The same order and ticket ids sent again are the same purchase, made by this request."""
    event = new_event(api)
    ada = enter(api, event, "ada")
    args = (event, "ada", ada.session, 0, event[:-4] + "aaaa", "", 1, event[:-4] + "bbbb")
    first, again = raw("purchase", event, *args), raw("purchase", event, *args)
    assert (first[0], again[0]) == (1, 1)
    assert (first[2:5], json.loads(first[5])) == (again[2:5], json.loads(again[5]))
    assert logged(event).count("ticket.reserved") == 1


def test_a_seat_that_somebody_has_is_refused_by_name(api: Api) -> None:
    """Held, sold or blocked: 409 with the seat."""
    event, seats = new_seated(api)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    hold(api, ada, seats[0])
    settle(api, "confirm", hold(api, ada, seats[1]))
    api.patch(f"/events/{event}/seats", {"seat_ids": [seats[2]], "blocked": True})
    with nothing_changed():
        for seat in seats[:3]:
            late = buy(api, bob, seat)
            assert (late.status, late.code, late.json["seat_ids"]) == (409, "seat_taken", [seat])


def test_a_seat_held_in_another_session_of_mine_is_taken(api: Api) -> None:
    """A hold belongs to the session that made it: a new session of the same person does not inherit it."""
    event, seats = new_seated(api)
    ada = enter(api, event, "ada")
    hold(api, ada, seats[0])
    leave(api, ada)
    again = enter(api, event, "ada")
    with nothing_changed():
        assert said(buy(api, again, seats[0])) == (409, "seat_taken")


def test_a_held_seat_is_free_at_its_exact_millisecond(api: Api, clock: Clock) -> None:
    """A millisecond before the deadline it is taken, at the deadline it is the next buyer's."""
    freeze(clock)
    event, seats = new_seated(api, hold_seconds=60)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    lost = hold(api, ada, seats[0])
    clock.advance(ms=MINUTE_MS - 1)
    assert said(buy(api, bob, seats[0])) == (409, "seat_taken")
    clock.advance(ms=1)
    assert buy(api, bob, seats[0]).status == 201
    assert api.get(f"/tickets/{lost}").json["status"] == "expired"


def test_nobody_buys_before_the_turn(api: Api) -> None:
    """A waiting session is 403; the stock is not touched."""
    event = new_event(api, max_active_sessions=1)
    _, bob = crowd(event, 2)
    with nothing_changed():
        assert said(buy(api, bob)) == (403, "session_not_active")


def test_nobody_buys_after_the_turn(api: Api) -> None:
    """Left and completed sessions are over."""
    event = new_event(api)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    leave(api, ada)
    settle(api, "confirm", hold(api, bob))
    with nothing_changed():
        assert said(buy(api, ada)) == (409, "session_ended")
        assert said(buy(api, bob)) == (409, "session_ended")


def test_nobody_buys_with_the_session_of_another(api: Api) -> None:
    """Another person's, another event's and no session at all are all 404."""
    event, other = new_event(api), new_event(api)
    ada, elsewhere = enter(api, event, "ada"), enter(api, other, "eve")
    with nothing_changed():
        for session in (ada.session, elsewhere.session, UNKNOWN, "nobody-s"):
            assert said(buy(api, Visitor(event, "eve", session))) == (404, "session_not_found")
        assert said(buy(api, Visitor(UNKNOWN, "ada", ada.session))) == (404, "event_not_found")


def test_a_seat_and_an_event_must_belong_together(api: Api) -> None:
    """A seated event needs a seat of its own, a standing one has none."""
    event, seats = new_seated(api, 3)
    standing = new_event(api)
    ada, bob = enter(api, event, "ada"), enter(api, standing, "bob")
    beyond = seat_id(code_of(event), 3)
    foreign = seat_id(code_of(standing), 0)
    with nothing_changed():
        assert said(buy(api, ada)) == (400, "seat_required")
        for seat in (beyond, foreign, UNKNOWN):
            missing = buy(api, ada, seat)
            assert (missing.status, missing.code, missing.json["seat_ids"]) == (404, "seat_not_found", [seat])
        assert said(buy(api, bob, foreign)) == (400, "event_not_seated")
    assert buy(api, ada, seats[2]).status == 201


@pytest.mark.parametrize(("status", "code"), [("inactive", "event_not_on_sale"), ("cancelled", "event_cancelled")])
def test_nobody_buys_of_an_event_that_is_not_on_sale(api: Api, status: str, code: str) -> None:
    """Who was admitted before the pause or the cancellation can hold nothing more."""
    event = new_event(api)
    ada = enter(api, event, "ada")
    change(api, event, status=status)
    with nothing_changed():
        assert said(buy(api, ada)) == (409, code)


def test_the_sale_and_the_event_end_at_their_exact_millisecond(api: Api, clock: Clock) -> None:
    """The last millisecond sells; then the sale is over, then the event."""
    freeze(clock)
    times = {"start_time": instant(clock, ms=0), "end_time": instant(clock, ms=2 * HOUR_MS)}
    limits = {"session_seconds": 86_400, "hold_seconds": 86_400}
    event = new_event(api, sale_ends_at=instant(clock, ms=HOUR_MS), **times, **limits)
    ada = enter(api, event, "ada")
    clock.advance(ms=HOUR_MS - 1)
    assert buy(api, ada).status == 201
    clock.advance(ms=1)
    with nothing_changed():
        assert said(buy(api, ada)) == (409, "event_not_on_sale")
    clock.advance(ms=HOUR_MS)
    with nothing_changed():
        assert said(buy(api, ada)) == (409, "event_ended")


def test_a_person_has_at_most_max_tickets_per_user(api: Api) -> None:
    """Held and sold count, over sessions too; what was cancelled does not."""
    event = new_event(api, max_tickets_per_user=2)
    settle(api, "confirm", hold(api, enter(api, event, "ada")))
    again = enter(api, event, "ada")
    ticket = hold(api, again)
    with nothing_changed():
        assert said(buy(api, again)) == (409, "ticket_limit_reached")
    settle(api, "cancel", ticket)
    assert buy(api, again).status == 201


def test_the_last_ticket_is_sold_once(api: Api) -> None:
    """While it is held there are not enough; when it is sold, everything is."""
    event = new_event(api, total_tickets=2)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    tickets = [hold(api, ada), hold(api, ada)]
    with nothing_changed():
        short = buy(api, bob)
        assert (short.status, short.code, short.json["available"]) == (409, "not_enough_tickets", 0)
    for ticket in tickets:
        settle(api, "confirm", ticket)
    with nothing_changed():
        assert said(buy(api, bob)) == (409, "sold_out")
    assert (counts(api, event), api.get(f"/events/{event}").json["status"]) == ((0, 0, 2), "sold_out")
