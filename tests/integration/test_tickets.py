"""Tickets afterwards: what they cost, whose they are, and which are not there."""

from __future__ import annotations

from chalicelib.ids import code_of, seat_id
from tests.support.api import Api
from tests.support.sale import (
    UNKNOWN,
    buy,
    change,
    enter,
    hold,
    new_event,
    new_seated,
    nothing_changed,
    refusal,
    said,
    seat_specs,
    settle,
    state,
)


def test_a_ticket_keeps_the_price_it_was_held_at(api: Api) -> None:
    """A new price is that of later purchases."""
    event = new_event(api, price=1000)
    ada = enter(api, event, "ada")
    ticket = hold(api, ada)
    change(api, event, price=2000)
    assert api.get(f"/tickets/{ticket}").json["price"] == 1000
    assert buy(api, ada).json["price"] == 2000


def test_my_tickets_are_those_of_all_events(api: Api) -> None:
    """Newest first, live and ended, nobody else's; an event that was deleted is not missed."""
    event, (seat, *_) = new_seated(api)
    standing, gone = new_event(api), new_event(api)
    ada = enter(api, event, "ada")
    cancelled, held = hold(api, ada, seat), hold(api, enter(api, standing, "ada"))
    settle(api, "cancel", cancelled)
    settle(api, "cancel", hold(api, enter(api, gone, "ada")))
    hold(api, enter(api, event, "bob"), seat)
    assert api.delete(f"/events/{gone}").status == 204
    mine = {ticket["id"]: ticket["status"] for ticket in api.get("/tickets/user/ada").json}
    assert mine == {held: "reserved", cancelled: "cancelled"}
    assert api.get("/tickets/user/nobody").json == []


def test_a_ticket_that_is_not_there_is_not_found(api: Api) -> None:
    """Neither in an unknown event nor in a known one."""
    event = new_event(api)
    with nothing_changed():
        for ticket in (UNKNOWN, event):
            assert said(api.get(f"/tickets/{ticket}")) == (404, "ticket_not_found")


def test_seats_added_later_are_sold_too(api: Api) -> None:
    """A second import puts its seats behind the first, and they are bought like the others."""
    event, seats = new_seated(api, 2, total_tickets=4)
    api.post(f"/events/{event}/seats", {"seats": seat_specs(2, section="B", price=70)})
    ada = enter(api, event, "ada")
    ticket = buy(api, ada, seat_id(code_of(event), 3)).json
    assert (ticket["section"], ticket["number"], ticket["price"]) == ("B", "1", 70)
    assert buy(api, ada, seats[1]).json["section"] == "A"
    assert state(api, ada) == "active"


def test_an_order_that_is_not_there_is_not_found(api: Api) -> None:
    """To read, confirm or cancel; in an unknown event and in a known one."""
    event = new_event(api)
    with nothing_changed():
        for unknown in (UNKNOWN, event):
            assert said(api.get(f"/orders/{unknown}")) == (404, "order_not_found")
            for action in ("confirm", "cancel"):
                assert said(api.post(f"/orders/{unknown}/{action}")) == (404, "order_not_found")
                assert said(settle(api, action, unknown)) == (404, "ticket_not_found")
        assert refusal("tickets", UNKNOWN, "", "order", UNKNOWN) == "event_not_found"
        assert refusal("settle", UNKNOWN, "", "confirm", "order", UNKNOWN, "") == "event_not_found"
