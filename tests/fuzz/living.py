"""Ids of a living sale: a path drawn at random leads nowhere, so half of the cases are about what is there."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from schemathesis import Case, HookContext
from schemathesis.core.parameters import ParameterLocation

from tests.fuzz.passes import BUYER, ORGANISER, Pass
from tests.support.api import Api
from tests.support.sale import event_body, seat_specs

USES = 25
"""After so many cases the sale is a new one: what was deleted, cancelled or sold is gone for good."""
_TIMES = ("start_time", "end_time", "sale_starts_at", "sale_ends_at")
_FUTURE: dict[str, Any] = {"start_time": "2090-12-25T20:00:00Z", "end_time": "2090-12-25T23:00:00Z"}

Ids = dict[str, Any]


@dataclass
class LivingSale:
    """Puts ids of prepared events, sessions, tickets and orders into cases, and dates that lie ahead.

    Which cases is decided by their own content, so that a case that is sent again is the same case.
    """

    played: Pass

    def __post_init__(self) -> None:
        self._ids = self._supply()

    def before_call(self, _context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
        """Change a case before it is sent; schemathesis then judges it as what it has become."""
        drawn = repr((case.operation.label, case.path_parameters, case.body)).encode()
        if zlib.crc32(drawn) % 2 or case.meta is None:
            return
        if isinstance(case.body, dict) and "end_time" in case.body and case.operation.label.startswith("POST"):
            case.body = {name: value for name, value in case.body.items() if name not in _TIMES} | _FUTURE
        if case.meta.phase.name.value == "stateful":
            return  # its ids are of what it has made itself
        ids = next(self._ids)
        if not case.meta.is_negative_at(ParameterLocation.PATH):
            case.path_parameters = _with(ids, case.path_parameters)
        if isinstance(case.body, dict) and not case.meta.is_negative_at(ParameterLocation.BODY):
            case.body = _with(ids, case.body)

    def _supply(self) -> Iterator[Ids]:
        while True:
            kinds = [self._standing(), self._seated(), self._lobby()]
            for _, ids in zip(range(USES), cycle(kinds), strict=False):
                yield ids

    def _standing(self) -> Ids:
        """A person whose turn it is, with a ticket reserved, and another whom the rate lets wait."""
        return self._bought({"admissions_per_minute": 1}, {})

    def _seated(self) -> Ids:
        """A person who has one of ten seats and can be let in with it, and another whose turn it is."""
        fields = {"is_seated_event": True, "total_tickets": 100_000, "max_active_sessions": 1}
        found = self._bought(fields, {"seats": seat_specs(10)})
        sold = self._ask("POST", f"/tickets/{found['ticket_id']}/confirm", None, BUYER)
        return found | {"barcode": sold["ticket"]["barcode"]}

    def _lobby(self) -> Ids:
        """A draw that is still to come."""
        event = self._organise("/events", event_body(sale_starts_at="2090-12-01T00:00:00Z"))["id"]
        return {"event_id": event} | self._join(event, BUYER)

    def _bought(self, fields: dict[str, Any], seats: dict[str, Any]) -> Ids:
        event = self._organise("/events", event_body(**fields))["id"]
        found: Ids = {"event_id": event} | self._join(event, BUYER)
        wish = dict(found)
        if seats:
            self._organise(f"/events/{event}/seats", seats)
            free = self._ask("GET", f"/events/{event}/seats/available", None, BUYER)
            wish["seat_id"] = free[0]["id"]
            found |= {"seat_id": free[1]["id"], "seat_ids": [seat["id"] for seat in free[1:3]]}
        ticket = self._ask("POST", "/tickets/purchase", wish, BUYER)
        self._join(event, "bob")
        return found | {"ticket_id": ticket["id"], "order_id": ticket["order_id"]}

    def _join(self, event: str, user: str) -> Ids:
        joined = self._ask("POST", "/queue/join", {"event_id": event, "user_id": user}, user)
        return {"user_id": user, "session_id": joined["session_id"]}

    def _organise(self, path: str, body: Any) -> Any:
        return self._ask("POST", path, body, ORGANISER)

    def _ask(self, method: str, path: str, body: Any, user: str) -> Any:
        answer = Api().call(method, path, body, self.played.headers(user))
        assert answer.status < 300, answer.text
        return answer.json


def _with(ids: Ids, drawn: dict[str, Any]) -> dict[str, Any]:
    """Give the same with our ids in the place of those that were drawn; what is null stays null."""
    return {
        name: ids[name] if name in ids and type(value) is type(ids[name]) else value for name, value in drawn.items()
    }
