"""What must be true of an event whatever has been asked of it, read from Redis and not from the model."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from chalicelib import keys
from chalicelib.ids import EventCode
from chalicelib.store import Command, Store
from tests.stateful import shown
from tests.stateful.model import Event
from tests.support.check import check_event

_STATES = {"w": "waiting", "a": "active", "c": "completed", "e": "expired", "l": "left", "b": "abandoned"}


@dataclass
class Dump:
    """One event as it lies in Redis."""

    event: dict[str, str]
    states: str
    sessions: dict[str, dict[str, str]]
    tickets: dict[str, dict[str, Any]]
    away: set[str]
    passed_over: set[str]

    def number(self, name: str) -> int:
        """Give a field of the event that is a number."""
        return int(self.event[name])

    def at(self, status: str) -> list[dict[str, str]]:
        """Give the sessions of this status in the order of their places."""
        return sorted((s for s in self.sessions.values() if s["status"] == status), key=_place)


def dump(store: Store, code: EventCode) -> Dump:
    """Read one event in one round trip."""
    reads = {"events": "HGETALL", "seatmap": "GET", "sessions": "HGETALL", "tickets": "HGETALL"}
    ranges: list[Command] = [
        ["ZRANGE", keys.event_key("away", code), 0, -1],
        ["XRANGE", keys.event_key("log", code), "-", "+"],
    ]
    commands: list[Command] = [[command, keys.event_key(name, code)] for name, command in reads.items()]
    event, states, sessions, tickets, away, log = store.pipeline([*commands, *ranges])
    return Dump(
        event=event,
        states=states or "",
        sessions={
            i: dict(zip(("id", *keys.SESSION_FIELDS), (i, *r.split(",")), strict=True)) for i, r in sessions.items()
        },
        tickets={i: json.loads(text) for i, text in tickets.items()},
        away=set(away),
        passed_over={entry["who"] for _, entry in log if entry["what"] == "session.passed_over"},
    )


@dataclass
class Watch:
    """Looks at one event after every step, and remembers what it saw."""

    store: Store
    code: EventCode
    admitted: int = 0
    was_passthrough: bool = False
    places_max: int = 0
    places: dict[str, int] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)

    def look(self, model: Event) -> None:
        """Assert the invariants, and that every object is in the state which the model says it is in."""
        check_event(self.store, self.code)
        seen = dump(self.store, self.code)
        self._sums(seen)
        self._queue_is_fair(seen, model.now)
        self._nothing_ends_twice(seen)
        _nobody_waits_in_vain(seen, model.now_us)
        assert {i: _STATES[s["status"]] for i, s in seen.sessions.items()} == {s.id: s.status for s in model.sessions}
        assert {i: t["status"] for i, t in seen.tickets.items()} == {t.id: t.status for t in model.tickets}
        assert seen.states == shown.states(model)
        model.acted_ms = seen.number("last_ms")

    def _sums(self, seen: Dump) -> None:
        stock = seen.number("seat_count" if seen.event["seated"] == "1" else "total_tickets")
        assert stock == sum(seen.number(name) for name in ("available", "held", "sold", "blocked"))
        live = [t["seat"] for t in seen.tickets.values() if "seat" in t and t["status"] in {"reserved", "confirmed"}]
        assert len(live) == len(set(live)), "a seat has two live tickets"

    def _queue_is_fair(self, seen: Dump, now: int) -> None:
        active, waiting = seen.at("a"), seen.at("w")
        # A command that changes the limit may have let people in before.
        places_max = max(self.places_max, seen.number("max_active_sessions"))
        self.places_max = seen.number("max_active_sessions")
        if seen.number("opened_ms") == 0:
            assert not active, "somebody is in before the sale has opened"
            return  # who joins a draw may stand before anybody
        # An organiser may lower the limit below those who are in; from then on nobody may come in.
        came_in = seen.number("admitted_total") > self.admitted
        current = sum(int(s["deadline_ms"]) > now for s in active)
        capped = seen.event["mode"] != "passthrough" and not self.was_passthrough
        assert not came_in or not capped or current <= places_max
        self.was_passthrough = seen.event["mode"] == "passthrough"
        self.admitted = seen.number("admitted_total")
        were_in = [_place(s) for s in seen.sessions.values() if s["activated_ms"] != "0"]
        patient = [s for s in waiting if s["id"] not in seen.passed_over]
        assert not patient or not were_in or max(were_in) < _place(patient[0]), "somebody was passed over"
        positions = {s["user_id"] + s["place"]: n for n, s in enumerate(waiting, 1)}
        for who, position in positions.items():
            assert position <= self.places.get(who, position), "somebody was sent back"
        self.places = positions

    def _nothing_ends_twice(self, seen: Dump) -> None:
        over = {i: s["status"] for i, s in seen.sessions.items() if s["status"] in "celb"}
        over |= {i: t["status"] for i, t in seen.tickets.items() if t["status"] in {"cancelled", "expired"}}
        assert self.ended.items() <= over.items(), "what was over has come back"
        self.ended = over


def _nobody_waits_in_vain(seen: Dump, now_us: int) -> None:
    """Assert that somebody waits only where places, stock, rate or the sale leave no room, as Redis has them."""
    queue = [s for s in seen.at("w") if s["id"] not in seen.away]
    if not queue or seen.event["mode"] == "paused" or not _on_sale(seen, now_us // 1000):
        return
    active = seen.at("a")
    places = seen.number("max_active_sessions") - len(active)
    visitors = -(-seen.number("available") // seen.number("tickets_per_visitor"))
    unspoken = visitors - sum(s["held"] == "0" for s in active)
    if seen.event["mode"] == "passthrough":
        assert unspoken < 1, "somebody waits in vain"
    else:
        assert min(places, unspoken) < 1 or _rate_is_spent(seen, now_us), "somebody waits in vain"


def _on_sale(seen: Dump, now: int) -> bool:
    ends = int(seen.event["sale_ends_ms"] or seen.event["end_ms"])
    return seen.event["status"] == "active" and seen.number("opened_ms") > 0 and now < min(ends, seen.number("end_ms"))


def _rate_is_spent(seen: Dump, now_us: int) -> bool:
    rate = int(seen.event["admissions_per_minute"] or 0)
    return rate > 0 and seen.number("next_admission_us") - now_us > (max(1, rate // 30) - 1) * -(-60_000_000 // rate)


def _place(session: dict[str, str]) -> int:
    return int(session["place"])
