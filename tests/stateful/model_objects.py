"""The things of the model: sessions, tickets, orders, seats, and the word of a refusal. See model.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.stateful.model import Event

LIVING = ("waiting", "active")
LIVE = ("reserved", "confirmed")


class Refused(Exception):
    """The word with which the house says no, and what it adds to it."""

    def __init__(self, code: str, **added: Any) -> None:
        super().__init__(code)
        self.code = code
        self.added = added


@dataclass(eq=False)
class Session:
    """A person's place in the queue, and what became of it."""

    event: Event
    user: str
    place: int
    entered_ms: int
    seen_ms: int
    alias: str | None
    receipt: str | None = None
    id: str = ""
    status: str = "waiting"
    activated_ms: int = 0
    deadline_ms: int = 0
    poll_due_ms: int = 0
    polls: int = 1
    quiet_until_ms: int = 0
    lost_at_ms: int | None = None  # its place, while it is passed over
    is_here: bool = True  # knows that it was admitted
    confirmed: int = 0
    lost: int = 0

    @property
    def holds(self) -> list[Ticket]:
        """The live holds made in it."""
        return [t for t in self.event.tickets if t.session is self and t.status == "reserved"]

    def show_up(self) -> None:
        """Let the owner learn that it was admitted: the full time runs from now."""
        if self.status == "active" and not self.is_here:
            self.is_here, self.polls, self.seen_ms = True, 1, self.event.now
            self.deadline_ms = self.event.now + self.event.terms["session_seconds"] * 1000


@dataclass(eq=False)
class Ticket:
    """A hold, and what became of it."""

    session: Session
    order: Order
    seat: int | None
    price: int
    currency: str
    issued_ms: int
    expires_ms: int
    updated_ms: int
    id: str = ""
    status: str = "reserved"
    confirmed_ms: int | None = None
    checked_in_ms: int | None = None
    checked_in_by: str | None = None
    payment_reference: str | None = None


@dataclass(eq=False)
class Order:
    """Tickets that were asked for together, some of them perhaps held before."""

    event: Event
    user: str
    created_ms: int
    tickets: list[Ticket] = field(default_factory=list)
    id: str = ""


@dataclass(eq=False)
class Seat:
    """A seat; whether it is held or sold stands in the tickets."""

    label: tuple[str, str, str]
    price: int
    blocked: bool = False


def gap_us(rate: int) -> int:
    """Give the time from one admission to the next at this rate a minute."""
    return ceil(60_000_000 / rate)
