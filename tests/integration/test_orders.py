"""Orders: several tickets, all or nothing; an Idempotency-Key makes a repeat the same order."""

from __future__ import annotations

import pytest

from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.sale import (
    MINUTE_MS,
    UNKNOWN,
    Visitor,
    buy,
    change,
    counts,
    enter,
    freeze,
    hold,
    leave,
    new_event,
    new_seated,
    nothing_changed,
    order,
    said,
    settle,
)

KEY = {"Idempotency_Key": "my-order"}
REPLAYED = "Idempotent-Replayed"


def ids(answer: Answer) -> list[str]:
    """Give the ids of an order's tickets."""
    return [ticket["id"] for ticket in answer.json["tickets"]]


def seats_of(answer: Answer) -> list[str]:
    """Give the seats of an order's tickets."""
    return [ticket["seat_id"] for ticket in answer.json["tickets"]]


def test_an_order_is_all_its_tickets(api: Api) -> None:
    """In the order asked for, each of the order, the total their sum; it is read as it was made."""
    event, seats = new_seated(api)
    assert api.patch(f"/events/{event}/seats", {"seat_ids": [seats[0]], "price": 700}).status == 200
    made = order(api, enter(api, event, "ada"), [seats[2], seats[0]])
    assert (made.status, made.headers["Location"]) == (201, f"/api/v1/orders/{made.json['id']}")
    assert (seats_of(made), made.json["total"], made.json["status"]) == ([seats[2], seats[0]], 5_700, "reserved")
    assert {ticket["order_id"] for ticket in made.json["tickets"]} == {made.json["id"]}
    assert api.get(f"/orders/{made.json['id']}").json == made.json


def test_an_order_is_all_or_nothing(api: Api) -> None:
    """One seat that is taken refuses the whole order; the answer lists each seat in conflict and no other."""
    event, seats = new_seated(api)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    order(api, bob, [seats[1], seats[3]])
    with nothing_changed():
        refused = order(api, ada, seats[:5])
    assert (refused.status, refused.code, refused.json["seat_ids"]) == (409, "seat_taken", [seats[1], seats[3]])
    with nothing_changed():
        assert said(order(api, ada, [seats[0], UNKNOWN])) == (404, "seat_not_found")


def test_a_quantity_is_all_or_nothing(api: Api) -> None:
    """More than there is is refused and says how much there is; exactly what there is is sold."""
    event = new_event(api, total_tickets=5)
    ada = enter(api, event, "ada")
    with nothing_changed():
        short = order(api, ada, 6)
    assert (short.status, short.code, short.json["available"]) == (409, "not_enough_tickets", 5)
    assert len(ids(order(api, ada, 5))) == 5
    assert counts(api, event) == (0, 5, 0)


def test_an_order_is_within_the_limit_of_a_person(api: Api) -> None:
    """The limit counts the whole order with what the person has."""
    event = new_event(api, max_tickets_per_user=3)
    ada = enter(api, event, "ada")
    order(api, ada, 2)
    with nothing_changed():
        assert said(order(api, ada, 2)) == (409, "ticket_limit_reached")
    assert order(api, ada, 1).status == 201


def test_the_limit_does_not_count_what_is_mine_already(api: Api) -> None:
    """Three seats, two of them held by this session: one more, which the limit of three allows."""
    event, seats = new_seated(api, max_tickets_per_user=3)
    ada = enter(api, event, "ada")
    order(api, ada, seats[:2])
    assert order(api, ada, seats[:3]).status == 201
    assert counts(api, event) == (7, 3, 0)


def test_an_order_of_seats_partly_mine_keeps_those_and_adds_the_rest(api: Api) -> None:
    """A seat that this session holds is that ticket again, in its first order; the new order shows all it asked."""
    event, seats = new_seated(api)
    ada = enter(api, event, "ada")
    first = order(api, ada, seats[:2])
    second = order(api, ada, seats[1:4])
    assert (second.status, seats_of(second)) == (201, seats[1:4])
    assert ids(second)[0] == ids(first)[1]
    assert second.json["tickets"][0]["order_id"] == first.json["id"]
    assert counts(api, event) == (6, 4, 0)


def test_an_order_of_seats_all_mine_is_their_order(api: Api) -> None:
    """Without a key too: 200, the order that made them, nothing changed."""
    event, seats = new_seated(api)
    ada = enter(api, event, "ada")
    first = order(api, ada, seats[:2])
    with nothing_changed():
        again = order(api, ada, seats[:2])
    assert (again.status, again.json) == (200, first.json)


def test_seats_all_mine_from_several_orders_are_an_order_of_their_own(api: Api) -> None:
    """No ticket is made, but the answer is a new order that can be confirmed as one."""
    event, seats = new_seated(api)
    ada = enter(api, event, "ada")
    parts = [hold(api, ada, seats[0]), hold(api, ada, seats[1])]
    both = order(api, ada, seats[:2])
    assert (both.status, ids(both)) == (201, parts)
    assert api.post(f"/orders/{both.json['id']}/confirm").json["order"]["status"] == "confirmed"
    assert counts(api, event) == (8, 0, 2)


def test_a_part_of_an_order_is_an_order_of_its_own(api: Api) -> None:
    """It says what its one ticket costs, and confirming it buys no other."""
    event, seats = new_seated(api)
    ada = enter(api, event, "ada")
    first = order(api, ada, seats[:2])
    part = order(api, ada, seats[:1])
    assert (part.status, ids(part), part.json["total"]) == (201, ids(first)[:1], 5000)
    api.post(f"/orders/{part.json['id']}/confirm")
    assert counts(api, event) == (8, 1, 1)


