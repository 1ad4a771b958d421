"""An event as its log tells it: what the audit replays the log into. Written from the design, not from the scripts.

It is an automaton of effects and no second service: an entry says what happened, and the model knows whether that could
happen then. So it counts as it goes, where tests/stateful/model.py counts anew at every look: logs are long.
Instants are ms since 1970.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from math import ceil

from tests.audit.dump import Dump, Entry

NEVER_MS = 10**15
NOTHING_YET = Entry("", 0, "", "", "")


@dataclass(slots=True)
class Session:
    """A person's place, then their turn."""

    id: str
    user: str
    place: int
    status: str = "waiting"
    activated_ms: int = 0
    deadline_ms: int = 0
    is_here: bool = True  # knows that it was admitted
    lost_at_ms: int | None = None  # its place, while it is passed over
    held: int = 0
    confirmed: int = 0
    lost: int = 0


@dataclass(slots=True)
class Ticket:
    """A hold, and what became of it."""

    id: str
    session: Session
    seat: int | None
    expires_ms: int
    status: str = "reserved"
    was_confirmed: bool = False
    checked_in_ms: int | None = None


@dataclass
class Findings:
    """The first difference of each invariant, and how many more there are."""

    first: dict[str, str] = field(default_factory=dict)
    count: Counter[str] = field(default_factory=Counter)

    def add(self, invariant: str, what: str) -> None:
        """Note that an invariant does not hold."""
        self.first.setdefault(invariant, what)
        self.count[invariant] += 1


@dataclass
class Model:
    """What an event is after those entries that were replayed."""

    dump: Dump
    findings: Findings
    entry: Entry = NOTHING_YET
    terms: dict[str, str] = field(default_factory=dict)
    seats: list[str] = field(default_factory=list)
    count: Counter[str] = field(default_factory=Counter)  # available, held, sold, blocked, and what else is counted
    sessions: dict[str, Session] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    holds: dict[str, Ticket] = field(default_factory=dict)  # those that are reserved
    living: dict[str, Session] = field(default_factory=dict)  # by person
    live: Counter[str] = field(default_factory=Counter)  # tickets, by person
    active: dict[str, Session] = field(default_factory=dict)
    claimed: frozenset[str] = frozenset()  # sessions whose owners will have shown up
    has_stepped_back: bool = False
    others: Counter[str] = field(default_factory=Counter)  # entries that no rule is known of
    _present: dict[str, Session] = field(default_factory=dict)
    _line: list[tuple[int, str]] = field(default_factory=list)

    def demand(self, holds: bool, invariant: str, what: str) -> None:
        """Note a difference unless it holds."""
        if not holds:
            entry = self.entry
            self.findings.add(invariant, f"entry {entry.number} ({entry.what} of {entry.who}): {what}")

    # Terms ----------------------------------------------------------------------------------------------------------

    def number(self, name: str) -> int | None:
        """Give a term of the event at this entry that is a number, None where it is not set."""
        value = self.terms.get(name) or ""
        return int(value) if value.isdigit() else None

    def term(self, name: str) -> int:
        """Give a term of the event at this entry that is always set."""
        return self.number(name) or 0

    @property
    def is_seated(self) -> bool:
        """Tell whether every ticket has its seat."""
        return self.terms.get("seated") == "1"

    @property
    def is_cancelled(self) -> bool:
        """Tell whether the event was cancelled."""
        return self.terms.get("status") == "cancelled"

    @property
    def is_draw(self) -> bool:
        """Tell whether those in the lobby draw; the first join has settled it."""
        return self.dump.fields.get("queue_mode") == "draw"

    @property
    def is_open(self) -> bool:
        """Tell whether the sale has begun: for good, even if a clock is set back behind that."""
        opened_ms = self.dump.number("opened_ms")
        return opened_ms > 0 and (self.entry.at_ms >= opened_ms or self.has_stepped_back)

    @property
    def is_on_sale(self) -> bool:
        """Tell whether tickets can be bought at this entry."""
        ends_ms = min(self.term("end_ms"), self.number("sale_ends_ms") or NEVER_MS)
        return self.terms.get("status") == "active" and self.is_open and self.entry.at_ms < ends_ms

    # The line -------------------------------------------------------------------------------------------------------

    def wait(self, session: Session) -> None:
        """Put a session into the line of those who wait and are not passed over."""
        self._present[session.id] = session
        heapq.heappush(self._line, (session.place, session.id))

    def step_out(self, session: Session) -> bool:
        """Take a session out of that line; tells whether it stood there."""
        return self._present.pop(session.id, None) is not None

    def first(self) -> Session | None:
        """Give who is next."""
        while self._line:
            place, who = self._line[0]
            session = self._present.get(who)
            if session and session.place == place:
                return session
            heapq.heappop(self._line)
        return None

    # Money ----------------------------------------------------------------------------------------------------------

    def earn(self, ticket: Ticket, sign: int) -> None:
        """Count what a ticket cost in the revenue, or out of it: as far as the event says that it has counted."""
        found = self.dump.tickets.get(ticket.id, {})
        if int(self.entry.number.partition("-")[0]) <= self.dump.number("revenue_seq"):
            self.count["revenue"] += sign * int(found.get("price", 0))

    # Room -----------------------------------------------------------------------------------------------------------

    def inside(self) -> int:
        """Count whose turn is not over at this entry; what is due and not swept yet is no turn any more."""
        return sum(session.deadline_ms > self.entry.at_ms for session in self.active.values())

    def has_place(self) -> bool:
        """Tell whether one more may be inside."""
        cap = self.term("max_active_sessions")
        return len(self.active) < cap or self.inside() < cap

    def has_stock(self) -> bool:
        """Tell whether there is stock that none of those inside has spoken for."""
        per_visitor = self.term("tickets_per_visitor") or 1
        if ceil(self.count["available"] / per_visitor) > self.count["browsing"]:
            return True
        now_ms = self.entry.at_ms
        due = Counter(hold.session.id for hold in self.holds.values() if hold.expires_ms <= now_ms)
        spoken = sum(s.deadline_ms > now_ms and s.held == due[s.id] for s in self.active.values())
        return ceil((self.count["available"] + due.total()) / per_visitor) > spoken
