"""Good input for every route: what it needs, and a request that must succeed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from chalicelib.http.route import Route
from chalicelib.ids import code_of, seat_id
from chalicelib.keys import event_key
from chalicelib.tickets import ticket_code
from tests.http.stage import CENTURY_S, Stage
from tests.support.api import Answer
from tests.support.people import TICKET_KEY
from tests.support.sale import (
    UNKNOWN,
    Visitor,
    buy,
    change,
    check_in,
    confirmed,
    enter,
    event_body,
    hold,
    new_event,
    new_seated,
    order,
    seat_specs,
)

Row = Callable[[Stage], Answer]
V1 = "/api/v1"
SEAT = seat_id(code_of(UNKNOWN), 0)


def one_active(stage: Stage) -> Visitor:
    """Give somebody whose turn it is, in a standing event."""
    return enter(stage.api, new_event(stage.api), "ada")


def one_waiting(stage: Stage) -> Visitor:
    """Give somebody who waits behind an active session that holds nothing."""
    event = new_event(stage.api, max_active_sessions=1)
    enter(stage.api, event, "first")
    return enter(stage.api, event, "ada")


def a_lobby(stage: Stage) -> str:
    """Give an event whose sale starts later, so that who joins it takes part in a draw."""
    return new_event(stage.api, sale_starts_at="2090-12-01T00:00:00Z")


def an_order(stage: Stage) -> str:
    """Give an order of two reserved tickets."""
    return str(order(stage.api, one_active(stage), 2).json["id"])


def a_ticket(stage: Stage) -> str:
    """Give a reserved ticket of a seat."""
    event, seats = new_seated(stage.api)
    return hold(stage.api, enter(stage.api, event, "ada"), seats[0])


def _draw(stage: Stage, path: str) -> Answer:
    event = a_lobby(stage)
    for user in ("ada", "bob"):
        enter(stage.api, event, user)
    return stage.api.get(f"/events/{event}/{path}")


def _change_admission(stage: Stage) -> Answer:
    wish = {"mode": "paused", "message": "Back in a moment.", "admissions_per_minute": None}
    return stage.api.post(f"/events/{one_waiting(stage).event}/admission", wish)


def _erase(stage: Stage) -> Answer:
    visitor = one_active(stage)
    hold(stage.api, visitor)
    stage.later(CENTURY_S)
    return stage.api.post(f"/events/{visitor.event}/erasures", {"user_id": visitor.user})


def _repair(stage: Stage) -> Answer:
    event = one_waiting(stage).event
    stage.house.store.command("HINCRBY", event_key("events", code_of(event)), "held", 1)
    return stage.api.post(f"/events/{event}/repair")


def _list(stage: Stage, path: str) -> Answer:
    new_event(stage.api)
    return stage.api.get(path)


def _process(stage: Stage) -> Answer:
    waiting = one_waiting(stage)
    # There is room now, but the rate of one a minute is used up by the one who comes in at once.
    change(stage.api, waiting.event, admissions_per_minute=1, max_active_sessions=10)
    enter(stage.api, waiting.event, "bob")
    return stage.api.post(f"/queue/process/{waiting.event}")


def _change_seats(stage: Stage) -> Answer:
    event, seats = new_seated(stage.api)
    return stage.api.patch(f"/events/{event}/seats", {"seat_ids": seats[:2], "blocked": True, "reason": "camera"})


def _add_seats(stage: Stage) -> Answer:
    event = new_event(stage.api, is_seated_event=True)
    return stage.api.post(f"/events/{event}/seats", {"seats": seat_specs(10)})


def _tickets(stage: Stage) -> Answer:
    visitor = one_active(stage)
    hold(stage.api, visitor)
    return stage.api.get(f"/events/{visitor.event}/tickets?limit=1&status=reserved")


def _my_tickets(stage: Stage) -> Answer:
    visitor = enter(stage.api, new_event(stage.api), "ada@example.com|+=~")
    hold(stage.api, visitor)
    return stage.api.get(f"/tickets/user/{quote(visitor.user, safe='')}")


GOOD: dict[str, Row] = {
    "create_event": lambda s: s.api.post("/events", event_body(description="\u2603\nline", admissions_per_minute=600)),
    "list_events": lambda s: _list(s, "/events?limit=1"),
    "list_active_events": lambda s: _list(s, "/events/active"),
    "get_event": lambda s: s.api.get(f"/events/{new_event(s.api)}"),
    "update_event": lambda s: s.api.put(f"/events/{new_event(s.api)}", {"venue": "Arena", "sale_ends_at": None}),
    "change_admission": _change_admission,
    "get_draw": lambda s: _draw(s, "draw"),
    "draw_entries": lambda s: _draw(s, "draw/entries?limit=1"),
    "room_stats": lambda s: s.api.get(f"/events/{one_waiting(s).event}/stats"),
    "erase_person": _erase,
    "create_guest": lambda s: s.api.post("/guests"),
    "event_integrity": lambda s: s.api.get(f"/events/{one_waiting(s).event}/integrity"),
    "repair_event": _repair,
    "my_events": lambda s: _list(s, "/events/mine?limit=1"),
    "event_tickets": _tickets,
    "delete_event": lambda s: s.api.delete(f"/events/{new_event(s.api)}"),
    "add_seats": _add_seats,
    "change_seats": _change_seats,
    "available_seats": lambda s: s.api.get(f"/events/{new_seated(s.api)[0]}/seats/available?limit=3"),
    "seat_map": lambda s: s.api.get(f"/events/{new_seated(s.api)[0]}/seatmap"),
    "seat_states": lambda s: s.api.get(f"/events/{new_seated(s.api)[0]}/seatmap/states"),
    "join": lambda s: s.api.post("/queue/join", {"event_id": new_event(s.api), "user_id": "ada"}),
    "queue_position": lambda s: s.api.get(f"/queue/position/{one_waiting(s).event}/ada"),
    "queue_status": lambda s: s.api.get(f"/queue/status/{one_waiting(s).session}"),
    "queue_length": lambda s: s.api.get(f"/queue/length/{one_waiting(s).event}"),
    "queue_serving": lambda s: s.api.get(f"/queue/serving/{one_waiting(s).event}"),
    "process_queue": _process,
    "refresh_session": lambda s: s.api.post("/queue/refresh", {"session_id": one_active(s).session}),
    "leave_queue": lambda s: s.api.post("/queue/leave", {"session_id": one_waiting(s).session}),
    "purchase": lambda s: buy(s.api, one_active(s)),
    "create_order": lambda s: order(s.api, one_active(s), 2),
    "get_order": lambda s: s.api.get(f"/orders/{an_order(s)}"),
    "confirm_order": lambda s: s.api.post(f"/orders/{an_order(s)}/confirm", {"payment_reference": "pay-1"}),
    "cancel_order": lambda s: s.api.post(f"/orders/{an_order(s)}/cancel"),
    "confirm_ticket": lambda s: s.api.post(f"/tickets/{a_ticket(s)}/confirm", {"payment_reference": "pay-1"}),
    "cancel_ticket": lambda s: s.api.post(f"/tickets/{a_ticket(s)}/cancel", {}),
    "check_in": lambda s: check_in(s.api, confirmed(s.api, one_active(s))),
    "get_ticket": lambda s: s.api.get(f"/tickets/{a_ticket(s)}"),
    "tickets_of_user": _my_tickets,
    "/health": lambda s: s.api.get("/health"),
    "health": lambda s: s.api.get(f"{V1}/health"),
    "/.well-known/jwks.json": lambda s: s.api.get("/.well-known/jwks.json"),
    "/openapi.json": lambda s: s.api.get("/openapi.json"),
}  # fmt: skip

BODIES: dict[str, dict[str, Any]] = {
    "create_event": event_body(),
    "update_event": {"venue": "Arena"},
    "change_admission": {"mode": "open", "message": "Soon."},
    "erase_person": {"user_id": "ada"},
    "create_guest": {},
    "add_seats": {"seats": seat_specs(2)},
    "change_seats": {"seat_ids": [SEAT], "blocked": True},
    "join": {"event_id": UNKNOWN, "user_id": "ada"},
    "process_queue": {"count": 1},
    "refresh_session": {"session_id": UNKNOWN},
    "leave_queue": {"session_id": UNKNOWN},
    "purchase": {"event_id": UNKNOWN, "user_id": "ada", "session_id": UNKNOWN},
    "create_order": {"event_id": UNKNOWN, "user_id": "ada", "session_id": UNKNOWN, "quantity": 1},
    "confirm_order": {"payment_reference": "pay-1"},
    "cancel_order": {},
    "confirm_ticket": {"payment_reference": "pay-1"},
    "cancel_ticket": {},
    "check_in": {"barcode": ticket_code.make((TICKET_KEY,), UNKNOWN)},
}
"""For each route that takes one a body without a mistake, about things that are not there."""


def path_of(row: Route) -> str:
    """Give the path of a route with ids of things that are not there."""
    return re.sub(r"{(\w+)}", lambda name: "ada" if name[1] == "user_id" else UNKNOWN, row.path)
