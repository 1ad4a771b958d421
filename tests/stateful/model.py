"""The rules of the house once more, in plain Python: an independent second statement of what the Lua scripts do.

Written from the design, for clarity and not for speed: there are no counters, no indexes and no sweep here. Whatever
can be counted is counted anew each time, so the two only agree where both are right. Instants are ms since 1970.

An event is brought up to the present by ``begin``, which must come before every command. They stand in model_queue.py,
model_tickets.py and model_organiser.py, what an event is made of in model_objects.py. Each raises Refused, having
changed nothing, or does all it says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import Any

from tests.stateful.model_objects import LIVE, Order, Refused, Seat, Session, Ticket, gap_us

STEP_BACK_MS = 2_000
MINUTE_MS = 60_000


@dataclass(eq=False)
class Event:
    """One event with all that belongs to it; ``terms`` are its fields under their names in the API."""

    terms: dict[str, Any]
    created_ms: int
    id: str = ""
    gone: bool = False
    updated_ms: int = 0
    now_us: int = 0
    acted_ms: int = 0
    opened_ms: int | None = None
    paces: list[tuple[int, int, int]] = field(default_factory=lambda: [(0, 0, 0)] * 2)
    minute: int | None = None
    passed_over: int = 0
    mode: str = "open"
    message: str | None = None
    served: dict[str, Any] = field(default_factory=dict)
    served_until_ms: int = 0
    next_admission_us: int = 0
    seats: list[Seat] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    keys: dict[tuple[str, str, str], tuple[Any, Order]] = field(default_factory=dict)
    processed: list[tuple[str | None, list[Session]]] = field(default_factory=list)

    # What there is --------------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        """The present in milliseconds."""
        return self.now_us // 1000

    @property
    def stock(self) -> int:
        """All tickets there are."""
        return len(self.seats) if self.terms["is_seated_event"] else int(self.terms["total_tickets"])

    def count(self, status: str) -> int:
        """Count tickets of this status."""
        return sum(t.status == status for t in self.tickets)

    @property
    def blocked(self) -> int:
        """Seats that the organiser keeps back."""
        return sum(seat.blocked for seat in self.seats)

    @property
    def available(self) -> int:
        """Tickets that can be had now."""
        return self.stock - self.blocked - self.count("reserved") - self.count("confirmed")

    @property
    def sold_out(self) -> bool:
        """Tell whether there is stock, and none of it is available or held."""
        return self.stock > 0 and self.available == 0 and self.count("reserved") == 0

    @property
    def status(self) -> str:
        """The status that people see: ended and sold_out are derived."""
        if self.terms["status"] != "cancelled" and self.now >= self.terms["end_time"]:
            return "ended"
        return "sold_out" if self.terms["status"] == "active" and self.sold_out else str(self.terms["status"])

    def at(self, status: str) -> list[Session]:
        """The sessions of this status, in the order of their places."""
        return sorted((s for s in self.sessions if s.status == status), key=lambda s: s.place)

    def position(self, session: Session) -> int | None:
        """1 is next, 0 is active, None is over, or not known before the sale has opened."""
        if session.status == "active":
            return 0
        if session.status != "waiting" or self.opened_ms is None:
            return None
        return self.at("waiting").index(session) + 1

    def holder(self, seat: int) -> Ticket | None:
        """The live ticket of a seat."""
        return next((t for t in self.tickets if t.seat == seat and t.status in LIVE), None)

    def place_of(self, user: str) -> Session | None:
        """The latest place that a person was given."""
        return next((s for s in reversed(self.sessions) if s.user == user), None)

    # The clock ------------------------------------------------------------------------------------------------------

    def begin(self, server_us: int, *, admit: bool = True) -> None:
        """Bring the event up to now: end what is due, then let in whoever may come in.

        A clock less than two seconds behind the last change is waited for; one that is further back is followed.
        """
        self.look_at_the_clock(server_us)
        if self.gone:
            raise Refused("event_not_found")
        self.open_sale()
        self.end_what_is_due()
        if admit:
            self.admit()

    def look_at_the_clock(self, server_us: int) -> None:
        """Follow the server's clock, and note what had come about when a minute began."""
        behind_ms = self.acted_ms - server_us // 1000
        self.now_us = self.acted_ms * 1000 if 0 < behind_ms < STEP_BACK_MS else server_us
        if behind_ms >= STEP_BACK_MS:
            self.next_admission_us = max(0, self.next_admission_us - behind_ms * 1000)
        if self.opened_ms is not None:
            self.turn_minute()

    def turn_minute(self) -> None:
        """Measure from the beginning of the last minute on."""
        if self.minute != self.now // MINUTE_MS:
            self.minute = self.now // MINUTE_MS
            self.paces = [self.paces[-1], (self.now, self.admitted_total, self.passed_over)]

    def end_what_is_due(self) -> None:
        """End sessions, holds and the places of those who stayed away."""
        # Sessions go first: one that is due ends as expired, even if its last hold is due as well.
        for session in self.at("active"):
            if session.deadline_ms <= self.now:
                session.status = "expired"
        for ticket in self.tickets:
            if ticket.status == "reserved" and ticket.expires_ms <= self.now:
                self.end_hold(ticket, "expired")
        for session in self.sessions:
            if session.status == "waiting" and (session.lost_at_ms or self.now + 1) <= self.now:
                session.status = "abandoned"

    def open_sale(self) -> None:
        """Open the sale when its time has come; it stays open whatever the clock does then."""
        starts = self.terms["sale_starts_at"]
        if self.opened_ms is None and self.terms["status"] == "active" and self.now >= (starts or 0):
            self.opened_ms = starts or self.now
            self.paces, self.minute = [(self.now, 0, 0)] * 2, self.now // MINUTE_MS

    @property
    def measured(self) -> tuple[int, int, int]:
        """The measured time in ms, how many came in within it, and how many were passed over."""
        since_ms, admitted, passed_over = self.paces[0]
        return self.now - since_ms, self.admitted_total - admitted, self.passed_over - passed_over

    @property
    def admitted_total(self) -> int:
        """How many were ever let in."""
        return sum(s.activated_ms > 0 for s in self.sessions)

    def end_hold(self, ticket: Ticket, status: str) -> None:
        """End a hold as confirmed, cancelled or expired; the last one that ends completes a session with a ticket."""
        ticket.status, ticket.updated_ms = status, self.now
        session = ticket.session
        session.confirmed += status == "confirmed"
        session.lost += status == "expired"
        if session.status == "active" and session.confirmed and not session.holds:
            session.status = "completed"

    # Admission ------------------------------------------------------------------------------------------------------

    @property
    def on_sale(self) -> bool:
        """Tell whether tickets can be bought now."""
        ends = min(self.terms["sale_ends_at"] or self.terms["end_time"], self.terms["end_time"])
        return self.terms["status"] == "active" and self.opened_ms is not None and bool(self.now < ends)

    def must_be_open(self, *, early: bool = False) -> None:
        """Refuse while nothing can be bought; ``early`` lets people come before the sale starts."""
        if self.terms["status"] == "cancelled":
            raise Refused("event_cancelled")
        if self.now >= self.terms["end_time"]:
            raise Refused("event_ended")
        in_lobby = self.terms["status"] == "active" and self.opened_ms is None
        if not self.on_sale and not (early and in_lobby):
            raise Refused("event_not_on_sale")

    @property
    def unclaimed(self) -> int:
        """How many visitors the stock that nobody has spoken for is enough for."""
        spoken_for = sum(not s.holds for s in self.at("active"))
        return ceil(int(self.available) / int(self.terms["tickets_per_visitor"])) - spoken_for

    def room(self, *, by_hand: bool = False) -> int:
        """How many may come in by the places and by the stock that nobody has spoken for."""
        if not self.on_sale or (self.mode == "paused" and not by_hand):
            return 0
        if self.mode == "passthrough" and not by_hand:
            return max(0, self.unclaimed)
        places: int = self.terms["max_active_sessions"] - len(self.at("active"))
        return max(0, min(places, self.unclaimed))

    def rate_budget(self) -> int:
        """How many may come in by the rate: one in each gap, whole microseconds, and what has been banked of them."""
        rate: int | None = self.terms["admissions_per_minute"]
        if rate is None or self.mode == "passthrough":
            return len(self.sessions)
        ahead_us = max(0, self.next_admission_us - self.now_us)
        return max(0, max(1, rate // 30) - ceil(ahead_us / gap_us(rate)))

    @property
    def rate_owed(self) -> float:
        """How many gaps must pass before the rate is as if nobody had come in."""
        rate: int | None = self.terms["admissions_per_minute"]
        return max(0, self.next_admission_us - self.now_us) / gap_us(rate) if rate else 0.0

    def admit(self) -> list[Session]:
        """Let in as many as may come in, first come first served."""
        admitted, rate = self.activate(min(self.room(), self.rate_budget())), self.terms["admissions_per_minute"]
        if admitted and rate is not None and self.mode != "passthrough":
            self.next_admission_us = max(self.next_admission_us, self.now_us) + len(admitted) * gap_us(rate)
        return admitted

    def activate(self, n: int) -> list[Session]:
        """Let in the first ``n`` of the queue who are there; those before them who are not are passed over."""
        admitted: list[Session] = []
        for session in self.at("waiting"):
            if len(admitted) == n:
                break
            if session.lost_at_ms:
                continue
            if self.now >= session.poll_due_ms + self.terms["away_seconds"] * 1000:
                session.lost_at_ms = self.now + self.terms["abandon_seconds"] * 1000
                self.passed_over += 1
                continue
            session.status, session.activated_ms, session.is_here = "active", self.now, False
            session.deadline_ms = max(self.now, session.poll_due_ms) + self.terms["claim_seconds"] * 1000
            admitted.append(session)
        return admitted
