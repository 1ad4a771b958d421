"""People who come while a deployment is going on: each waits as told, buys, pays or does not, and goes."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.audit import Told
from tests.rolling.fleet import Fleet
from tests.support.api import Answer, Api
from tests.support.patient import Patient
from tests.support.sale import Visitor, buy, order, refresh

PLANS = (*("buys",) * 9, *("orders",) * 6, "leaves", "gives up", "vanishes")
ENDS = ("confirm", "confirm", "confirm", "cancel", "forget")
_TOLD = {
    "queue/join": "join", "queue/status": "position", "tickets/purchase": "purchase", "orders": "order",
    "tickets/confirm": "confirm", "orders/confirm": "confirm", "tickets/cancel": "cancel", "orders/cancel": "cancel",
}  # fmt: skip


@dataclass(frozen=True)
class Hall:
    """An event, and its seats if it has any."""

    event: str
    seats: list[str]


@dataclass
class Share:
    """What the people of one process were told, and what came of it."""

    told: list[Told] = field(default_factory=list)
    handed_over: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Which release held a ticket, and which one settled it."""
    kept: dict[str, Person] = field(default_factory=dict)
    """Whose each ticket is that was confirmed, and not cancelled since."""
    forgotten: dict[str, Person] = field(default_factory=dict)
    """Whose each ticket is that was held and neither confirmed nor cancelled; its time may be over."""


class Person(Api):
    """Somebody with an errand in one event, and the door through which all their requests go."""

    def __init__(self, fleet: Fleet, share: Share, hall: Hall, user: str) -> None:
        self.hall, self.user = hall, user
        self._fleet, self._share = fleet, share
        self._random = random.Random(user)

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Ask, and note what the answer was."""
        answer = self._fleet.call(method, path, body, headers)
        words = path.strip("/").split("/")
        op = _TOLD.get("/".join(word for word in words if word.isalpha()))
        if op:
            asked = words[1] if op in {"confirm", "cancel"} else (body or {}).get("seat_id")
            key = (headers or {}).get("Idempotency_Key")
            self._share.told.append(Told(self.hall.event, op, self.user, answer.status, answer.json, asked, key))
        return answer

    def live(self) -> Iterator[None]:
        """Do one thing after the other, with a pause between any two."""
        plan, client = self._random.choice(PLANS), self._client()
        while not client.over and not client.screen().may_buy:
            client.tick()
            if plan == "gives up" and client.answers > 1:
                client.leave()
            yield
        if client.over or plan == "vanishes":
            return
        me = Visitor(self.hall.event, self.user, client.session or "")
        if plan == "orders":
            yield from self._order(me)
        elif plan != "leaves":
            yield from self._buy(me)
        client.leave()

    def settle(self, action: str, ticket: str, held_by: str = "") -> None:
        """Confirm or cancel a ticket, and remember what that made of it."""
        answer = self.post(f"/tickets/{ticket}/{action}")
        self._settled(action, [ticket] if answer.status == 200 else [], held_by)

    def _client(self) -> Patient:
        return Patient(self, self._fleet, self.hall.event, self.user, lambda: time.monotonic_ns() // 1_000_000)

    def _buy(self, me: Visitor) -> Iterator[None]:
        popular, any_seat = self.hall.seats[:30], self.hall.seats
        for seats in (popular, any_seat):
            seat = self._random.choice(seats) if seats else None
            bought = buy(self, me, seat)
            held_by = self._fleet.last
            yield
            if bought.status in {200, 201}:
                break
        else:
            return
        refresh(self, me)
        yield
        ticket, end = bought.json["id"], self._random.choice(ENDS)
        if end == "forget":
            self._share.forgotten[ticket] = self
            return
        for _ in range(self._random.choice((1, 1, 2))):  # some press the button twice
            self.settle(end, ticket, held_by)
            yield

    def _order(self, me: Visitor) -> Iterator[None]:
        count = self._random.randint(2, 3)
        wanted = self._random.sample(self.hall.seats, count) if self.hall.seats else count
        order(self, me, wanted, Idempotency_Key="the-order")  # the answer got lost, as far as they know
        held_by = self._fleet.last
        yield
        made = order(self, me, wanted, Idempotency_Key="the-order")
        yield
        if made.status not in {200, 201}:
            return
        end = self._random.choice(("confirm", "cancel"))
        answer = self.post(f"/orders/{made.json['id']}/{end}")
        self._settled(end, [t["id"] for t in made.json["tickets"]] if answer.status == 200 else [], held_by)
        yield

    def _settled(self, action: str, tickets: list[str], held_by: str) -> None:
        for ticket in tickets:
            if held_by:
                self._share.handed_over[held_by, self._fleet.last] += 1
            if action == "confirm":
                self._share.kept[ticket] = self
            else:
                self._share.kept.pop(ticket, None)
