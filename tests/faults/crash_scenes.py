"""Every request that changes something, each with the scene in which it succeeds: where workers are killed.

A row is a function below ``scene(...)``, which names the route of ``app.table``. It prepares an empty service through
its API and gives the request; its name says in words what the request does. A route may have several rows. A request
whose repeat would be another wish (a standing ticket, an event) carries an Idempotency-Key, as its client sends it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chalicelib.runtime import runtime
from tests.support.api import Api
from tests.support.sale import (
    Visitor,
    enter,
    hold,
    join,
    leave,
    new_event,
    new_seated,
    order,
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
    """One row: the route, what happens in words, how to prepare it.

    A `stateless` one needs no Redis at all; a `spoilt` one begins with an event that does not add up.
    """

    route: str
    name: str
    prepare: Prepare
    stateless: bool = False
    spoilt: bool = False


KEY = {"Idempotency-Key": "the-same-in-every-try"}
SCENES: list[Scene] = []


def scene(route: str, *, stateless: bool = False, spoilt: bool = False) -> Callable[[Prepare], Prepare]:
    """Make a row of the decorated function."""

    def declare(prepare: Prepare) -> Prepare:
        SCENES.append(Scene(route, prepare.__name__.strip("_").replace("_", " "), prepare, stateless, spoilt))
        return prepare

    return declare


def _one_active(api: Api) -> Visitor:
    return enter(api, new_event(api), "ada")


def one_waiting(api: Api) -> Visitor:
    """Give somebody who waits behind an active session."""
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


@scene("POST /guests", stateless=True)
def _a_guest_comes(_: Api) -> Request:
    return Request("POST", "/guests")


@scene("POST /queue/join")
def _somebody_joins_and_comes_in(api: Api) -> Request:
    return Request("POST", "/queue/join", {"event_id": new_event(api), "user_id": "ada"})


@scene("POST /queue/join")
def _somebody_draws_in_the_lobby(api: Api) -> Request:
    event = new_event(api, sale_starts_at="2090-12-01T00:00:00Z")
    return Request("POST", "/queue/join", {"event_id": event, "user_id": "ada", "nonce": "0123456789abcdef"})


@scene("POST /queue/join")
def _somebody_joins_under_an_alias_of_a_place_that_is_over(api: Api) -> Request:
    event, alias = new_event(api), "session-123"
    joined = join(api, event, "ada", alias)
    leave(api, Visitor(event, "ada", joined.json["session_id"]))
    return Request("POST", "/queue/join", {"event_id": event, "user_id": "ada", "session_id": alias})


@scene("POST /queue/refresh")
def _a_turn_is_refreshed(api: Api) -> Request:
    session = join(api, new_event(api), "ada", "session-123").json["session_id"]
    return Request("POST", "/queue/refresh", {"session_id": session}, later_ms=1000)


@scene("POST /queue/leave")
def _a_turn_is_given_up_and_the_next_comes_in(api: Api) -> Request:
    event = new_event(api, max_active_sessions=1)
    first = enter(api, event, "first")
    enter(api, event, "ada")
    return Request("POST", "/queue/leave", {"session_id": first.session})


@scene("POST /tickets/purchase")
def _a_seat_is_bought(api: Api) -> Request:
    event, seats = new_seated(api)
    ada = enter(api, event, "ada")
    return Request("POST", "/tickets/purchase", _wish(ada, seat_id=seats[0]))


@scene("POST /tickets/purchase")
def _a_standing_ticket_is_bought(api: Api) -> Request:
    return Request("POST", "/tickets/purchase", _wish(_one_active(api)), KEY)


@scene("POST /tickets/purchase")
def _a_ticket_is_bought_on_a_server_that_has_lost_the_commands(api: Api) -> Request:
    ada = _one_active(api)
    runtime().store.command("FUNCTION", "FLUSH")
    return Request("POST", "/tickets/purchase", _wish(ada), KEY)


@scene("POST /orders")
def _three_seats_are_ordered(api: Api) -> Request:
    event, seats = new_seated(api)
    return Request("POST", "/orders", _wish(enter(api, event, "ada"), seat_ids=seats[:3]), KEY)


@scene("POST /orders")
def _three_standing_tickets_are_ordered(api: Api) -> Request:
    return Request("POST", "/orders", _wish(_one_active(api), quantity=3), KEY)


@scene("POST /orders/{order_id}/confirm")
def _an_order_is_confirmed(api: Api) -> Request:
    return Request("POST", f"/orders/{_an_order(api)}/confirm", {"payment_reference": "pay-1"})


@scene("POST /orders/{order_id}/cancel")
def _an_order_is_cancelled(api: Api) -> Request:
    return Request("POST", f"/orders/{_an_order(api)}/cancel")


@scene("POST /tickets/{ticket_id}/confirm")
def _a_confirm_ends_the_turn_and_the_next_comes_in(api: Api) -> Request:
    return Request("POST", f"/tickets/{_a_seat_held_while_another_waits(api)}/confirm", {"payment_reference": "p"})


@scene("POST /tickets/{ticket_id}/cancel")
def _a_hold_is_cancelled(api: Api) -> Request:
    return Request("POST", f"/tickets/{_a_seat_held_while_another_waits(api)}/cancel")


@scene("POST /tickets/{ticket_id}/cancel")
def _a_sold_ticket_is_cancelled(api: Api) -> Request:
    ticket = _a_seat_held_while_another_waits(api)
    assert settle(api, "confirm", ticket).status == 200
    return Request("POST", f"/tickets/{ticket}/cancel")