def test_a_key_is_remembered_for_seats_all_mine_too(api: Api) -> None:
    """The repeat finds that order, also after its tickets are gone."""
    event, seats = new_seated(api)
    ada = enter(api, event, "ada")
    ticket = hold(api, ada, seats[0])
    first = order(api, ada, seats[:1], **KEY)
    settle(api, "cancel", ticket)
    again = order(api, ada, seats[:1], **KEY)
    assert (again.status, again.headers[REPLAYED], again.json["id"]) == (200, "true", first.json["id"])
    assert (ids(again), again.json["status"]) == ([ticket], "cancelled")


def test_a_repeat_with_the_key_is_the_same_order(api: Api) -> None:
    """200, marked as a replay, nothing changed; without the key it would have been two more tickets."""
    ada = enter(api, new_event(api), "ada")
    first = order(api, ada, 2, **KEY)
    with nothing_changed():
        again = order(api, ada, 2, **KEY)
    assert (first.status, REPLAYED in first.headers) == (201, False)
    assert (again.status, again.headers[REPLAYED], again.json) == (200, "true", first.json)
    assert order(api, ada, 2).status == 201


def test_another_body_with_the_key_is_refused(api: Api) -> None:
    """A key stands for one request: other seats, another quantity are 422, whatever else may be wrong with them."""
    event, seats = new_seated(api)
    ada = enter(api, event, "ada")
    order(api, ada, seats[:2], **KEY)
    with nothing_changed():
        assert said(order(api, ada, seats[:3], **KEY)) == (422, "idempotency_key_reused")
        assert said(order(api, ada, [seats[1], seats[0]], **KEY)) == (422, "idempotency_key_reused")
        assert said(order(api, ada, 2, **KEY)) == (422, "idempotency_key_reused")


def test_a_key_is_its_users_and_its_routes(api: Api) -> None:
    """The same key of somebody else, or on /tickets/purchase, is another request."""
    event = new_event(api)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    answers = [order(api, ada, 1, **KEY), order(api, bob, 1, **KEY), buy(api, ada, **KEY)]
    assert [answer.status for answer in answers] == [201, 201, 201]
    again = buy(api, ada, **KEY)
    assert (again.status, again.headers[REPLAYED], again.json) == (200, "true", answers[2].json)


def test_a_refusal_is_not_remembered(api: Api) -> None:
    """The same key tries again, and succeeds when the seat has become free."""
    event, seats = new_seated(api)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    ticket = hold(api, bob, seats[0])
    with nothing_changed():
        assert said(order(api, ada, seats[:2], **KEY)) == (409, "seat_taken")
    settle(api, "cancel", ticket)
    assert order(api, ada, seats[:2], **KEY).status == 201


@pytest.mark.parametrize("ending", ["confirmed", "cancelled", "expired"])
def test_a_replay_shows_the_order_as_it_is_now(api: Api, clock: Clock, ending: str) -> None:
    """Long after, its session over, the event perhaps off sale, the key still answers its order and makes nothing."""
    freeze(clock)
    event, seats = new_seated(api, hold_seconds=60, session_seconds=60)
    ada = enter(api, event, "ada")
    first = order(api, ada, seats[:2], **KEY)
    if ending == "expired":
        clock.advance(ms=MINUTE_MS)
        bob = enter(api, event, "bob")
        hold(api, bob, seats[0])
    else:
        api.post(f"/orders/{first.json['id']}/{'confirm' if ending == 'confirmed' else 'cancel'}")
        leave(api, ada)
        change(api, event, status="inactive")
    with nothing_changed():
        again = order(api, ada, seats[:2], **KEY)
    assert (again.status, again.headers[REPLAYED], again.json["id"]) == (200, "true", first.json["id"])
    assert {ticket["status"] for ticket in again.json["tickets"]} == {ending} == {again.json["status"]}


def test_a_replay_at_the_exact_deadline_shows_an_expired_order(api: Api, clock: Clock) -> None:
    """Even when the replay itself is what finds the hold due."""
    freeze(clock)
    ada = enter(api, new_event(api, hold_seconds=60), "ada")
    order(api, ada, 1, **KEY)
    clock.advance(ms=MINUTE_MS - 1)
    assert order(api, ada, 1, **KEY).json["status"] == "reserved"
    clock.advance(ms=1)
    assert order(api, ada, 1, **KEY).json["status"] == "expired"


def test_a_key_means_the_same_purchase_in_a_new_session(api: Api) -> None:
    """Who rejoins and repeats the request gets the order, not a second one."""
    event = new_event(api)
    ada = enter(api, event, "ada")
    first = order(api, ada, 2, **KEY)
    leave(api, ada)
    again = order(api, enter(api, event, "ada"), 2, **KEY)
    assert (again.status, again.json) == (200, first.json)


def test_a_replay_needs_no_session_at_all(api: Api) -> None:
    """The replay is checked before the session is."""
    event = new_event(api)
    first = order(api, enter(api, event, "ada"), 1, **KEY)
    again = order(api, Visitor(event, "ada", UNKNOWN), 1, **KEY)
    assert (again.status, again.json["id"]) == (200, first.json["id"])
