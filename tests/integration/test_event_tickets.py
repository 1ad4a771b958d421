"""The tickets of an event for its organiser: every one in pages, whose one seat is, what one person or order has."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.ids import code_of, seat_id
from chalicelib.runtime import Runtime
from tests.support.api import Api, path_part
from tests.support.clock import Clock
from tests.support.people import Person, organiser, want_tokens
from tests.support.sale import (
    MINUTE_MS,
    UNKNOWN,
    Visitor,
    change,
    crowd,
    enter,
    freeze,
    hold,
    logged,
    new_event,
    new_seated,
    order,
    said,
    settle,
)

FEW = 20
"""So many the server may keep together, and then gives together."""


def listed(api: Api, event: str, **query: Any) -> list[dict[str, Any]]:
    """Follow the list to its end and give all tickets, in the order of the pages, which are of their size at most."""
    found, cursor = [], None
    while True:
        words = urlencode(query | ({"cursor": cursor} if cursor else {}))
        answer = api.get(f"/events/{event}/tickets?{words}")
        assert answer.status == 200, answer.text
        assert len(answer.json["tickets"]) <= max(query.get("limit", 200), FEW)
        found += answer.json["tickets"]
        cursor = answer.json["next_cursor"]
        if cursor is None:
            return found


def ids_of(tickets: list[dict[str, Any]]) -> list[str]:
    """Give the ids of tickets, in order."""
    return [ticket["id"] for ticket in tickets]


def sold(api: Api, count: int, **fields: Any) -> tuple[str, list[str]]:
    """Give a standing event, and so many held tickets, ten a person."""
    event = new_event(api, **{"total_tickets": 5000} | fields)
    held: list[str] = []
    for visitor in crowd(event, -(-count // 10)):
        held += ids_of(order(api, visitor, min(10, count - len(held))).json["tickets"])
    return event, held


@pytest.mark.parametrize("limit", [1, 7, 64, 1000])
def test_every_ticket_is_listed_once_in_pages_of_any_size(api: Api, limit: int) -> None:
    """Held, confirmed and cancelled ones; the answer says how many there are in all."""
    event, tickets = sold(api, 150)
    for ticket, action in zip(tickets, ("confirm", "cancel"), strict=False):
        assert settle(api, action, ticket).status == 200
    assert sorted(ids_of(listed(api, event, limit=limit))) == sorted(tickets)
    assert api.get(f"/events/{event}/tickets?limit=1").json["tickets_total"] == 150


def test_who_buys_meanwhile_makes_no_ticket_missed(api: Api) -> None:
    """Between any two pages ten more are held: those that were there are all given."""
    event, tickets = sold(api, 100)
    late, found, cursor = iter(crowd(event, 40, "late")), set[str](), "0"
    while cursor:
        page = api.get(f"/events/{event}/tickets?limit=5&cursor={cursor}").json
        found |= set(ids_of(page["tickets"]))
        cursor = page["next_cursor"]
        visitor = next(late, None)
        if visitor:
            order(api, visitor, 10)
    assert set(tickets) <= found


def test_a_ticket_is_listed_as_its_owner_sees_it(api: Api) -> None:
    """With its seat, its price and its order, whatever became of it; but the barcode is the owner's alone."""
    event, seats = new_seated(api)
    ada = enter(api, event, "ada")
    tickets = [hold(api, ada, seat) for seat in seats[:3]]
    settle(api, "cancel", tickets[1])
    api.post(f"/tickets/{tickets[2]}/confirm", {"payment_reference": "pay-1"})
    mine = {ticket["id"]: ticket | {"barcode": None} for ticket in api.get("/tickets/user/ada").json}
    assert {ticket["id"]: ticket for ticket in listed(api, event)} == mine


def test_a_hold_that_is_due_is_listed_as_expired_and_not_ended_for_that(api: Api, clock: Clock) -> None:
    """300 in one millisecond: as many as any look sweeps are ended, no more, and none is told to be held."""
    freeze(clock)
    event, tickets = sold(api, 300, hold_seconds=60)
    clock.advance(ms=MINUTE_MS)
    page = api.get(f"/events/{event}/tickets?limit=1000").json["tickets"]
    assert (len(page), {ticket["status"] for ticket in page}) == (300, {"expired"})
    assert logged(event).count("ticket.expired") <= 100
    assert api.get(f"/tickets/{tickets[0]}").json["status"] == "expired"


