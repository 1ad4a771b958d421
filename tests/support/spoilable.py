"""Events that a test can spoil by direct writes, as no command would: a sale in full swing, and a drawn queue."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from chalicelib.ids import code_of, entry_id, seat_id
from chalicelib.keys import SESSION_FIELDS, event_keys
from chalicelib.queue.draw import chained
from chalicelib.runtime import runtime
from tests.support.api import Api
from tests.support.sale import MINUTE_MS, SECOND_MS, Visitor, enter, hold, leave, new_event, new_seated, read, settle

CANARY = "canary-"
"""What all names of people begin with: it must stand in no answer."""


class Scene:
    """An event, and the means to write what no command would."""

    def __init__(self, event: str) -> None:
        self.event = event

    def do(self, command: str, name: str, *rest: str | int) -> Any:
        """Run a command on a key of the event."""
        return read(self.event, name, command, *rest)

    def field(self, name: str, value: str | int) -> str:
        """Set a field of the event, and give its name."""
        self.do("HSET", "events", name, value)
        return name

    def count(self, name: str, by: int = 1) -> str:
        """Count a field of the event up, and give its name."""
        self.do("HINCRBY", "events", name, by)
        return name

    def record(self, session: str, **fields: int | str) -> str:
        """Change fields of a session, and give the public id of its queue entry."""
        known = dict(zip(SESSION_FIELDS, self.do("HGET", "sessions", session).split(","), strict=True))
        self.do("HSET", "sessions", session, ",".join(str(v) for v in (known | fields).values()))
        return entry_id(session)

    def move(self, name: str, session: str, score: int) -> str:
        """Put a session into a sorted set, and give the public id of its queue entry."""
        self.do("ZADD", name, score, session)
        return entry_id(session)

    def ticket(self, ticket: str, **fields: str | None) -> str:
        """Change fields of a ticket, None taking one away, and give its id."""
        known = json.loads(self.do("HGET", "tickets", ticket)) | fields
        self.do("HSET", "tickets", ticket, json.dumps({n: v for n, v in known.items() if v is not None}))
        return ticket

    def log(self, **fields: str) -> str:
        """Add an entry to the log as if a command had that keeps the revenue, and give its id."""
        self.count("revenue_seq")
        number = self.do("HINCRBY", "events", "log_seq", 1)
        self.do("XADD", "log", f"{number}-0", *(word for pair in fields.items() for word in pair))
        return f"{number}-0"

    def forget(self) -> None:
        """Remove the event with all that is spoilt in it."""
        runtime().store.command("UNLINK", *event_keys(code_of(self.event)))


class Sale(Scene):
    """Twelve seats: one held, one sold, one blocked; people inside, waiting, away, done and gone."""

    def __init__(self, api: Api, later_ms: Callable[[int], object]) -> None:
        event, self.seats = new_seated(api, 12, max_active_sessions=2, hold_seconds=60)
        super().__init__(event)
        self.dora, bob = self.come(api, "dora"), self.come(api, "bob")
        self.expired = hold(api, self.dora, self.seats[3])
        self.fred, _ = self.come(api, "fred"), self.come(api, "gina")
        later_ms(200 * SECOND_MS)  # dora's hold is over, fred and gina have been silent for too long
        self.sold = hold(api, bob, self.seats[1])
        settle(api, "confirm", self.sold)  # ends his turn, and they are passed over
        self.bob, self.ada = bob, self.come(api, "ada")
        self.held = hold(api, self.ada, self.seats[0])
        self.hugo, self.carl, self.ivan = (self.come(api, name) for name in ("hugo", "carl", "ivan"))
        self.cancelled = hold(api, self.dora, self.seats[2])
        settle(api, "cancel", self.cancelled)
        api.patch(f"/events/{event}/seats", {"seat_ids": [seat_id(code_of(event), 4)], "blocked": True})
        leave(api, self.ivan)

    def come(self, api: Api, name: str) -> Visitor:
        """Let somebody join whose name must stand in no answer."""
        return enter(api, self.event, CANARY + name)

    def order_of(self, ticket: str) -> tuple[str, str]:
        """Give the id and the record of a ticket's order."""
        name = json.loads(self.do("HGET", "tickets", ticket))["order"]
        return name, self.do("HGET", "orders", name)

    def sell_again(self) -> str:
        """Sell a seat that is sold already, with everything that belongs to a sale, and give its ordinal."""
        other = runtime().ids.within(code_of(self.event))
        self.do("HSET", "tickets", other, self.do("HGET", "tickets", self.sold).replace(self.sold, other))
        name, record = self.order_of(self.sold)
        self.do("HSET", "orders", name, f"{record},{other}")
        self.do("HSET", "owners", self.bob.user, f"{self.sold},{other}")
        self.record(self.bob.session, confirmed=2)
        for status in ("reserved", "confirmed"):
            self.log(at="1", what=f"ticket.{status}", who=self.bob.session, data=f"{other},1")
        self.count("sold")
        self.count("revenue", 5000)
        self.count("available", -1)
        return "1"

    def lose_its_seat(self) -> str:
        """Take the seat from a ticket, and the ticket from the seat."""
        self.do("HDEL", "holders", 0)
        self.do("SETRANGE", "seatmap", 0, "a")
        return self.ticket(self.held, seat=None)

    def order(self, ticket: str, record: str) -> str:
        """Write the record of a ticket's order, and give that order's id; ``{}`` is the record that it had."""
        name, known = self.order_of(ticket)
        self.do("HSET", "orders", name, record.format(known))
        return name

    def stand_in_for_hugo(self) -> str:
        """Give Carl's place to Hugo, who has one."""
        self.do("HDEL", "entries", self.carl.user)
        return self.record(self.carl.session, user_id=self.hugo.user)

    def enter_nobody(self) -> str:
        """Enter somebody under a session that nobody has."""
        session = runtime().ids.within(code_of(self.event))
        self.do("HSET", "entries", CANARY + "nobody", session)
        return entry_id(session)

    def close_again(self) -> str:
        """Say that the sale has never begun."""
        self.field("status", "inactive")  # or the next look would open it
        return self.field("opened_ms", 0)

    def score(self, name: str, member: str) -> int:
        """Give a score of a sorted set."""
        return int(self.do("ZSCORE", name, member))


