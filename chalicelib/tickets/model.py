"""The shapes of tickets and orders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from chalicelib import ids
from chalicelib.fields import Answer, Instant, SessionId, ShortText, Strict, UserId, Uuid
from chalicelib.tickets import ticket_code

TICKETS_PER_ORDER = 100

TicketStatus = Literal["reserved", "confirmed", "cancelled", "expired"]
PaymentReference = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]


class Purchase(Strict):
    """One ticket for an admitted person: of a seat, or of a standing event without one."""

    event_id: Uuid
    user_id: UserId | None = None
    session_id: SessionId
    seat_id: Uuid | None = None


class OrderCreate(Strict):
    """Several tickets, all or none: seats of a seated event, or a quantity of a standing one."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["seat_ids"],
                    "properties": {"seat_ids": {"type": "array", "uniqueItems": True}, "quantity": {"type": "null"}},
                },
                {
                    "required": ["quantity"],
                    "properties": {"seat_ids": {"type": "null"}, "quantity": {"type": "integer"}},
                },
            ]
        }
    )

    event_id: Uuid
    user_id: UserId | None = None
    session_id: SessionId
    seat_ids: Annotated[list[Uuid], Field(min_length=1, max_length=TICKETS_PER_ORDER)] | None = None
    quantity: Annotated[int, Field(ge=1, le=TICKETS_PER_ORDER)] | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.seat_ids is None) == (self.quantity is None):
            raise ValueError("must have either seat_ids or quantity")
        if self.seat_ids and len(set(self.seat_ids)) < len(self.seat_ids):
            raise ValueError("seat_ids names a seat twice")
        return self


class Confirm(Strict):
    """What the payment was, if the client wants it kept."""

    payment_reference: PaymentReference | None = None


class CheckIn(Strict):
    """What the QR of the ticket says; any line is understood, and only the right one is good."""

    barcode: ShortText


class Nothing(Strict):
    """A body that says nothing."""


class Ticket(Answer):
    """A ticket as it is now; a reserved one is lost at ``expires_at`` unless it is confirmed.

    ``barcode`` is what a confirmed one shows at the door, null where the service has no key to make it.
    """

    id: Uuid
    event_id: Uuid
    user_id: str
    order_id: Uuid
    seat_id: Uuid | None
    section: str | None
    row: str | None
    number: str | None
    price: int
    currency: str
    status: TicketStatus
    issued_at: Instant
    expires_at: Instant | None
    confirmed_at: Instant | None
    checked_in_at: Instant | None
    barcode: str | None
    payment_reference: str | None
    created_at: Instant
    updated_at: Instant


class Order(Answer):
    """Tickets that were asked for together; its status is that of the ticket that still needs most attention."""

    id: Uuid
    event_id: Uuid
    user_id: str
    status: TicketStatus
    total: int
    currency: str
    expires_at: Instant | None
    created_at: Instant
    tickets: list[Ticket]


class TicketAnswer(Answer):
    """What became of a ticket."""

    message: str
    ticket: Ticket


class OrderAnswer(Answer):
    """What became of an order."""

    message: str
    order: Order


def read_ticket(event_id: str, text: str, ticket_keys: Sequence[str]) -> Ticket:
    """Read a ticket as the scripts store it; the keys make its code."""
    stored = json.loads(text)
    seat = stored.get("seat")
    return Ticket(
        id=stored["id"],
        event_id=event_id,
        user_id=stored["user"],
        order_id=stored["order"],
        seat_id=None if seat is None else ids.seat_id(ids.code_of(event_id), int(seat)),
        section=stored.get("section"),
        row=stored.get("row"),
        number=stored.get("number"),
        price=int(stored["price"]),
        currency=stored["currency"],
        status=stored["status"],
        issued_at=int(stored["issued_ms"]),
        expires_at=int(stored["expires_ms"]) if stored["status"] in {"reserved", "expired"} else None,
        confirmed_at=int(stored["confirmed_ms"]) if "confirmed_ms" in stored else None,
        checked_in_at=int(stored["checked_in_ms"]) if "checked_in_ms" in stored else None,
        barcode=ticket_code.make(ticket_keys, stored["id"]) if stored["status"] == "confirmed" else None,
        payment_reference=stored.get("payment_reference"),
        created_at=int(stored["issued_ms"]),
        updated_at=int(stored["updated_ms"]),
    )


def read_order(event_id: str, order_id: str, record: str, tickets: Sequence[str], ticket_keys: Sequence[str]) -> Order:
    """Read an order and its tickets as the scripts store them."""
    _, created_ms, user_id, *_ = record.split(",")
    read = [read_ticket(event_id, text, ticket_keys) for text in tickets]
    statuses: list[TicketStatus] = ["reserved", "confirmed", "expired", "cancelled"]
    return Order(
        id=order_id,
        event_id=event_id,
        user_id=user_id,
        status=next(status for status in statuses if any(ticket.status == status for ticket in read)),
        total=sum(ticket.price for ticket in read),
        currency=read[0].currency,
        expires_at=min((ticket.expires_at or 0 for ticket in read if ticket.status == "reserved"), default=None),
        created_at=int(created_ms),
        tickets=read,
    )
