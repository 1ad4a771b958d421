"""What stands in the keys of an event at one instant, taken apart; what cannot be read is a difference already."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from chalicelib import ids, keys
from chalicelib.auditor.model import Difference, What
from chalicelib.ids import EventCode
from chalicelib.store import Command

T = TypeVar("T")

_SCORES = ("ZRANGE", 0, -1, "WITHSCORES")
_READS: dict[str, Command] = {
    "events": ["HGETALL"],
    # The names of seats are as many as seats, change nothing of a sale, and are therefore only counted.
    "seats": ["HLEN"],
    "labels": ["HLEN"],
    "seatmap": ["GET"],
    "holders": ["HGETALL"],
    "queue": _SCORES,
    "away": _SCORES,
    "passed": _SCORES,
    "entries": ["HGETALL"],
    "sessions": ["HGETALL"],
    "active": _SCORES,
    "tickets": ["HGETALL"],
    "orders": ["HGETALL"],
    "owners": ["HGETALL"],
    "holds": _SCORES,
    # The log never changes, so it is read afterwards, up to here.
    "log": ["XREVRANGE", "+", "-", "COUNT", 1],
    "draw": ["LRANGE", 0, -1],
    "stats": ["HGETALL"],
}
"""The keys whose sizes bound all others but those of the seats and the log."""

TICKET_STATUSES = frozenset({"reserved", "confirmed", "cancelled", "expired"})
_SESSION_STATUSES = frozenset("wacelb")
_TEXTS = frozenset({"status", "alias", "user_id"})
_ORDER_FIELDS = 5

Ticket = dict[str, str]
Session = dict[str, str]


def reads(code: EventCode) -> list[Command]:
    """Give the commands that read an event, to be run in one instant."""
    return [[words[0], keys.event_key(name, code), *words[1:]] for name, words in _READS.items()]


@dataclass
class Snapshot:
    """An event as it lay in Redis; tickets, sessions and orders that cannot be read are only in ``unreadable``."""

    fields: dict[str, str]
    states: str
    seats: int
    labels: int
    holders: dict[str, str]
    queue: dict[str, int]
    away: dict[str, int]
    passed: dict[str, int]
    active: dict[str, int]
    holds: dict[str, int]
    entries: dict[str, str]
    owners: dict[str, str]
    last_logged: str
    draw: list[str]
    stats: dict[str, str]
    tickets: dict[str, Ticket]
    sessions: dict[str, Session]
    orders: dict[str, list[str]]
    unreadable: list[Difference]
    persons: frozenset[str]
    secrets: frozenset[str]

    def number(self, name: str) -> int:
        """Give a field of the event as a number, 0 when it is none; that is then a difference of its own."""
        text = self.fields.get(name, "")
        return int(text) if _is_number(text) else 0

    @cached_property
    def is_seated(self) -> bool:
        """Tell whether seats are sold by their names."""
        return self.fields.get("seated") == "1"

    @cached_property
    def reserved(self) -> dict[str, Ticket]:
        """Give the tickets that are held."""
        return {i: ticket for i, ticket in self.tickets.items() if ticket["status"] == "reserved"}

    @cached_property
    def live(self) -> dict[str, Ticket]:
        """Give the tickets that are held or sold."""
        return {i: ticket for i, ticket in self.tickets.items() if ticket["status"] in {"reserved", "confirmed"}}

    def with_status(self, status: str) -> dict[str, Session]:
        """Give the sessions whose status begins with this letter."""
        return {i: session for i, session in self.sessions.items() if session["status"] == status}


def take_apart(answers: Sequence[Any]) -> Snapshot:
    """Make a snapshot of the answers to ``reads``."""
    raw = dict(zip(_READS, answers, strict=True))
    unreadable: list[Difference] = []
    return Snapshot(
        fields=raw["events"],
        states=raw["seatmap"] or "",
        seats=raw["seats"],
        labels=raw["labels"],
        holders=raw["holders"],
        queue=_scores(raw["queue"]),
        away=_scores(raw["away"]),
        passed=_scores(raw["passed"]),
        active=_scores(raw["active"]),
        holds=_scores(raw["holds"]),
        entries=raw["entries"],
        owners=raw["owners"],
        last_logged=raw["log"][0][0] if raw["log"] else "0-0",
        draw=raw["draw"],
        stats=raw["stats"],
        tickets=_readable(raw["tickets"], _ticket, "ticket_unreadable", str, unreadable),
        sessions=_readable(raw["sessions"], _session, "session_unreadable", entry_of, unreadable),
        orders=_readable(raw["orders"], _order, "order_unreadable", str, unreadable),
        unreadable=unreadable,
        persons=frozenset(raw["entries"]) | {name.partition(",")[0] for name in raw["owners"]},
        secrets=frozenset(raw["sessions"]) | frozenset(raw["entries"].values()),
    )


def entry_of(session_id: str) -> str:
    """Name a session by the public id of its queue entry: its own id is a secret, wherever it was found."""
    return ids.entry_id(session_id) if ids.is_ours(session_id) else "unreadable"


def number_or_text(text: str | None) -> int | str | None:
    """Give a number as it is to be shown, or what stands in its place."""
    return int(text) if text is not None and _is_number(text) else text


def _readable(
    raw: dict[str, str], parse: Callable[[str], T], what: What, name: Callable[[str], str], unreadable: list[Difference]
) -> dict[str, T]:
    found = {}
    for key, text in raw.items():
        try:
            found[key] = parse(text)
        except (ValueError, TypeError, KeyError):
            unreadable.append(Difference(what=what, where=name(key)))
    return found


def _ticket(text: str) -> Ticket:
    ticket = json.loads(text)
    if ticket["status"] not in TICKET_STATUSES:
        raise ValueError("a status that no ticket has")
    if not all(isinstance(ticket[name], str) for name in ("user", "session", "order")):
        raise TypeError("an id is missing")
    _whole(ticket["expires_ms"], ticket["price"], ticket.get("seat", "0"), ticket.get("checked_in_ms", "0"))
    return dict(ticket)


def _session(text: str) -> Session:
    session = dict(zip(keys.SESSION_FIELDS, text.split(","), strict=True))
    if session["status"] not in _SESSION_STATUSES:
        raise ValueError("a status that no session has")
    _whole(*(value for name, value in session.items() if name not in _TEXTS))
    return session


def _order(text: str) -> list[str]:
    *_, tickets = text.split(",", _ORDER_FIELDS - 1)
    if text.count(",") < _ORDER_FIELDS - 1:
        raise ValueError("a field is missing")
    return [i for i in tickets.split(",") if i]


def _whole(*texts: str) -> None:
    if not all(text.isascii() and text.isdigit() for text in texts):
        raise ValueError("a number is none")


def _is_number(text: str) -> bool:
    return text.isascii() and text.removeprefix("-").isdigit()


def _scores(flat: Sequence[str]) -> dict[str, int]:
    return {name: int(float(score)) for name, score in zip(flat[::2], flat[1::2], strict=True)}
