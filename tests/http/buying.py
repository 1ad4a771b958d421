"""The refusals of buying, by purchase or by order: what leads to each, and the request that meets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.ids import code_of, seat_id
from tests.http.good import one_active, one_waiting
from tests.http.stage import CENTURY_S, Stage
from tests.support.api import Answer
from tests.support.sale import UNKNOWN, Visitor, buy, change, enter, hold, leave, new_event, new_seated, order

Send = Callable[..., Answer]


def purchase(stage: Stage, visitor: Visitor, seats: list[str] | None = None, **headers: str) -> Answer:
    """Buy one ticket, of the first of these seats."""
    return buy(stage.api, visitor, seats[0] if seats else None, **headers)


def create_order(stage: Stage, visitor: Visitor, seats: list[str] | None = None, **headers: str) -> Answer:
    """Buy one ticket as an order."""
    return order(stage.api, visitor, seats or 1, **headers)


def all_taken(stage: Stage, *, sold: bool) -> Visitor:
    """Give somebody whose turn it is in an event of which another holds, or owns, everything."""
    event = new_event(stage.api, total_tickets=2)
    first, second = enter(stage.api, event, "first"), enter(stage.api, event, "ada")
    bought = order(stage.api, first, 2).json["id"]
    if sold:
        assert stage.api.post(f"/orders/{bought}/confirm").status == 200
    return second


def _when(stage: Stage, send: Send, **fields: Any) -> Answer:
    visitor = one_active(stage)
    change(stage.api, visitor.event, **fields)
    return send(stage, visitor)


def _when_over(stage: Stage, send: Send) -> Answer:
    visitor = one_active(stage)
    stage.later(CENTURY_S)
    return send(stage, visitor)


def _having_left(stage: Stage, send: Send) -> Answer:
    visitor = one_active(stage)
    leave(stage.api, visitor)
    return send(stage, visitor)


def _having_lost_two_holds(stage: Stage, send: Send) -> Answer:
    visitor = enter(stage.api, new_event(stage.api, hold_seconds=5), "ada")
    for _ in range(2):
        hold(stage.api, visitor)
        stage.later(6)
    return send(stage, visitor)


def _having_one_of_one(stage: Stage, send: Send) -> Answer:
    visitor = enter(stage.api, new_event(stage.api, max_tickets_per_user=1), "ada")
    hold(stage.api, visitor)
    return send(stage, visitor)


def _seat_of_another(stage: Stage, send: Send) -> Answer:
    event, seats = new_seated(stage.api)
    hold(stage.api, enter(stage.api, event, "first"), seats[0])
    return send(stage, enter(stage.api, event, "ada"), seats[:1])


def _seat(stage: Stage, send: Send, ordinal: int | None) -> Answer:
    visitor = enter(stage.api, new_seated(stage.api)[0], "ada")
    return send(stage, visitor, None if ordinal is None else [seat_id(code_of(visitor.event), ordinal)])


def _seat_of_a_standing_event(stage: Stage, send: Send) -> Answer:
    visitor = one_active(stage)
    return send(stage, visitor, [seat_id(code_of(visitor.event), 0)])


def _another_seat_with_one_key(stage: Stage, send: Send) -> Answer:
    event, seats = new_seated(stage.api)
    visitor = enter(stage.api, event, "ada")
    assert send(stage, visitor, seats[:1], Idempotency_Key="k").status == 201
    return send(stage, visitor, seats[1:2], Idempotency_Key="k")


BUYING: dict[str, Callable[[Stage, Send], Answer]] = {
    "event_not_found": lambda stage, send: send(stage, Visitor(UNKNOWN, "ada", UNKNOWN)),
    "event_cancelled": lambda stage, send: _when(stage, send, status="cancelled"),
    "event_ended": _when_over,
    "event_not_on_sale": lambda stage, send: _when(stage, send, status="inactive"),
    "session_not_found": lambda stage, send: send(stage, Visitor(new_event(stage.api), "ada", UNKNOWN)),
    "session_not_active": lambda stage, send: send(stage, one_waiting(stage)),
    "session_ended": _having_left,
    "hold_limit_reached": _having_lost_two_holds,
    "seat_required": lambda stage, send: _seat(stage, send, None),
    "event_not_seated": _seat_of_a_standing_event,
    "seat_not_found": lambda stage, send: _seat(stage, send, 99),
    "seat_taken": _seat_of_another,
    "ticket_limit_reached": _having_one_of_one,
    "not_enough_tickets": lambda stage, send: send(stage, all_taken(stage, sold=False)),
    "sold_out": lambda stage, send: send(stage, all_taken(stage, sold=True)),
    "idempotency_key_reused": _another_seat_with_one_key,
}
