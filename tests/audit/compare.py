"""What the keys of an event say, held against what its log says happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.audit.dump import ERASED, Dump, is_same
from tests.audit.model import NEVER_MS, Model

STATUS = {"w": "waiting", "a": "active", "c": "completed", "e": "expired", "l": "left", "b": "abandoned"}
COUNTED = (
    *("available", "held", "sold", "blocked", "browsing", "revenue"),
    *("admitted_total", "passed_over", "no_shows", "abandoned"),
)

Difference = tuple[str, str]
"""An invariant, and how it does not hold."""


def compare(dump: Dump, model: Model) -> None:
    """Note in the model's findings every difference between the dump and what the log made of the event."""
    for judge in (_fields, _sessions, _tickets, _orders, _liveness, _keys):
        for invariant, what in judge(dump, model):
            model.findings.add(invariant, f"the dump: {what}")


def _fields(dump: Dump, model: Model) -> Iterator[Difference]:
    for name in COUNTED:
        if dump.number(name) != model.count[name]:
            yield "I2", f"{name} is {dump.fields.get(name)}, by the log {model.count[name]}"
    if model.is_seated and dump.seatmap != "".join(model.seats):
        yield "I2", f"the seat map differs from the log at seat {_first_difference(dump.seatmap, model.seats)}"
    if dump.number("sold") > dump.number("total_tickets"):
        yield "I3", f"{dump.number('sold')} are sold of {dump.number('total_tickets')}"
    if dump.number("next_seq") != model.count["next_seq"]:
        yield "I7", f"{dump.number('next_seq')} places were given, by the log {model.count['next_seq']}"
    for name, value in model.terms.items():
        settled_later = name == "queue_mode" and not value
        if dump.fields.get(name) != value and not settled_later:
            yield "log", f"{name} is {dump.fields.get(name)}, by the log {value}"


def _sessions(dump: Dump, model: Model) -> Iterator[Difference]:
    yield from _same_ids("session", dump.sessions, model.sessions)
    for name, session in model.sessions.items():
        record = dump.sessions.get(name)
        if record is None:
            continue
        status = STATUS.get(record["status"], record["status"])
        if status != session.status:
            yield "I14", f"session {name} is {status}, by the log {session.status}"
        yield from _same(
            "I7", f"session {name}", record, {"place": session.place, "activated_ms": session.activated_ms}
        )
        kept = {"held": session.held, "confirmed": session.confirmed, "lost": session.lost}
        yield from _same("I12", f"session {name}", record, kept)
        if session.activated_ms and session.deadline_ms != NEVER_MS:
            yield from _same("I13", f"session {name}", record, {"deadline_ms": session.deadline_ms})


def _tickets(dump: Dump, model: Model) -> Iterator[Difference]:
    yield from _same_ids("ticket", dump.tickets, model.tickets)
    for name, ticket in model.tickets.items():
        found = dump.tickets.get(name)
        if found is None:
            continue
        if found["status"] != ticket.status:
            yield "I9", f"ticket {name} is {found['status']}, by the log {ticket.status}"
        if found["session"] != ticket.session.id or not is_same(found["user"], dump.user_of(ticket.session.id)):
            yield "I10", f"ticket {name} is of {found['user']} and session {found['session']}, by the log of another"
        seat = None if ticket.seat is None else str(ticket.seat)
        if found.get("seat") != seat:
            yield "I1", f"ticket {name} has seat {found.get('seat')}, by the log {seat}"
        is_in = None if ticket.checked_in_ms is None else str(ticket.checked_in_ms)
        if found.get("checked_in_ms") != is_in:
            yield "I21", f"ticket {name} let in at {found.get('checked_in_ms')}, by the log at {is_in}"
        if found["expires_ms"] != str(ticket.expires_ms):
            yield "I9", f"ticket {name} is held until {found['expires_ms']}, by the log {ticket.expires_ms}"


def _orders(dump: Dump, model: Model) -> Iterator[Difference]:
    listed = {name: set(order[4:]) for name, order in dump.orders.items()}
    for name, order in dump.orders.items():
        lost = [ticket for ticket in listed[name] if ticket not in model.tickets]
        if lost:
            yield "I17", f"order {name} has ticket {min(lost)}, of which the log does not know"
        if order[3] not in model.sessions:
            yield "I17", f"order {name} is of session {order[3]}, of which the log does not know"
        elif not is_same(order[2], dump.user_of(order[3])):
            yield "I10", f"order {name} is of {order[2]}, its session of {dump.user_of(order[3])}"
    for name, ticket in dump.tickets.items():
        if name not in listed.get(ticket["order"], ()):
            yield "I17", f"ticket {name} is not in its order {ticket['order']}"


def _liveness(dump: Dump, model: Model) -> Iterator[Difference]:
    """Nobody waits where there is room, unless an alarm is set that the next command will hear."""
    model.entry = replace(model.entry, at_ms=dump.number("last_ms"))  # when somebody looked last
    first = model.first()
    is_held_back = model.terms.get("mode") == "paused" or not model.is_on_sale or first is None
    if is_held_back or not model.has_stock():
        return
    has_place = model.terms.get("mode") == "passthrough" or model.has_place()
    alarm_ms = dump.number("next_due_ms")
    rings = alarm_ms > 0 and (alarm_ms <= dump.number("last_ms") or model.number("admissions_per_minute"))
    if has_place and not rings:
        yield "I16", f"session {first and first.id} waits, there is room, and the alarm is set to {alarm_ms}"


def _keys(dump: Dump, _: Model) -> Iterator[Difference]:
    for name in dump.expiring:
        yield "I18", f"{name} has a TTL"
    if not dump.is_listed:
        yield "I17", "index:events does not name the event"
    buyers = {str(ticket["user"]) for ticket in dump.tickets.values()}
    for user in sorted(buyers - (buyers if dump.indexed is None else dump.indexed)):
        if not user.startswith(ERASED):
            yield "I17", f"index:user:{user} does not name the event"


def _same_ids(kind: str, found: dict[str, Any], logged: dict[str, Any]) -> Iterator[Difference]:
    for name in sorted(found.keys() - logged.keys()):
        yield "I17", f"{kind} {name} is not in the log"
    for name in sorted(logged.keys() - found.keys()):
        yield "I17", f"{kind} {name} is in the log and not there"


def _same(invariant: str, name: str, record: dict[str, str], wanted: dict[str, int]) -> Iterator[Difference]:
    for field, value in wanted.items():
        if record[field] != str(value):
            yield invariant, f"{name} has {field} {record[field]}, by the log {value}"


def _first_difference(found: str, logged: list[str]) -> int:
    same = (a == b for a, b in zip(found, logged, strict=False))
    return next((i for i, is_same in enumerate(same) if not is_same), min(len(found), len(logged)))
