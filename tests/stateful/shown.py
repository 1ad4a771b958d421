"""How the objects of the model look in the answers of the API."""

from __future__ import annotations

from typing import Any

from chalicelib.fields import format_instant
from chalicelib.ids import code_of, seat_id
from tests.stateful.model import Event, Order, Session, Ticket
from tests.stateful.model_organiser import TIMES

_ORDER_STATUSES = ("reserved", "confirmed", "expired", "cancelled")


def event(e: Event) -> dict[str, Any]:
    """An event with its counters."""
    return terms(e.terms) | {
        "id": e.id,
        "status": e.status,
        "available_tickets": e.available,
        "held_tickets": e.count("reserved"),
        "sold_tickets": e.count("confirmed"),
        "blocked_tickets": e.blocked,
        "seat_count": len(e.seats),
        "created_at": format_instant(e.created_ms),
        "updated_at": format_instant(e.updated_ms),
    }


def terms(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields of an event as they are sent and answered."""
    return {name: _instant(value) if name in TIMES else value for name, value in fields.items()}


def length(e: Event) -> dict[str, Any]:
    """How many wait."""
    return {"event_id": e.id, "length": len(e.at("waiting"))}


def seat_states(e: Event) -> dict[str, Any]:
    """The states of the seats."""
    return {"event_id": e.id, "states": states(e)}


def states(e: Event) -> str:
    """One character a seat."""
    return "".join(_state(e, seat) for seat in range(len(e.seats)))


def available(e: Event) -> list[dict[str, Any]]:
    """The seats that can be had now."""
    return [
        {
            "id": seat_id(code_of(e.id), n),
            "event_id": e.id,
            **dict(zip(("section", "row", "number"), seat.label, strict=True)),
            "price": seat.price,
            "status": "available",
        }
        for n, seat in enumerate(e.seats)
        if _state(e, n) == "a"
    ]


def entry(s: Session, alias: str | None = None) -> dict[str, Any]:
    """A place in the queue, as its owner sees it who calls it by this session id."""
    return public_entry(s) | {"session_id": alias or s.id}


def public_entry(s: Session) -> dict[str, Any]:
    """A place in the queue, as everybody sees it."""
    return {
        "event_id": s.event.id,
        "user_id": s.user,
        "position": s.event.position(s),
        "status": s.status,
        "entered_at": format_instant(s.entered_ms),
        "activated_at": _instant(s.activated_ms or None),
        "expires_at": format_instant(s.deadline_ms) if s.status in {"active", "expired"} else None,
        "created_at": format_instant(s.entered_ms),
        "updated_at": format_instant(max(s.entered_ms, s.activated_ms, s.seen_ms)),
    }


def ticket(t: Ticket) -> dict[str, Any]:
    """A ticket."""
    of = t.order.event
    section, row, number = of.seats[t.seat].label if t.seat is not None else (None, None, None)
    return {
        "id": t.id,
        "event_id": of.id,
        "user_id": t.session.user,
        "order_id": t.order.id,
        "seat_id": None if t.seat is None else seat_id(code_of(of.id), t.seat),
        "section": section,
        "row": row,
        "number": number,
        "price": t.price,
        "currency": t.currency,
        "status": t.status,
        "issued_at": format_instant(t.issued_ms),
        "expires_at": format_instant(t.expires_ms) if t.status in {"reserved", "expired"} else None,
        "confirmed_at": _instant(t.confirmed_ms),
        "payment_reference": t.payment_reference,
        "created_at": format_instant(t.issued_ms),
        "updated_at": format_instant(t.updated_ms),
    }


def order(o: Order) -> dict[str, Any]:
    """An order with its tickets; its status is that of the ticket which needs most attention."""
    return {
        "id": o.id,
        "event_id": o.event.id,
        "user_id": o.user,
        "status": min((t.status for t in o.tickets), key=_ORDER_STATUSES.index),
        "total": sum(t.price for t in o.tickets),
        "currency": o.tickets[0].currency,
        "expires_at": _instant(min((t.expires_ms for t in o.tickets if t.status == "reserved"), default=None)),
        "created_at": format_instant(o.created_ms),
        "tickets": [ticket(t) for t in o.tickets],
    }


def tickets_of(e: Event, user: str) -> list[dict[str, Any]]:
    """What a person has or had, newest first."""
    mine = [t for t in e.tickets if t.session.user == user]
    return [ticket(t) for t in sorted(mine, key=lambda t: (-t.issued_ms, t.id))]


def _state(e: Event, seat: int) -> str:
    holder = e.holder(seat)
    if holder:
        return "h" if holder.status == "reserved" else "s"
    return "b" if e.seats[seat].blocked else "a"


def _instant(ms: int | None) -> str | None:
    return None if ms is None else format_instant(ms)
