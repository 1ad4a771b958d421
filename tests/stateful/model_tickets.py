"""The rules of tickets and orders: hold, confirm, cancel, check in. See model.py."""

from __future__ import annotations

from collections.abc import Sequence

from tests.stateful.model import Event
from tests.stateful.model_objects import LIVE, LIVING, Order, Refused, Session, Ticket

LOST_HOLDS_MAX = 2
_NOT_SOLD = {"reserved": "ticket_not_confirmed", "cancelled": "ticket_cancelled", "expired": "hold_expired"}

Wanted = tuple[int, ...] | int
"""Seats of a seated event, or a number of standing tickets."""


def purchase(
    event: Event, request: tuple[str, str, Wanted], session: Session | None, key: str | None
) -> tuple[Order, bool, bool]:
    """Hold what a request (route, user, wanted) asks for; gives it, if this made it, if it knew its key.

    A seat that the session holds already is that ticket again. An order has the tickets that were asked for, no more
    and no less: it is another one as soon as one ticket differs. A key remembers what it was given for, if that
    succeeded.
    """
    route, user, wanted = request
    if key and (route, user, key) in event.keys:
        said, order = event.keys[route, user, key]
        if said != wanted:
            raise Refused("idempotency_key_reused")
        return order, False, True
    tickets = _of_session(event, user, session, wanted)
    assert session
    new = tickets.count(None)
    if new:
        _must_be_allowed(event, session, new)
    elif not key and tickets[0] and tickets[0].order.tickets == tickets:
        return tickets[0].order, False, False
    session.show_up()
    order = Order(event, user, event.now)
    seats = [None] * wanted if isinstance(wanted, int) else list(wanted)
    order.tickets = [t or _hold(session, order, seat) for t, seat in zip(tickets, seats, strict=True)]
    if key:
        event.keys[route, user, key] = (wanted, order)
    return order, True, False


def _of_session(event: Event, user: str, session: Session | None, wanted: Wanted) -> list[Ticket | None]:
    """Give for each ticket wanted the one that the session holds already, or None for one that is free to be taken."""
    event.must_be_open()
    if session is None or session.user != user or session.event is not event:
        raise Refused("session_not_found")
    if session.status not in LIVING:
        raise Refused("session_ended")
    if session.status == "waiting":
        raise Refused("session_not_active")
    if isinstance(wanted, int):
        if event.terms["is_seated_event"]:
            raise Refused("seat_required")
        return [None] * wanted
    if not event.terms["is_seated_event"]:
        raise Refused("event_not_seated")
    for seat in wanted:
        if seat >= len(event.seats):
            raise Refused("seat_not_found", seats=[seat])
    holders = [event.holder(seat) for seat in wanted]
    mine = [t if t and t.session is session and t.status == "reserved" else None for t in holders]
    taken = [
        seat
        for seat, holder, own in zip(wanted, holders, mine, strict=True)
        if not own and (holder or event.seats[seat].blocked)
    ]
    if taken:
        raise Refused("seat_taken", seats=taken)
    return mine


def _must_be_allowed(event: Event, session: Session, new: int) -> None:
    if session.lost >= LOST_HOLDS_MAX:
        raise Refused("hold_limit_reached")
    live = sum(t.session.user == session.user and t.status in LIVE for t in event.tickets)
    if live + new > event.terms["max_tickets_per_user"]:
        raise Refused("ticket_limit_reached")
    if event.sold_out:
        raise Refused("sold_out")
    if event.available < new:
        raise Refused("not_enough_tickets", available=event.available)


def _hold(session: Session, order: Order, seat: int | None) -> Ticket:
    event = order.event
    price = event.terms["price"] if seat is None else event.seats[seat].price
    expires_ms = event.now + event.terms["hold_seconds"] * 1000
    ticket = Ticket(session, order, seat, price, event.terms["currency"], event.now, expires_ms, event.now)
    event.tickets.append(ticket)
    session.seen_ms = event.now
    return ticket


def confirm(order: Order, tickets: Sequence[Ticket], payment_reference: str | None) -> Order:
    """Confirm those of an order's tickets that are reserved, all or none."""
    event = order.event
    statuses = {t.status for t in tickets}
    if "expired" in statuses:
        raise Refused("hold_expired")
    if statuses == {"cancelled"}:
        raise Refused("event_cancelled" if event.terms["status"] == "cancelled" else "ticket_cancelled")
    for ticket in tickets:
        if ticket.status == "reserved":
            ticket.confirmed_ms, ticket.payment_reference = event.now, payment_reference
            event.end_hold(ticket, "confirmed")
    return order


def cancel_ticket(ticket: Ticket) -> Order:
    """Cancel a ticket, reserved or confirmed."""
    if ticket.status == "expired":
        raise Refused("hold_expired")
    if ticket.checked_in_ms is not None:
        raise Refused("already_checked_in")
    return _cancel(ticket.order, [ticket] if ticket.status in LIVE else [])


def cancel_order(order: Order) -> Order:
    """Cancel the reserved tickets of an order; confirmed ones are cancelled one by one."""
    statuses = {t.status for t in order.tickets}
    if not statuses & {"reserved", "cancelled"}:
        if any(t.checked_in_ms is not None for t in order.tickets):
            raise Refused("already_checked_in")
        raise Refused("order_confirmed" if "confirmed" in statuses else "hold_expired")
    return _cancel(order, [t for t in order.tickets if t.status == "reserved"])


def check_in(ticket: Ticket, key: str | None) -> Order:
    """Let in who has a confirmed ticket, once; a repeat with the same key finds it done."""
    event = ticket.order.event
    if key and ticket.checked_in_by == key:
        return ticket.order
    if event.terms["status"] == "cancelled":
        raise Refused("event_cancelled")
    if ticket.status != "confirmed":
        raise Refused(_NOT_SOLD[ticket.status])
    if ticket.checked_in_ms is not None:
        raise Refused("already_checked_in")
    ticket.checked_in_ms = ticket.updated_ms = event.now
    ticket.checked_in_by = key
    return ticket.order


def _cancel(order: Order, tickets: Sequence[Ticket]) -> Order:
    event = order.event
    if tickets and event.now >= event.terms["end_time"]:
        raise Refused("event_ended")
    for ticket in tickets:
        if ticket.status == "reserved":
            event.end_hold(ticket, "cancelled")
        else:
            ticket.status, ticket.updated_ms = "cancelled", event.now
    return order
