"""The rules for whoever makes and changes events and their seats. See model.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.stateful.model import Event
from tests.stateful.model_objects import LIVE, Refused, Seat, gap_us

MAY_BECOME = {
    "draft": ("active", "cancelled"),
    "active": ("inactive", "cancelled"),
    "inactive": ("active", "cancelled"),
    "cancelled": (),
}
TIMES = {"start_time", "end_time", "sale_starts_at", "sale_ends_at"}

SeatWish = tuple[tuple[str, str, str], int | None]
"""The label of a seat, and its price or None for the event's."""


def check_times(terms: dict[str, Any], now: int, changed: set[str]) -> None:
    """Refuse times that contradict each other, or a new end or start of the sale that is past."""
    start, end = terms["start_time"], terms["end_time"]
    sale_start, sale_end = terms["sale_starts_at"], terms["sale_ends_at"]
    if end <= start:
        raise Refused("end_before_start")
    if "end_time" in changed and end <= now:
        raise Refused("end_in_past")
    if "sale_starts_at" in changed and sale_start is not None and sale_start < now:
        raise Refused("sale_start_in_past")
    if (sale_end is not None and sale_end > end) or (sale_start or 0) >= (sale_end or end):
        raise Refused("sale_window_invalid")


def update(event: Event, wish: dict[str, Any]) -> Event:
    """Change some fields, all or none; a field that is so already is not a change."""
    terms = event.terms | {name: value for name, value in wish.items() if value not in {"sold_out", "ended"}}
    changed = {name for name, value in terms.items() if value != event.terms[name]}
    if not changed:
        return event
    if event.terms["status"] == "cancelled":
        raise Refused("event_cancelled")
    if "status" in changed and terms["status"] not in MAY_BECOME[event.terms["status"]]:
        raise Refused("status_change_not_allowed")
    frozen = {
        "is_seated_event": event.seats or event.sessions,
        "currency": event.tickets,
        "queue_mode": event.sessions,
        "sale_starts_at": event.opened_ms is not None,
    }
    if any(frozen.get(name) for name in changed):
        raise Refused("field_frozen")
    if changed & TIMES:
        check_times(terms, event.now, changed)
    if terms["total_tickets"] < event.count("reserved") + event.count("confirmed"):
        raise Refused("capacity_below_sold")
    if terms["is_seated_event"] and terms["total_tickets"] < len(event.seats):
        raise Refused("capacity_below_seats")
    owed = event.rate_owed
    event.terms, event.updated_ms, event.served_until_ms = terms, event.now, 0
    if "admissions_per_minute" in changed and owed and terms["admissions_per_minute"]:
        event.next_admission_us = event.now_us + int(owed * gap_us(terms["admissions_per_minute"]))
    if "status" in changed and terms["status"] == "cancelled":
        _cancel(event)
    event.open_sale()
    return event


def change_admission(event: Event, wish: dict[str, Any]) -> Event:
    """Change how people are admitted."""
    before = (event.mode, event.message)
    mode, message = wish.get("mode", event.mode), wish.get("message", event.message)
    terms = {name: value for name, value in wish.items() if name not in {"mode", "message"}}
    if event.terms["status"] == "cancelled":
        if (mode, message) != before or any(event.terms[name] != value for name, value in terms.items()):
            raise Refused("event_cancelled")
        return event
    update(event, terms)
    event.mode, event.message = mode, message
    if (mode, message) != before:
        event.updated_ms, event.served_until_ms = event.now, 0
    return event


def _cancel(event: Event) -> None:
    for session in event.sessions:
        session.status = {"active": "expired", "waiting": "left"}.get(session.status, session.status)
    for ticket in event.tickets:
        if ticket.status == "reserved":
            event.end_hold(ticket, "cancelled")


def delete(event: Event) -> Event:
    """Remove an event that has no live ticket."""
    if any(t.status in LIVE for t in event.tickets):
        raise Refused("event_has_tickets")
    event.gone = True
    return event


def add_seats(event: Event, wishes: Sequence[SeatWish]) -> tuple[int, int]:
    """Add seats, all or none; gives how many are new, and how many were there with the same price."""
    if event.terms["status"] == "cancelled":
        raise Refused("event_cancelled")
    if event.now >= event.terms["end_time"]:
        raise Refused("event_ended")
    if not event.terms["is_seated_event"]:
        raise Refused("event_not_seated")
    there = {seat.label: seat.price for seat in event.seats}
    asked = [Seat(label, event.terms["price"] if price is None else price) for label, price in wishes]
    if any(there.get(seat.label, seat.price) != seat.price for seat in asked):
        raise Refused("seat_exists")
    new = [seat for seat in asked if seat.label not in there]
    if len(there) + len(new) > event.terms["total_tickets"]:
        raise Refused("seats_over_capacity")
    event.seats += new
    return len(new), len(asked) - len(new)


def change_seats(event: Event, seats: Sequence[int], *, blocked: bool | None, price: int | None) -> int:
    """Block, unblock or price free seats, all or none; gives how many are otherwise now."""
    if event.terms["status"] == "cancelled":
        raise Refused("event_cancelled")
    if not event.terms["is_seated_event"]:
        raise Refused("event_not_seated")
    for seat in seats:
        if seat >= len(event.seats):
            raise Refused("seat_not_found", seats=[seat])
    taken = [seat for seat in seats if event.holder(seat)]
    if taken:
        raise Refused("seat_taken", seats=taken)
    changed = 0
    for it in map(event.seats.__getitem__, seats):
        before = (it.blocked, it.price)
        it.blocked = it.blocked if blocked is None else blocked
        it.price = it.price if price is None else price
        changed += (it.blocked, it.price) != before
    return changed
