"""How the objects of the model look in the answers of the API."""

from __future__ import annotations

from math import ceil
from typing import Any

from chalicelib.fields import format_instant
from chalicelib.ids import code_of, seat_id
from chalicelib.tickets import ticket_code
from tests.stateful.model import Event
from tests.stateful.model_objects import Order, Session, Ticket
from tests.stateful.model_organiser import TIMES
from tests.support.people import TICKET_KEY

MEASURED_MS = 10_000
SERVED_MS = 1_000
POLLS_PER_SECOND = 5_000
_ORDER_STATUSES = ("reserved", "confirmed", "expired", "cancelled")


def event(e: Event) -> dict[str, Any]:
    """An event with its counters."""
    return terms(e.terms) | {
        "id": e.id,
        "status": e.status,
        "mode": e.mode,
        "message": e.message,
        "opened_at": _instant(e.opened_ms),
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
    waiting = None if e.opened_ms is None else len(e.at("waiting"))
    return {"event_id": e.id, "length": waiting, "state": room(e)}


def room(e: Event) -> str:
    """What the room is to those who wait."""
    if e.now >= min(e.terms["end_time"], e.terms["sale_ends_at"] or e.terms["end_time"]) or e.status == "cancelled":
        return "ended"
    if e.opened_ms is None:
        return "lobby"
    if e.sold_out:
        return "sold_out"
    if _may_return(e) and e.unclaimed < 1:
        return "standby"
    return "paused" if e.mode == "paused" or e.terms["status"] != "active" else "waiting"


def serving(e: Event) -> dict[str, Any]:
    """What everybody may know of a room: the same for all within a second, unless the sale opens or ends in it."""
    if not 0 < e.served_until_ms - e.now <= SERVED_MS:
        turns = [e.terms["sale_ends_at"], e.terms["end_time"], None if e.opened_ms else e.terms["sale_starts_at"]]
        e.served_until_ms = min([e.now + SERVED_MS, *(ms for ms in turns if ms and ms > e.now)])
        e.served = {
            "event_id": e.id,
            "state": room(e),
            "mode": e.mode,
            "message": e.message,
            "admitted_total": e.admitted_total,
            "epoch": e.opened_ms or 0,
            "waiting": length(e)["length"],
            "opens_at": _instant(e.terms["sale_starts_at"]),
        }
    return e.served | {"server_time": format_instant(e.now)}


def figures(e: Event) -> dict[str, Any]:
    """What the organiser sees of the room and the sale now."""
    away = sum(s.lost_at_ms is not None for s in e.at("waiting"))
    room = {"waiting": len(e.at("waiting")) - away, "active": len(e.at("active")), "away": away}
    revenue = sum(t.price for t in e.tickets if t.status == "confirmed")
    sale = {"available": e.available, "held": e.count("reserved"), "sold": e.count("confirmed"), "revenue": revenue}
    totals = {"admitted_total": e.admitted_total, "abandoned_total": len(e.at("abandoned"))}
    return {"event_id": e.id, "now": room | sale, "currency": e.terms["currency"]} | totals


def _may_return(e: Event) -> int:
    return e.available + e.count("reserved")


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


def standing(s: Session, *, with_receipt: bool = True) -> dict[str, Any]:
    """What an answer says beside the entry."""
    e, state = s.event, room(s.event) if s.status == "waiting" else s.status
    starts = e.terms["sale_starts_at"]
    return {
        "state": state,
        "mode": e.mode,
        "message": e.message,
        "opens_in_ms": max(0, starts - e.now) if state == "lobby" and starts else None,
        "may_return": _may_return(e) if state == "standby" else None,
    } | ({"receipt": s.receipt} if with_receipt else {})


def status(s: Session) -> dict[str, Any]:
    """What the owner of a session is told beside its entry and the time of the next poll."""
    e, place = s.event, s.event.position(s)
    measured_ms, moved = e.measured[0], sum(e.measured[1:])
    known = place is not None and moved > 0 and measured_ms >= MEASURED_MS
    wait_s = ceil((place or 0) * measured_ms / moved / 1000) if known else None
    return standing(s, with_receipt=False) | {
        "ahead": place - 1 if place else None,
        "admitted_total": e.admitted_total,
        "epoch": e.opened_ms or 0,
        "estimated_wait_seconds": 0 if place == 0 else wait_s,
    }


def polls_ms(s: Session) -> tuple[int, int]:
    """Between which times its owner may be told to ask again, in ms."""
    e, place = s.event, s.event.position(s)
    if s.status == "active":
        return 10_000, 12_500
    line = [other for other in e.at("waiting") if other.lost_at_ms is None]
    least_ms = ceil(len(line) * 1000 / POLLS_PER_SECOND)
    if place is None:
        left_ms = (e.terms["sale_starts_at"] or 0) - e.now
        from_ms = left_ms if left_ms > 0 else 2_000
        return from_ms, from_ms + 2_000 + 2 * least_ms
    rank = sum(other.place < s.place for other in line) + 1
    _, admitted, passed_over = e.measured
    here_before = rank * admitted / (admitted + passed_over) if admitted else rank
    after_ms = max(least_ms, min(10_000, 2_000 + int(20 * here_before)))
    return after_ms, after_ms * 5 // 4


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
        "checked_in_at": _instant(t.checked_in_ms),
        "barcode": ticket_code.make((TICKET_KEY,), t.id) if t.status == "confirmed" else None,
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
