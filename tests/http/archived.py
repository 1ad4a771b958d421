"""Every route that would change an event, met by one that is being archived."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.ids import code_of, seat_id
from tests.http.good import Row
from tests.http.stage import CENTURY_S
from tests.support.api import Answer, Api
from tests.support.archiving import close
from tests.support.sale import (
    buy,
    check_in,
    confirmed,
    enter,
    join,
    leave,
    new_seated,
    order,
    read,
    refresh,
    seat_specs,
    settle,
)


class Closed:
    """An event with seats that is being archived: who was in it, and what they had."""

    def __init__(self, api: Api, later: Callable[[], object], **fields: Any) -> None:
        event, seats = new_seated(api, **fields)
        self.ada, self.api = enter(api, event, "ada"), api
        self.order = str(order(api, self.ada, seats[:2]).json["id"])
        self.confirmed = confirmed(api, self.ada, seats[2])
        self.ticket = str(self.confirmed["id"])
        later()
        close(event)

    @property
    def event(self) -> str:
        """The event."""
        return self.ada.event


Request = Callable[[Closed], Answer]


def _repair(closed: Closed) -> Answer:
    # Where all is right a repair only says so.
    read(closed.event, "events", "HINCRBY", "held", 1)
    answer = closed.api.post(f"/events/{closed.event}/repair")
    read(closed.event, "events", "HINCRBY", "held", -1)
    return answer


CHANGING: dict[str, Request] = {
    "update_event": lambda c: c.api.put(f"/events/{c.event}", {"venue": "Arena"}),
    "change_admission": lambda c: c.api.post(f"/events/{c.event}/admission", {"mode": "paused"}),
    "delete_event": lambda c: c.api.delete(f"/events/{c.event}"),
    "erase_person": lambda c: c.api.post(f"/events/{c.event}/erasures", {"user_id": "ada"}),
    "add_seats": lambda c: c.api.post(f"/events/{c.event}/seats", {"seats": seat_specs(1, section="B")}),
    "change_seats": lambda c: c.api.patch(
        f"/events/{c.event}/seats", {"seat_ids": [seat_id(code_of(c.event), 9)], "blocked": True}
    ),
    "repair_event": _repair,
    "join": lambda c: join(c.api, c.event, "bob"),
    "queue_position": lambda c: c.api.get(f"/queue/position/{c.event}/ada"),
    "queue_status": lambda c: c.api.get(f"/queue/status/{c.ada.session}"),
    "process_queue": lambda c: c.api.post(f"/queue/process/{c.event}"),
    "refresh_session": lambda c: refresh(c.api, c.ada),
    "leave_queue": lambda c: leave(c.api, c.ada),
    "purchase": lambda c: buy(c.api, c.ada, seat_id(code_of(c.event), 9)),
    "create_order": lambda c: order(c.api, c.ada, [seat_id(code_of(c.event), 9)]),
    "confirm_order": lambda c: c.api.post(f"/orders/{c.order}/confirm"),
    "cancel_order": lambda c: c.api.post(f"/orders/{c.order}/cancel"),
    "confirm_ticket": lambda c: settle(c.api, "confirm", c.ticket),
    "cancel_ticket": lambda c: settle(c.api, "cancel", c.ticket),
    "check_in": lambda c: check_in(c.api, c.confirmed),
}
"""Also a repeat of what was done before, and a poll, which would be noted."""


def _row(request: Request) -> Row:
    return lambda stage: request(Closed(stage.api, lambda: stage.later(CENTURY_S)))


ARCHIVED: dict[tuple[str, str], Row] = {(name, "event_archived"): _row(request) for name, request in CHANGING.items()}
