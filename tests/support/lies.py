"""Lies about a sale: what was read of it, and ways to spoil that, so that a test can ask who notices."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

from tests.audit import Told
from tests.audit.dump import Dump, Entry
from tests.support.eventful import Sale


class Lie:
    """What was read of a sale, with ways to spoil it."""

    def __init__(self, sale: Sale, dump: Dump) -> None:
        self.sale, self.dump = sale, deepcopy(dump)
        self.told = list(sale.told)
        self.fresh = self.dump.fields["id"][:-4] + "ffff"  # an id of the event that nobody has

    @property
    def log(self) -> list[Entry]:
        """The entries."""
        return self.dump.log

    def at(self, what: str, user: str = "", nth: int = 0) -> int:
        """Find an entry."""
        who = self.sale.session(user) if user else ""
        return [i for i, e in enumerate(self.log) if e.what == what and e.who.startswith(who)][nth]

    def add(self, what: str, user: str, data: str, where: int | None = None) -> None:
        """Put an entry in, by default at the end."""
        before = len(self.log) if where is None else where
        at_ms = self.log[before - 1].at_ms
        self.log.insert(before, Entry("", at_ms, what, self.sale.session(user), data))

    def happen(self, what: str, name: str) -> None:
        """Let the log say at its end that something happened to a ticket of the sale."""
        user, _, seat = name.partition("-")
        self.add(f"ticket.{what}", user, f"{self.sale.tickets[name]},{seat}")

    def change(self, index: int, **fields: Any) -> None:
        """Make an entry say something else."""
        self.log[index] = replace(self.log[index], **fields)

    def hold(self, user: str, *seats: int) -> None:
        """Let the log say that somebody holds these seats."""
        for seat in seats:
            self.add("ticket.reserved", user, f"{self.fresh[:-1]}{seat},{seat}")

    def numbered(self) -> Dump:
        """Give the dump with its log in order."""
        self.log[:] = [replace(entry, number=f"{n}-0") for n, entry in enumerate(self.log, 1)]
        self.dump.fields["log_seq"] = str(len(self.log))
        return self.dump

    def record(self, user: str, **fields: str) -> None:
        """Change a session in the keys."""
        self.dump.sessions[self.sale.session(user)].update(fields)

    def ticket(self, name: str, **fields: str) -> None:
        """Change a ticket in the keys."""
        self.dump.tickets[self.sale.tickets[name]].update(fields)

    def field(self, name: str, value: object) -> None:
        """Change a field of the event."""
        self.dump.fields[name] = str(value)

    def tell(self, op: str, user: str, status: int, body: Any = None, **rest: Any) -> None:
        """Let a client say one more thing."""
        self.told.append(Told(self.sale.event, op, user, status, body, **rest))

    def told_of(self, op: str, user: str) -> int:
        """Find what a client was told first."""
        return next(i for i, t in enumerate(self.told) if (t.op, t.user) == (op, user))

    def retell(self, op: str, user: str, **fields: Any) -> None:
        """Let a client say otherwise."""
        index = self.told_of(op, user)
        self.told[index] = replace(self.told[index], **fields)
