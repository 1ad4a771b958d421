"""The stock counted again: counters, seats, tickets, and all that refers to a ticket."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from chalicelib.auditor.model import Difference, What
from chalicelib.auditor.snapshot import Snapshot, entry_of, number_or_text

COUNTERS: dict[str, What] = {
    "available": "available_counter",
    "held": "held_counter",
    "sold": "sold_counter",
    "blocked": "blocked_counter",
    "browsing": "browsing_counter",
    "seat_count": "seat_counter",
    "revenue": "revenue_counter",
}
"""The counters that can be mended: each says how much there is of something now, and that can be counted."""


def counted(event: Snapshot) -> dict[str, int]:
    """Give what each counter should be.

    Tickets say what is held and sold, the map of the seats what is blocked and how many there are; what is left of the
    stock is available. So the sums hold whatever else is wrong. The revenue is left out while it is behind the log.
    """
    held, blocked, seats = len(event.reserved), event.states.count("b"), len(event.states)
    sold = len(event.live) - held
    holding = {ticket["session"] for ticket in event.reserved.values()}
    stock = seats if event.is_seated else event.number("total_tickets")
    return {
        "available": stock - held - sold - blocked,
        "held": held,
        "sold": sold,
        "blocked": blocked,
        "browsing": len(event.with_status("a").keys() - holding),
        "seat_count": seats,
    } | _revenue(event)


def _revenue(event: Snapshot) -> dict[str, int]:
    if event.number("revenue_seq") != event.number("log_seq"):
        return {}
    return {"revenue": sum(int(ticket["price"]) for ticket in event.live.values() if ticket["status"] == "confirmed")}


def counters(event: Snapshot) -> Iterator[Difference]:
    """Give the counters that are not what they should be.

    More sold than there is cannot be mended by a counter, nor a layout of which nobody knows how many seats it has; and
    while something cannot be read nobody knows what it holds.
    """
    has_layout = event.seats == event.labels == len(event.states)
    for name, number in counted(event).items():
        if event.fields.get(name) != str(number):
            yield Difference(
                what=COUNTERS[name],
                where=name,
                stored=number_or_text(event.fields.get(name)),
                counted=number,
                repairable=number >= 0 and not event.unreadable and (has_layout or name != "seat_count"),
            )


def stock(event: Snapshot) -> Iterator[Difference]:
    """Give all that differs in the stock but for the counters."""
    yield from _layout(event)
    yield from _seats(event)
    yield from _holds(event)
    yield from _owners(event)
    yield from _orders(event)


def _layout(event: Snapshot) -> Iterator[Difference]:
    seats = len(event.states)
    for name, size in (("seats", event.seats), ("labels", event.labels)):
        if size != seats:
            yield Difference(what="layout_size", where=name, stored=size, counted=seats)
    total = event.number("total_tickets")
    if seats > total:
        yield Difference(what="seats_over_capacity", where="total_tickets", stored=total, counted=seats)


def _seats(event: Snapshot) -> Iterator[Difference]:
    tickets: dict[str, list[str]] = defaultdict(list)
    for i, ticket in event.live.items():
        if ("seat" in ticket) != event.is_seated:
            yield Difference(what="ticket_without_seat", where=i, stored=ticket.get("seat"))
        elif event.is_seated:
            tickets[ticket["seat"]].append(i)
    taken = {str(ordinal) for ordinal, state in enumerate(event.states) if state not in "ab"}
    for ordinal in sorted(taken | tickets.keys() | event.holders.keys(), key=lambda text: (len(text), text)):
        yield from _seat(event, ordinal, tickets.get(ordinal, []))


def _seat(event: Snapshot, ordinal: str, tickets: list[str]) -> Iterator[Difference]:
    # One word a seat: what is worst about it.
    state = event.states[int(ordinal) :][:1] if ordinal.isascii() and ordinal.isdigit() else ""
    holder = event.holders.get(ordinal)
    if len(tickets) > 1:
        yield Difference(what="seat_sold_twice", where=ordinal, stored=holder, counted=len(tickets))
    elif tickets and holder != tickets[0]:
        yield Difference(what="ticket_without_holder", where=tickets[0], stored=holder, counted=ordinal)
    elif holder and not tickets:
        yield Difference(what="holder_without_ticket", where=ordinal, stored=holder)
    elif not tickets and state in "hs":
        yield Difference(what="seat_without_holder", where=ordinal, stored=state, counted="a")
    else:
        wanted = "a" if not tickets else "h" if tickets[0] in event.reserved else "s"
        if state != wanted:
            yield Difference(what="seat_state", where=ordinal, stored=state or None, counted=wanted)


def _holds(event: Snapshot) -> Iterator[Difference]:
    for i, ticket in event.reserved.items():
        if i not in event.holds:
            yield Difference(what="ticket_without_hold", where=i)
        elif event.holds[i] != int(ticket["expires_ms"]):
            deadline = int(ticket["expires_ms"])
            yield Difference(what="hold_deadline", where=i, stored=event.holds[i], counted=deadline)
    for i in event.holds.keys() - event.reserved.keys():
        yield Difference(what="hold_without_ticket", where=i)
    for i, ticket in event.tickets.items():
        if ticket["session"] not in event.sessions:
            yield Difference(what="ticket_without_session", where=i, stored=entry_of(ticket["session"]))


def _owners(event: Snapshot) -> Iterator[Difference]:
    """Hold what people own against their tickets: live ones in one list, ended ones, as far as kept, in the other."""
    owned: Counter[tuple[str, str]] = Counter()
    for field, listed in event.owners.items():
        user, is_past, _ = field.partition(",past")
        for i in filter(None, listed.split(",")):
            ticket = event.tickets.get(i)
            owned[field, i] += 1
            is_right = ticket and ticket["user"] == user and (i in event.live) != bool(is_past)
            if not is_right or owned[field, i] > 1:
                kept = "past" if is_past else "live"
                yield Difference(what="owner_without_ticket", where=i, stored=kept)
    for i, ticket in event.live.items():
        if (ticket["user"], i) not in owned:
            yield Difference(what="ticket_without_owner", where=i)


def _orders(event: Snapshot) -> Iterator[Difference]:
    for name, tickets in event.orders.items():
        for i in tickets:
            if i not in event.tickets:
                yield Difference(what="order_without_ticket", where=name, stored=i)
    for i, ticket in event.tickets.items():
        if i not in event.orders.get(ticket["order"], []):
            yield Difference(what="ticket_without_order", where=i, counted=ticket["order"])
