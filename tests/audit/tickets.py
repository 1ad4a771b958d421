"""What may happen to a ticket and its seat: I1 to I4, I9, I10, I12, I13, I21."""

from __future__ import annotations

from tests.audit.model import Model, Session, Ticket
from tests.stateful.model_tickets import LOST_HOLDS_MAX

SEATS = {"a": "available", "h": "held", "s": "sold", "b": "blocked"}


def reserved(model: Model) -> None:
    """A turn takes a ticket, for hold_seconds."""
    entry = model.entry
    name, seat = _said(model)
    session = model.sessions.get(entry.who)
    model.demand(session is not None, "I17", "a hold of a session that nothing was said of")
    model.demand(name not in model.tickets, "I4", f"ticket {name} is made a second time")
    model.demand((seat is not None) == model.is_seated, "I1", "a seat in a standing event, or none in a seated one")
    session = session or Session(entry.who, model.dump.user_of(entry.who), 0)
    _may_hold(model, session)
    _move(model, seat, "a", "h")
    model.demand(model.count["available"] >= 0, "I3", "more is held and sold than there is")
    ticket = Ticket(name, session, seat, entry.at_ms + model.term("hold_ms"))
    model.tickets[name] = model.holds[name] = ticket
    model.live[session.user] += 1
    session.held += 1
    if session.held == 1:
        model.count["browsing"] -= 1


def confirmed(model: Model) -> None:
    """A hold becomes a ticket, before its deadline."""
    ticket = _ticket(model, "reserved")
    if ticket:
        model.demand(not model.is_cancelled, "I14", "is confirmed, and the event is cancelled")
        _before_deadline(model, ticket)
        _move(model, ticket.seat, "h", "s")
        ticket.status, ticket.was_confirmed = "confirmed", True
        model.earn(ticket, 1)
        ticket.session.confirmed += 1
        _close_hold(model, ticket)


def cancelled(model: Model) -> None:
    """A hold or a ticket is given back."""
    ticket = _ticket(model, "reserved", "confirmed")
    if not ticket:
        return
    was_held = ticket.status == "reserved"
    if was_held:
        _before_deadline(model, ticket)
    else:
        model.demand(model.entry.at_ms < model.term("end_ms"), "I14", "is cancelled after the end of the event")
        model.demand(ticket.checked_in_ms is None, "I21", f"ticket {ticket.id} is given back by who was let in with it")
        model.earn(ticket, -1)
    _give_back(model, ticket, "cancelled", was_held=was_held)


def expired(model: Model) -> None:
    """A hold has reached its deadline."""
    ticket = _ticket(model, "reserved")
    if ticket:
        model.demand(ticket.expires_ms <= model.entry.at_ms, "I9", f"expires before {ticket.expires_ms}")
        ticket.session.lost += 1
        _give_back(model, ticket, "expired", was_held=True)


def checked_in(model: Model) -> None:
    """Somebody is let in with a ticket that was sold."""
    ticket = _ticket(model, "confirmed")
    if ticket:
        model.demand(ticket.checked_in_ms is None, "I21", f"ticket {ticket.id} lets in a second time")
        model.demand(not model.is_cancelled, "I14", "somebody is let in, and the event is cancelled")
        ticket.checked_in_ms = model.entry.at_ms


def _may_hold(model: Model, session: Session) -> None:
    is_in_turn = session.status == "active" and session.is_here and model.entry.at_ms < session.deadline_ms
    model.demand(is_in_turn, "I13", f"a hold outside a turn: the session is {session.status}")
    model.demand(model.is_on_sale, "I13", "a hold while nothing is on sale")
    limit, live = model.term("max_tickets_per_user"), model.live[session.user]
    model.demand(live < limit, "I12", f"its owner has {live} of {limit} tickets already")
    model.demand(session.lost < LOST_HOLDS_MAX, "I12", f"a hold of a session that has let {session.lost} expire")


def _said(model: Model) -> tuple[str, int | None]:
    name, _, seat = model.entry.data.partition(",")
    return name, int(seat) if seat else None


def _ticket(model: Model, *statuses: str) -> Ticket | None:
    name, seat = _said(model)
    ticket = model.tickets.get(name)
    model.demand(ticket is not None, "I17", f"happens to ticket {name}, which nothing was said of")
    if ticket is None:
        return None
    # Twice the same end is one hold that ends twice; an end after an end is a ticket that came back.
    model.demand(ticket.status in statuses, "I9", f"ticket {name} was {ticket.status} already")
    model.demand(ticket.seat == seat, "I1", f"ticket {name} has seat {ticket.seat}, not {seat}")
    model.demand(ticket.session.id == model.entry.who, "I10", f"ticket {name} is of session {ticket.session.id}")
    return ticket if ticket.status in statuses else None


def _before_deadline(model: Model, ticket: Ticket) -> None:
    model.demand(model.entry.at_ms < ticket.expires_ms, "I9", f"ticket {ticket.id} was due at {ticket.expires_ms}")


def _give_back(model: Model, ticket: Ticket, status: str, *, was_held: bool) -> None:
    _move(model, ticket.seat, "h" if was_held else "s", "a")
    ticket.status = status
    model.live[ticket.session.user] -= 1
    if was_held:
        _close_hold(model, ticket)


def _close_hold(model: Model, ticket: Ticket) -> None:
    session = ticket.session
    model.holds.pop(ticket.id, None)
    session.held -= 1
    if session.status == "active" and session.held == 0 and not session.confirmed:
        model.count["browsing"] += 1


def _move(model: Model, seat: int | None, was: str, becomes: str) -> None:
    model.count[SEATS[was]] -= 1
    model.count[SEATS[becomes]] += 1
    if seat is None:
        return
    if seat >= len(model.seats):
        model.demand(False, "I17", f"seat {seat} is not there")
        return
    found = SEATS.get(model.seats[seat], "gone")
    model.demand(model.seats[seat] == was, "I1", f"seat {seat} becomes {SEATS[becomes]}, and it was {found}")
    model.seats[seat] = becomes
