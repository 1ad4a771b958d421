"""Confirm and cancel: what each says of a ticket or an order in every state, and that a repeat says the same."""

from __future__ import annotations

import pytest

from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    Visitor,
    buy,
    change,
    counts,
    enter,
    freeze,
    hold,
    instant,
    logged,
    new_event,
    new_seated,
    nothing_changed,
    order,
    said,
    settle,
)

OK = (200, None)


def ticket_in(api: Api, clock: Clock, status: str) -> str:
    """Give a ticket in this state, of an event whose holds last a minute."""
    freeze(clock)
    event, seats = new_seated(api, hold_seconds=60)
    ticket = hold(api, enter(api, event, "ada"), seats[0])
    if status in {"confirmed", "cancelled"}:
        assert settle(api, status.removesuffix("ed").removesuffix("l"), ticket).status == 200
    if status == "expired":
        clock.advance(ms=MINUTE_MS)
        api.get(f"/events/{event}")
    return ticket


@pytest.mark.parametrize(
    ("status", "action", "answer", "after"),
    [
        ("reserved", "confirm", OK, "confirmed"),
        ("confirmed", "confirm", OK, "confirmed"),
        ("cancelled", "confirm", (409, "ticket_cancelled"), "cancelled"),
        ("expired", "confirm", (410, "hold_expired"), "expired"),
        ("reserved", "cancel", OK, "cancelled"),
        ("confirmed", "cancel", OK, "cancelled"),
        ("cancelled", "cancel", OK, "cancelled"),
        ("expired", "cancel", (410, "hold_expired"), "expired"),
    ],
)
def test_every_state_has_its_answer(
    api: Api, clock: Clock, status: str, action: str, answer: tuple[int, str | None], after: str
) -> None:
    """The table of states; a repeat is answered the same and changes nothing."""
    ticket = ticket_in(api, clock, status)
    assert said(settle(api, action, ticket)) == answer
    with nothing_changed():
        assert said(settle(api, action, ticket)) == answer
    assert api.get(f"/tickets/{ticket}").json["status"] == after


def test_a_refused_confirm_changes_nothing(api: Api, clock: Clock) -> None:
    """Not even the first time, when the hold is over and swept."""
    expired = ticket_in(api, clock, "expired")
    cancelled = ticket_in(api, clock, "cancelled")
    with nothing_changed():
        assert said(settle(api, "confirm", expired)) == (410, "hold_expired")
        assert said(settle(api, "cancel", expired)) == (410, "hold_expired")
        assert said(settle(api, "confirm", cancelled)) == (409, "ticket_cancelled")


@pytest.mark.parametrize("action", ["confirm", "cancel"])
def test_a_hold_is_settled_until_its_exact_millisecond(api: Api, clock: Clock, action: str) -> None:
    """A millisecond early is in time, the deadline is late, also for the command that finds it due."""
    freeze(clock)
    ada = enter(api, new_event(api, hold_seconds=60), "ada")
    in_time, late = hold(api, ada), hold(api, ada)
    clock.advance(ms=MINUTE_MS - 1)
    assert said(settle(api, action, in_time)) == OK
    clock.advance(ms=1)
    assert said(settle(api, action, late)) == (410, "hold_expired")


def test_a_confirmed_ticket_is_sold_with_its_payment(api: Api, clock: Clock) -> None:
    """The seat is sold, the reference kept; a repeat with another reference changes neither."""
    ticket = ticket_in(api, clock, "reserved")
    first = api.post(f"/tickets/{ticket}/confirm", {"payment_reference": "pay-1"}).json["ticket"]
    again = api.post(f"/tickets/{ticket}/confirm", {"payment_reference": "pay-2"}).json["ticket"]
    assert (first["payment_reference"], first["confirmed_at"], first["expires_at"]) == (
        "pay-1",
        instant(clock, ms=0),
        None,
    )
    assert again == first
    assert counts(api, first["event_id"]) == (9, 0, 1)


@pytest.mark.parametrize("status", ["reserved", "confirmed"])
def test_a_cancelled_ticket_frees_its_seat_at_once(api: Api, clock: Clock, status: str) -> None:
    """The next buyer has it in the next request, under another ticket."""
    ticket = ticket_in(api, clock, status)
    seat, event = (api.get(f"/tickets/{ticket}").json[name] for name in ("seat_id", "event_id"))
    settle(api, "cancel", ticket)
    assert counts(api, event) == (10, 0, 0)
    assert hold(api, enter(api, event, "bob"), seat) != ticket


def test_the_last_confirm_says_sold_out(api: Api) -> None:
    """Once in the log, when nothing is available or held any more."""
    event = new_event(api, total_tickets=2)
    ada = enter(api, event, "ada")
    for ticket in (hold(api, ada), hold(api, ada)):
        assert "event.sold_out" not in logged(event)
        settle(api, "confirm", ticket)
    assert logged(event).count("event.sold_out") == 1
    assert api.get(f"/events/{event}").json["status"] == "sold_out"


