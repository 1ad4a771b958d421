"""Every request that changes something, each with the scene in which it succeeds: where workers are killed.

A row is a function below ``_scene(...)``, which names the route of ``app.table``. It prepares an empty service through
its API and gives the request; its name says in words what the request does. A route may have several rows. A request
whose repeat would be another wish (a standing ticket, an event) carries an Idempotency-Key, as its client sends it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.events.seats import ADD_PAGE
from chalicelib.runtime import runtime
from tests.support.api import Api
from tests.support.sale import (
    Visitor,
    change,
    enter,
    event_body,
    hold,
    join,
    leave,
    new_event,
    new_seated,
    order,
    seat_specs,
    settle,
)


@dataclass(frozen=True)
class Request:
    """What a worker is to be asked, in the words of `Api.call`, and how much later than the scene was prepared."""

    method: str
    path: str
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    later_ms: int = 0


Prepare = Callable[[Api], Request]


@dataclass(frozen=True)
class Scene:
    """One row: the route, what happens in words, how to prepare it, and whether its request needs no Redis at all."""

    route: str
    name: str
    prepare: Prepare
    stateless: bool = False


KEY = {"Idempotency-Key": "the-same-in-every-try"}
SCENES: list[Scene] = []


def _scene(route: str, *, stateless: bool = False) -> Callable[[Prepare], Prepare]:
    def declare(prepare: Prepare) -> Prepare:
        SCENES.append(Scene(route, prepare.__name__.strip("_").replace("_", " "), prepare, stateless))
        return prepare

    return declare


def _one_active(api: Api) -> Visitor:
    return enter(api, new_event(api), "ada")


def _one_waiting(api: Api) -> Visitor:
    event = new_event(api, max_active_sessions=1)
    enter(api, event, "first")
    return enter(api, event, "ada")


def _a_seat_held_while_another_waits(api: Api) -> str:
    event, seats = new_seated(api, 10, max_active_sessions=1)
    ada = enter(api, event, "ada")
    enter(api, event, "bob")
    return hold(api, ada, seats[0])


def _an_order(api: Api) -> str:
    event, seats = new_seated(api)
    return str(order(api, enter(api, event, "ada"), seats[:3]).json["id"])


def _wish(visitor: Visitor, **what: Any) -> dict[str, Any]:
    return {"event_id": visitor.event, "user_id": visitor.user, "session_id": visitor.session} | what


@_scene("POST /events")
def _an_event_is_created(_: Api) -> Request:
    return Request("POST", "/events", event_body(), KEY)


@_scene("PUT /events/{event_id}")
def _an_event_gets_another_end(api: Api) -> Request:
    return Request("PUT", f"/events/{new_event(api)}", {"end_time": "2090-12-26T00:00:00Z", "venue": "Arena"})


@_scene("PUT /events/{event_id}")
def _an_event_is_cancelled(api: Api) -> Request:
    waiting = _one_waiting(api)
    return Request("PUT", f"/events/{waiting.event}", {"status": "cancelled"})


@_scene("POST /events/{event_id}/admission")
def _more_are_let_in(api: Api) -> Request:
    wish = {"max_active_sessions": 2, "message": "Come in."}
    return Request("POST", f"/events/{_one_waiting(api).event}/admission", wish)


@_scene("DELETE /events/{event_id}")
def _an_event_is_deleted(api: Api) -> Request:
    return Request("DELETE", f"/events/{new_event(api)}")


@_scene("POST /events/{event_id}/seats")
def _more_seats_than_a_page_are_added(api: Api) -> Request:
    event = new_event(api, total_tickets=1000, is_seated_event=True)
    return Request("POST", f"/events/{event}/seats", {"seats": seat_specs(ADD_PAGE + 1)})


@_scene("POST /events/{event_id}/seats")
def _seats_are_added_at_the_price_of_the_event(api: Api) -> Request:
    event = new_event(api, is_seated_event=True)
    return Request("POST", f"/events/{event}/seats", {"seats": [{"section": "A", "row": "1", "number": "1"}]})


@_scene("PATCH /events/{event_id}/seats")
def _seats_are_blocked_and_priced(api: Api) -> Request:
    event, seats = new_seated(api)
    wish = {"seat_ids": seats[:3], "blocked": True, "reason": "camera", "price": 7000}
    return Request("PATCH", f"/events/{event}/seats", wish)


@_scene("POST /queue/join")
def _somebody_joins_and_comes_in(api: Api) -> Request:
    return Request("POST", "/queue/join", {"event_id": new_event(api), "user_id": "ada"})


@_scene("POST /queue/join")
def _somebody_draws_in_the_lobby(api: Api) -> Request:
    event = new_event(api, sale_starts_at="2090-12-01T00:00:00Z")
    return Request("POST", "/queue/join", {"event_id": event, "user_id": "ada", "nonce": "0123456789abcdef"})


@_scene("POST /queue/join")
def _somebody_joins_under_an_alias_of_a_place_that_is_over(api: Api) -> Request:
    event, alias = new_event(api), "session-123"
    joined = join(api, event, "ada", alias)
    leave(api, Visitor(event, "ada", joined.json["session_id"]))
    return Request("POST", "/queue/join", {"event_id": event, "user_id": "ada", "session_id": alias})


@_scene("POST /queue/process/{event_id}")
def _the_next_is_let_in_by_hand(api: Api) -> Request:
    waiting = _one_waiting(api)
    change(api, waiting.event, admissions_per_minute=1, max_active_sessions=10)
    enter(api, waiting.event, "bob")  # the one of this minute comes in, the other waits
    return Request("POST", f"/queue/process/{waiting.event}", None, KEY)


@_scene("POST /queue/refresh")
def _a_turn_is_refreshed(api: Api) -> Request:
    session = join(api, new_event(api), "ada", "session-123").json["session_id"]
    return Request("POST", "/queue/refresh", {"session_id": session}, later_ms=1000)


@_scene("POST /queue/leave")
def _a_turn_is_given_up_and_the_next_comes_in(api: Api) -> Request:
    event = new_event(api, max_active_sessions=1)
    first = enter(api, event, "first")
    enter(api, event, "ada")
    return Request("POST", "/queue/leave", {"session_id": first.session})


@_scene("POST /tickets/purchase")
def _a_seat_is_bought(api: Api) -> Request:
    event, seats = new_seated(api)
    ada = enter(api, event, "ada")
    return Request("POST", "/tickets/purchase", _wish(ada, seat_id=seats[0]))


@_scene("POST /tickets/purchase")
def _a_standing_ticket_is_bought(api: Api) -> Request:
    return Request("POST", "/tickets/purchase", _wish(_one_active(api)), KEY)


@_scene("POST /tickets/purchase")
def _a_ticket_is_bought_on_a_server_that_has_lost_the_commands(api: Api) -> Request:
    ada = _one_active(api)
    runtime().store.command("FUNCTION", "FLUSH")
    return Request("POST", "/tickets/purchase", _wish(ada), KEY)


@_scene("POST /orders")
def _three_seats_are_ordered(api: Api) -> Request:
    event, seats = new_seated(api)
    return Request("POST", "/orders", _wish(enter(api, event, "ada"), seat_ids=seats[:3]), KEY)


@_scene("POST /orders")
def _three_standing_tickets_are_ordered(api: Api) -> Request:
    return Request("POST", "/orders", _wish(_one_active(api), quantity=3), KEY)


@_scene("POST /orders/{order_id}/confirm")
def _an_order_is_confirmed(api: Api) -> Request:
    return Request("POST", f"/orders/{_an_order(api)}/confirm", {"payment_reference": "pay-1"})


@_scene("POST /orders/{order_id}/cancel")
def _an_order_is_cancelled(api: Api) -> Request:
    return Request("POST", f"/orders/{_an_order(api)}/cancel")


@_scene("POST /tickets/{ticket_id}/confirm")
def _a_confirm_ends_the_turn_and_the_next_comes_in(api: Api) -> Request:
    return Request("POST", f"/tickets/{_a_seat_held_while_another_waits(api)}/confirm", {"payment_reference": "p"})


@_scene("POST /tickets/{ticket_id}/cancel")
def _a_hold_is_cancelled(api: Api) -> Request:
    return Request("POST", f"/tickets/{_a_seat_held_while_another_waits(api)}/cancel")


@_scene("POST /tickets/{ticket_id}/cancel")
def _a_sold_ticket_is_cancelled(api: Api) -> Request:
    ticket = _a_seat_held_while_another_waits(api)
    assert settle(api, "confirm", ticket).status == 200
    return Request("POST", f"/tickets/{ticket}/cancel")