class Draw(Scene):
    """A lobby that was drawn and has opened; one is late."""

    def __init__(self, api: Api, later_ms: Callable[[int], object], starts_at: str) -> None:
        super().__init__(new_event(api, sale_starts_at=starts_at, max_active_sessions=1))
        for name in "abc":
            enter(api, self.event, CANARY + name)
        later_ms(MINUTE_MS)
        api.get(f"/events/{self.event}")
        self.late = enter(api, self.event, CANARY + "late").session
        self.lines: list[str] = self.do("LRANGE", "draw", 0, -1)

    def join_the_drawn(self) -> str:
        """Put the late one before those who were drawn."""
        self.do("ZADD", "queue", 9, self.late)
        return self.record(self.late, place=9)

    def draw_twice(self) -> str:
        """Give the second who joined the receipt of the first, with the digest over that."""
        receipts = [line.partition(",")[0] for line in self.lines]
        self.do("LSET", "draw", 1, self.lines[1].replace(receipts[1], receipts[0]))
        digest = self.do("HGET", "events", "commitment")
        for receipt in (receipts[0], receipts[0], receipts[2]):
            digest = chained(digest, receipt)
        self.field("draw_digest", digest)
        return "2"

    def redraw(self) -> str:
        """Publish another place than that of the first who joined."""
        receipt, _, place = self.lines[0].partition(",")
        self.do("LSET", "draw", 0, f"{receipt},{int(place) ^ 1}")
        return "1"
