"""A short sale in which nearly everything happens that a log can tell of, and what its visitors were answered."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.ids import code_of
from chalicelib.runtime import runtime
from tests.audit import Told
from tests.audit.dump import Dump, read_dump
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.room import operate, poll
from tests.support.sale import (
    MINUTE_MS,
    Visitor,
    buy,
    change,
    check_in,
    freeze,
    join,
    leave,
    new_seated,
    order,
    refresh,
    said,
    settle,
)


@dataclass
class Sale:
    """Eight seats, two turns at a time, a minute to pay: who is in it, and what they were told."""

    api: Api
    event: str
    seats: list[str]
    told: list[Told] = field(default_factory=list)
    visitors: dict[str, Visitor] = field(default_factory=dict)
    tickets: dict[str, str] = field(default_factory=dict)

    def dump(self) -> Dump:
        """Give what lies in Redis."""
        found = read_dump(runtime().store, code_of(self.event))
        assert found
        return found

    def session(self, user: str) -> str:
        """Give the session of a visitor."""
        return self.visitors[user].session

    def come(self, *users: str) -> None:
        """Let people join, and note what they were told."""
        for user in users:
            joined = self._say("join", user, join(self.api, self.event, user))
            self.visitors[user] = Visitor(self.event, user, joined.json["session_id"])

    def ask(self, *users: str) -> None:
        """Let people ask where they stand."""
        for user in users:
            self.told.append(Told(self.event, "position", user, 200, poll(self.api, self.visitors[user])))

    def hold(self, user: str, seat: int) -> Answer:
        """Try to hold a seat; its ticket goes by the name of who holds it, and the seat."""
        wanted = self.seats[seat]
        answer = self._say("purchase", user, buy(self.api, self.visitors[user], wanted), wanted)
        if answer.status == 201:
            self.tickets[f"{user}-{seat}"] = answer.json["id"]
        return answer

    def settle(self, action: str, name: str) -> Answer:
        """Confirm or cancel a ticket of this name."""
        ticket = self.tickets[name]
        return self._say(action, name.partition("-")[0], settle(self.api, action, ticket), ticket)

    def check_in(self, name: str) -> Answer:
        """Show the code of a ticket of this name at the door."""
        ticket = self.api.get(f"/tickets/{self.tickets[name]}").json
        return self._say("check_in", name.partition("-")[0], check_in(self.api, ticket), ticket["id"])

    def order(self, user: str, seats: list[int]) -> None:
        """Hold several seats."""
        wanted = [self.seats[seat] for seat in seats]
        made = self._say("order", user, order(self.api, self.visitors[user], wanted, Idempotency_Key="k"), key="k")
        for seat, ticket in zip(seats, made.json["tickets"], strict=True):
            self.tickets[f"{user}-{seat}"] = ticket["id"]

    def _say(self, op: str, user: str, answer: Answer, asked: str | None = None, key: str | None = None) -> Answer:
        self.told.append(Told(self.event, op, user, answer.status, answer.json, asked, key))
        return answer


def eventful_sale(api: Api, clock: Clock) -> Sale:
    """Play the sale: ada and carl buy, bob's turn ends, dora never comes, eve is forgotten, fred is in, hal waits."""
    freeze(clock)
    event, seats = new_seated(api, 8, max_active_sessions=2, hold_seconds=60, max_tickets_per_user=3)
    sale = Sale(api, event, seats)
    assert (
        api.patch(f"/events/{event}/seats", {"seat_ids": seats[5:], "blocked": True, "reason": "pillar"}).status == 200
    )
    assert api.patch(f"/events/{event}/seats", {"seat_ids": seats[5:6], "blocked": False, "price": 100}).status == 200
    sale.come("ada", "bob", "carl", "dora", "eve", "fred")
    sale.hold("ada", 0), sale.hold("ada", 1), sale.hold("bob", 2)
    assert sale.hold("fred", 2).code == "session_not_active"
    assert sale.settle("cancel", "ada-1").status == 200
    clock.advance(ms=MINUTE_MS)
    assert said(sale.settle("confirm", "bob-2")) == (410, "hold_expired")
    sale.ask("dora", "eve", "fred")
    clock.advance(ms=MINUTE_MS)
    sale.hold("ada", 1)
    sale.settle("confirm", "ada-1")  # completes ada: carl, who was silent, is passed over, dora is let in and knows not
    sale.ask("carl")
    clock.advance(ms=MINUTE_MS)
    sale.ask("carl", "fred")
    clock.advance(ms=MINUTE_MS)
    sale.ask("carl", "fred")  # dora never came: carl is inside, and shows up
    sale.order("carl", [3, 4])
    sale.settle("confirm", "carl-3")
    clock.advance(ms=MINUTE_MS)
    sale.ask("fred")  # carl's other hold is over, which completes carl; eve is passed over
    sale.come("gina", "hal")
    leave(api, sale.visitors["gina"])
    clock.advance(ms=5 * MINUTE_MS)
    assert operate(api, event, max_active_sessions=1, message="one at a time,max_active_sessions=9").status == 200
    change(api, event, name="Another name", hold_seconds=120)
    clock.advance(ms=5 * MINUTE_MS)
    assert sale.hold("fred", 5).status == 201
    assert refresh(api, sale.visitors["fred"]).status == 200
    assert sale.check_in("ada-1").status == 200
    assert said(sale.check_in("ada-1")) == said(sale.settle("cancel", "ada-1")) == (409, "already_checked_in")
    return sale