def test_the_holds_of_a_cancelled_event_are_listed_as_cancelled(api: Api) -> None:
    """Also those that nobody has come to yet; what is confirmed stays so."""
    event, tickets = sold(api, 200)
    settle(api, "confirm", tickets[7])
    change(api, event, status="cancelled")
    found = {ticket["id"]: ticket["status"] for ticket in listed(api, event, limit=1000)}
    assert found == dict.fromkeys(tickets, "cancelled") | {tickets[7]: "confirmed"}


def test_tickets_of_one_status_are_listed_alone(api: Api) -> None:
    """Over the same pages, of which some are shorter then; beside any other filter, too."""
    event, tickets = sold(api, 60)
    for ticket in tickets[5:9]:
        settle(api, "confirm", ticket)
    assert sorted(ids_of(listed(api, event, limit=10, status="confirmed"))) == sorted(tickets[5:9])
    assert len(listed(api, event, limit=10, status="reserved")) == 56
    assert ids_of(listed(api, event, user_id="user0", status="confirmed")) == tickets[5:9]
    assert listed(api, event, status="cancelled") == []


def test_the_tickets_of_a_person_are_the_live_ones_then_those_that_ended(api: Api) -> None:
    """Of this event alone, however strange the name."""
    event, other = new_event(api), new_event(api)
    user = "ada@example.com|+=~"
    ada, bob = enter(api, event, user), enter(api, event, "bob")
    ended, live = hold(api, ada), hold(api, ada)
    hold(api, bob)
    hold(api, enter(api, other, user))
    settle(api, "cancel", ended)
    assert ids_of(api.get(f"/events/{event}/tickets?user_id={path_part(user)}").json["tickets"]) == [live, ended]
    assert listed(api, event, user_id="nobody") == []


def test_a_seat_has_the_ticket_that_holds_it_now(api: Api, clock: Clock) -> None:
    """None when it is free, also at the very millisecond at which a hold is over; and another's seat is no seat."""
    freeze(clock)
    event, seats = new_seated(api, 4, hold_seconds=60)
    ada = enter(api, event, "ada")
    held, cancelled = hold(api, ada, seats[0]), hold(api, ada, seats[1])
    settle(api, "cancel", cancelled)
    settle(api, "confirm", sold_one := hold(api, ada, seats[2]))
    assert [ids_of(listed(api, event, seat_id=seat)) for seat in seats] == [[held], [], [sold_one], []]
    clock.advance(ms=MINUTE_MS)
    assert [ids_of(listed(api, event, seat_id=seat)) for seat in seats] == [[], [], [sold_one], []]
    assert listed(api, event, seat_id=seat_id(code_of(event), 99)) == []
    assert said(api.get(f"/events/{event}/tickets?seat_id={UNKNOWN}")) == (404, "seat_not_found")


def test_the_tickets_of_an_order_are_given_in_its_order(api: Api) -> None:
    """None of an order that is not there."""
    event, _ = sold(api, 10)
    made = order(api, enter(api, event, "late"), 5).json
    assert ids_of(listed(api, event, order_id=made["id"])) == ids_of(made["tickets"])
    assert listed(api, event, order_id=UNKNOWN) == []


def test_one_thing_at_a_time_is_looked_for(api: Api) -> None:
    """A person and a seat, or a page of what has none, is refused."""
    event = new_event(api)
    for query in (f"user_id=ada&order_id={UNKNOWN}", "user_id=ada&cursor=7", f"seat_id={UNKNOWN}&order_id={UNKNOWN}"):
        assert said(api.get(f"/events/{event}/tickets?{query}")) == (400, "invalid_request")


@pytest.mark.parametrize("query", ["", "?user_id=ada", "?limit=1000"])
def test_only_its_organiser_sees_the_tickets_of_an_event(house: Runtime, query: str) -> None:
    """Another organiser is told whose it is not, and a buyer that this is none of theirs."""
    want_tokens(house)
    olga, ada = organiser("olga"), Person("ada")
    event = new_event(olga)
    ticket = hold(ada, Visitor(event, "ada", enter(ada, event, "ada").session))
    assert ids_of(olga.get(f"/events/{event}/tickets{query}").json["tickets"]) == [ticket]
    assert said(organiser("oscar").get(f"/events/{event}/tickets{query}")) == (403, "not_your_event")
    assert said(ada.get(f"/events/{event}/tickets{query}")) == (403, "organiser_required")