def made(api: Api, quantity: int = 2, **fields: object) -> tuple[Visitor, str, list[str]]:
    """Give a visitor with an order of so many standing tickets, its id and theirs."""
    ada = enter(api, new_event(api, **{"hold_seconds": 60} | fields), "ada")
    answer = order(api, ada, quantity).json
    return ada, answer["id"], [ticket["id"] for ticket in answer["tickets"]]


@pytest.mark.parametrize("action", ["confirm", "cancel"])
def test_an_order_is_settled_as_one(api: Api, action: str) -> None:
    """All its tickets; a repeat gives the same answer and changes nothing."""
    ada, order_id, _ = made(api)
    first = api.post(f"/orders/{order_id}/{action}")
    with nothing_changed():
        again = api.post(f"/orders/{order_id}/{action}")
    assert (first.status, first.json["order"]["status"]) == (200, f"{action}{'l' * (action == 'cancel')}ed")
    assert (again.status, again.json) == (200, first.json)
    assert counts(api, ada.event) == ((8, 0, 2) if action == "confirm" else (10, 0, 0))


def test_an_order_acts_on_its_reserved_tickets(api: Api) -> None:
    """One ticket cancelled before: confirm sells the other; one sold before: cancel frees the other."""
    ada, order_id, tickets = made(api)
    settle(api, "cancel", tickets[0])
    assert [t["status"] for t in api.post(f"/orders/{order_id}/confirm").json["order"]["tickets"]] == [
        "cancelled",
        "confirmed",
    ]
    bob = enter(api, ada.event, "bob")
    second = order(api, bob, 2).json
    settle(api, "confirm", second["tickets"][0]["id"])
    answer = api.post(f"/orders/{second['id']}/cancel")
    assert [t["status"] for t in answer.json["order"]["tickets"]] == ["confirmed", "cancelled"]
    assert counts(api, ada.event) == (8, 0, 2)


def test_a_sold_order_is_not_cancelled_as_one(api: Api) -> None:
    """Its tickets are, one by one."""
    ada, order_id, tickets = made(api)
    api.post(f"/orders/{order_id}/confirm")
    with nothing_changed():
        assert said(api.post(f"/orders/{order_id}/cancel")) == (409, "order_confirmed")
    for ticket in tickets:
        assert said(settle(api, "cancel", ticket)) == OK
    assert said(api.post(f"/orders/{order_id}/cancel")) == OK
    assert counts(api, ada.event) == (10, 0, 0)


def test_an_order_confirms_all_or_nothing(api: Api, clock: Clock) -> None:
    """One of its two tickets was held earlier and has expired: the order is refused, the other stays held."""
    freeze(clock)
    event, seats = new_seated(api, hold_seconds=60)
    ada = enter(api, event, "ada")
    hold(api, ada, seats[0])
    clock.advance(ms=1000)
    both = order(api, ada, seats[:2]).json
    clock.advance(ms=MINUTE_MS - 1000)
    api.get(f"/events/{event}")
    with nothing_changed():
        assert said(api.post(f"/orders/{both['id']}/confirm")) == (410, "hold_expired")
    assert counts(api, event) == (9, 1, 0)
    assert said(settle(api, "confirm", both["tickets"][1]["id"])) == OK


def test_an_order_that_is_over_says_how_it_ended(api: Api, clock: Clock) -> None:
    """Expired: 410 for both actions. Cancelled: confirm is 409."""
    freeze(clock)
    _, cancelled, _ = made(api)
    api.post(f"/orders/{cancelled}/cancel")
    _, expired, _ = made(api)
    clock.advance(ms=MINUTE_MS)
    for swept in (cancelled, expired):
        api.get(f"/orders/{swept}")
    with nothing_changed():
        assert said(api.post(f"/orders/{cancelled}/confirm")) == (409, "ticket_cancelled")
        assert said(api.post(f"/orders/{expired}/confirm")) == (410, "hold_expired")
        assert said(api.post(f"/orders/{expired}/cancel")) == (410, "hold_expired")


def test_after_the_event_tickets_are_confirmed_and_not_cancelled(api: Api, clock: Clock) -> None:
    """Money may still come in for what was held in time; nothing that has taken place is given back."""
    freeze(clock)
    times = {"start_time": instant(clock, ms=0), "end_time": instant(clock, ms=HOUR_MS)}
    _, order_id, (held, sold, gone) = made(api, 3, hold_seconds=7200, **times)
    settle(api, "confirm", sold)
    settle(api, "cancel", gone)
    clock.advance(ms=HOUR_MS)
    api.get(f"/tickets/{held}")
    with nothing_changed():
        assert said(settle(api, "cancel", held)) == (409, "event_ended")
        assert said(settle(api, "cancel", sold)) == (409, "event_ended")
        assert said(api.post(f"/orders/{order_id}/cancel")) == (409, "event_ended")
        assert said(settle(api, "cancel", gone)) == OK
    assert said(settle(api, "confirm", held)) == OK


def test_a_paused_event_settles_as_ever(api: Api) -> None:
    """Inactive stops new purchases; what is held may be confirmed or cancelled."""
    ada, _, (first, second) = made(api)
    change(api, ada.event, status="inactive")
    assert said(buy(api, ada)) == (409, "event_not_on_sale")
    assert (said(settle(api, "confirm", first)), said(settle(api, "cancel", second))) == (OK, OK)
