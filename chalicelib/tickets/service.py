"""The verbs of tickets and orders: purchase, confirm, cancel, check in, read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from chalicelib import ids, keys
from chalicelib.durability import LEVELS
from chalicelib.errors import DomainError
from chalicelib.fields import format_instant
from chalicelib.runtime import Runtime
from chalicelib.scripting import allow, found_only, is_refused, run, run_kept, run_many
from chalicelib.store import Command, Store
from chalicelib.tickets import ticket_code
from chalicelib.tickets.model import Order, OrderCreate, Purchase, Ticket, read_order, read_ticket

Kind = Literal["ticket", "order"]
Action = Literal["confirm", "cancel"]
T = TypeVar("T", Ticket, Order)

EVENTS_PER_PAGE = 100


@dataclass(frozen=True)
class Purchased:
    """An order, whether this request made it, and whether an earlier request with the same key did."""

    order: Order
    made: bool
    replayed: bool


@dataclass(frozen=True)
class Settled(Generic[T]):
    """A ticket or an order, and whether this request changed it."""

    what: T
    changed: bool


def purchase(house: Runtime, wish: Purchase, key: str | None) -> Purchased:
    """Hold one ticket; an order of one. See ``order``."""
    seats = [wish.seat_id] if wish.seat_id else []
    return _purchase(house, wish, "POST /tickets/purchase", seats, 1, key)


def order(house: Runtime, wish: OrderCreate, key: str | None) -> Purchased:
    """Hold several tickets, all or nothing.

    A seat that the session holds already is that ticket again. With an Idempotency-Key a repeat gives the order as it
    is now. Raises DomainError with the words of ``purchase.lua``; ``seat_taken`` lists each seat in conflict.
    """
    seats = wish.seat_ids or []
    return _purchase(house, wish, "POST /orders", seats, wish.quantity or len(seats), key)


def settle_ticket(house: Runtime, action: Action, ticket_id: str, payment_reference: str = "") -> Settled[Ticket]:
    """Confirm or cancel a ticket; a repeat gives the same answer. The organiser of its event may cancel it, too.

    Raises DomainError with the words of ``settle.lua``; ``already_checked_in`` says since when.
    """
    changed, event_id, _, text = _settle(house, action, "ticket", ticket_id, payment_reference)
    return Settled(_ticket(house, event_id, text), bool(changed))


def settle_order(house: Runtime, action: Action, order_id: str, payment_reference: str = "") -> Settled[Order]:
    """Confirm or cancel the reserved tickets of an order, all or nothing; a repeat gives the same answer."""
    changed, event_id, record, *tickets = _settle(house, action, "order", order_id, payment_reference)
    return Settled(read_order(event_id, order_id, record, tickets, house.settings.ticket_keys), bool(changed))


def check_in(house: Runtime, ticket_id: str, code: str, key: str | None) -> Settled[Ticket]:
    """Let in who shows the code of a confirmed ticket, once; a repeat with the same Idempotency-Key is the same answer.

    Raises ``check_in_not_offered`` without TICKET_KEYS and ``ticket_code_invalid`` before Redis is asked; else with the
    words of ``check_in.lua``, of which ``already_checked_in`` says since when.
    """
    if not house.settings.ticket_keys:
        raise DomainError("check_in_not_offered")
    if not ticket_code.is_of(house.settings.ticket_keys, ticket_id, code):
        raise DomainError("ticket_code_invalid")
    event = ids.code_of(ticket_id)
    # Without a key each request is one of its own, and only our own retry of it is a repeat.
    user_id = house.caller.user_id
    request_id = ids.derived_id("check-in", user_id, key, code=event) if key else house.ids.within(event)
    # Not counted: many doors are one organiser, and only who brings a good code has come as far as this.
    what = house.call("check_in", event, "", ticket_id, request_id, counted=False)
    with _saying("ticket"):
        changed, event_id, text = run(house.store, what)
    return Settled(_ticket(house, event_id, text), bool(changed))


def get_ticket(house: Runtime, ticket_id: str) -> Ticket:
    """Read a ticket as it is now: one's own, or as an organiser one of an event of one's own."""
    event_id, _, text = _read(house, "ticket", ticket_id)
    return _ticket(house, event_id, text)


def get_order(house: Runtime, order_id: str) -> Order:
    """Read an order with its tickets as they are now."""
    event_id, record, *tickets = _read(house, "order", order_id)
    return read_order(event_id, order_id, record, tickets, house.settings.ticket_keys)


def tickets_of_user(house: Runtime, user_id: str, after: str | None) -> tuple[list[Ticket], str | None]:
    """List what a person has or had over all events, newest first within a page of 100 events.

    Gives the tickets and the cursor of the next page, or None. Live tickets are all there; of the ended ones each event
    remembers the last hundred. Raises ``identity_mismatch`` when they are another person's, and ``schema_unknown``
    rather than keep silent about those of an event that this build cannot read.
    """
    house.caller.person(user_id)
    allow(house.store, house.caller)
    codes = sorted(house.store.command("SMEMBERS", keys.user_index(user_id)))
    codes = [ids.EventCode(code) for code in codes if after is None or code > after]
    page = codes[:EVENTS_PER_PAGE]
    calls = [house.call("tickets", code, "", "user", user_id, 0, counted=False) for code in page]
    answers = run_many(house.store, calls)
    gone = [code for code, answer in zip(page, answers, strict=True) if is_refused(answer, "event_not_found")]
    if gone:
        _mend_index(house.store, user_id, gone)
    tickets: list[Ticket] = []
    for event_id, _, *texts in found_only(answers):
        tickets += [_ticket(house, event_id, text) for text in texts]
    tickets.sort(key=lambda ticket: (-ticket.issued_at, ticket.id))
    return tickets, page[-1] if len(codes) > len(page) else None


def _mend_index(store: Store, user_id: str, gone: list[ids.EventCode]) -> None:
    """Take events that are gone out of a person's index, in one trip, and put back those that are there after all.

    An event may be made again under the same code, and bought in, since we looked. Who buys writes the index first, but
    has been given a session before that; so where our removal undid that, the event is there when we look again.
    """
    index = keys.user_index(user_id)
    commands: list[Command] = [["SREM", index, *gone], *(["EXISTS", keys.event_key("events", code)] for code in gone)]
    said = [store.command(*words) for words in commands] if store.is_cluster else store.pipeline(commands)
    back = [code for code, is_there in zip(gone, said[1:], strict=True) if is_there != 0]
    if back:
        store.command("SADD", index, *back)


def _purchase(
    house: Runtime, wish: Purchase | OrderCreate, route: str, seat_ids: list[str], quantity: int, key: str | None
) -> Purchased:
    code, user_id = ids.code_of(wish.event_id), house.caller.buyer(wish.user_id)
    house.caller.check_session(wish.session_id)
    ordinals = [ids.seat_ordinal(code, text) for text in seat_ids]
    order_id = ids.derived_id(route, user_id, key, code=code) if key else house.ids.within(code)
    # The session is left out: who rejoins and repeats the request means the same purchase.
    said = json.dumps([route, wish.event_id, user_id, ordinals, quantity])
    what = house.call(
        "purchase",
        code,
        *(wish.event_id, user_id, wish.session_id, 0 if ids.is_ours(wish.session_id) else 1),
        *(order_id, hashlib.sha256(said.encode()).hexdigest() if key else "", quantity),
        *(house.ids.within(code) for _ in range(quantity)),
        *ordinals,
    )
    # Written first, so that "my tickets" may look in vain but never miss one.
    index = ["SADD", keys.user_index(user_id), code]
    try:
        made, replayed, event_id, actual_id, record, *tickets = run(house.store, what, before=index)
    except DomainError as refusal:
        if refusal.code in {"seat_taken", "seat_not_found"} and refusal.data:
            refusal.extra["seat_ids"] = [ids.seat_id(code, int(ordinal)) for ordinal in refusal.data]
        if refusal.code == "not_enough_tickets":
            refusal.extra["available"] = refusal.data[0]
        raise
    bought = read_order(event_id, actual_id, record, tickets, house.settings.ticket_keys)
    return Purchased(bought, bool(made), bool(key and replayed and not made))


def _ticket(house: Runtime, event_id: str, text: str) -> Ticket:
    return read_ticket(event_id, text, house.settings.ticket_keys)


def _read(house: Runtime, kind: Kind, object_id: str) -> list[str]:
    what = house.call("tickets", ids.code_of(object_id), "", kind, object_id, int(house.caller.is_organiser))
    with _saying(kind):
        return run(house.store, what)


def _settle(house: Runtime, action: Action, kind: Kind, object_id: str, payment_reference: str) -> list[Any]:
    level = LEVELS[house.settings.durability if action == "confirm" else "memory"]
    words = "", action, kind, object_id, payment_reference, int(house.caller.is_organiser)
    with _saying(kind):
        return run_kept(house.store, house.call("settle", ids.code_of(object_id), *words), level)


@contextmanager
def _saying(kind: Kind) -> Iterator[None]:
    """Put a refusal of the block into the words of what was asked for."""
    try:
        yield
    except DomainError as refusal:
        if refusal.code == "event_not_found":  # only its code was known of the event
            raise DomainError(f"{kind}_not_found") from None
        if refusal.code == "already_checked_in":
            refusal.extra["checked_in_at"] = format_instant(int(refusal.data[0]))
        raise
