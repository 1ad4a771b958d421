"""Tickets and orders over HTTP."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from pydantic import StringConstraints

from chalicelib.fields import Query
from chalicelib.http.auth import Access
from chalicelib.http.route import PREFIX, Reply, Request, Routes
from chalicelib.tickets import service
from chalicelib.tickets.model import (
    CheckIn,
    Confirm,
    Nothing,
    Order,
    OrderAnswer,
    OrderCreate,
    Purchase,
    Ticket,
    TicketAnswer,
)

PURCHASE_REFUSALS = (
    *("event_not_found", "event_archived", "event_cancelled", "event_ended", "event_not_on_sale"),
    *("session_not_found", "session_not_active", "session_ended", "hold_limit_reached"),
    *("seat_required", "event_not_seated"),
    *("seat_not_found", "seat_taken", "ticket_limit_reached", "not_enough_tickets", "sold_out"),
    *("idempotency_key_reused", "identity_mismatch"),
)
CONFIRM_REFUSALS = ("hold_expired", "ticket_cancelled", "event_cancelled", "event_archived", "not_durable")
CANCEL_REFUSALS = ("hold_expired", "event_ended", "already_checked_in", "event_archived")

routes = Routes()


class TicketsQuery(Query):
    """Which page of a person's tickets."""

    cursor: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")] | None = None


@routes.add(
    "POST",
    f"{PREFIX}/tickets/purchase",
    access=Access.BUYER,
    summary="Hold one ticket",
    body=Purchase,
    answers={200: Ticket, 201: Ticket},
    refusals=PURCHASE_REFUSALS,
    idempotent=True,
    metric="purchases",
)
def purchase(request: Request) -> Reply:
    done = service.purchase(request.house, request.body, request.idempotency_key)
    ticket = done.order.tickets[0]
    return Reply(ticket, 201 if done.made else 200, _headers(f"{PREFIX}/tickets/{ticket.id}", done), done.made)


@routes.add(
    "POST",
    f"{PREFIX}/orders",
    access=Access.BUYER,
    summary="Hold several tickets, all or nothing",
    body=OrderCreate,
    answers={200: Order, 201: Order},
    refusals=PURCHASE_REFUSALS,
    idempotent=True,
    metric="purchases",
)
def create_order(request: Request) -> Reply:
    done = service.order(request.house, request.body, request.idempotency_key)
    return Reply(done.order, 201 if done.made else 200, _headers(f"{PREFIX}/orders/{done.order.id}", done), done.made)


@routes.add(
    "GET",
    f"{PREFIX}/orders/{{order_id}}",
    access=Access.BUYER,
    summary="Read an order with its tickets",
    answers={200: Order},
    refusals=("order_not_found",),
)
def get_order(request: Request) -> Reply:
    return Reply(service.get_order(request.house, request.id("order_id")))


@routes.add(
    "POST",
    f"{PREFIX}/orders/{{order_id}}/confirm",
    access=Access.BUYER,
    summary="Confirm the reserved tickets of an order, all or nothing",
    body=Confirm,
    body_optional=True,
    answers={200: OrderAnswer},
    refusals=("order_not_found", *CONFIRM_REFUSALS),
    metric="confirms",
)
def confirm_order(request: Request) -> Reply:
    done = service.settle_order(request.house, "confirm", request.id("order_id"), request.body.payment_reference or "")
    return Reply(OrderAnswer(message="Order confirmed successfully", order=done.what), happened=done.changed)


@routes.add(
    "POST",
    f"{PREFIX}/orders/{{order_id}}/cancel",
    access=Access.BUYER,
    summary="Cancel the reserved tickets of an order, all or nothing",
    body=Nothing,
    body_optional=True,
    answers={200: OrderAnswer},
    refusals=("order_not_found", "order_confirmed", *CANCEL_REFUSALS),
)
def cancel_order(request: Request) -> Reply:
    done = service.settle_order(request.house, "cancel", request.id("order_id"))
    return Reply(OrderAnswer(message="Order cancelled successfully", order=done.what), happened=done.changed)


@routes.add(
    "POST",
    f"{PREFIX}/tickets/{{ticket_id}}/confirm",
    access=Access.BUYER,
    summary="Confirm a reserved ticket",
    body=Confirm,
    body_optional=True,
    answers={200: TicketAnswer},
    refusals=("ticket_not_found", *CONFIRM_REFUSALS),
    metric="confirms",
)
def confirm_ticket(request: Request) -> Reply:
    done = service.settle_ticket(
        request.house, "confirm", request.id("ticket_id"), request.body.payment_reference or ""
    )
    return Reply(TicketAnswer(message="Ticket confirmed successfully", ticket=done.what), happened=done.changed)


@routes.add(
    "POST",
    f"{PREFIX}/tickets/{{ticket_id}}/cancel",
    access=Access.BUYER,
    summary="Cancel a ticket; its seat is free at once",
    body=Nothing,
    body_optional=True,
    answers={200: TicketAnswer},
    refusals=("ticket_not_found", *CANCEL_REFUSALS),
)
def cancel_ticket(request: Request) -> Reply:
    done = service.settle_ticket(request.house, "cancel", request.id("ticket_id"))
    return Reply(TicketAnswer(message="Ticket cancelled successfully", ticket=done.what), happened=done.changed)


@routes.add(
    "POST",
    f"{PREFIX}/tickets/{{ticket_id}}/check-in",
    access=Access.ORGANISER,
    summary="Let in who shows the code of a confirmed ticket, once",
    body=CheckIn,
    answers={200: TicketAnswer},
    refusals=(
        *("check_in_not_offered", "ticket_code_invalid", "ticket_not_found", "not_your_event", "already_checked_in"),
        *("ticket_not_confirmed", "ticket_cancelled", "hold_expired", "event_cancelled", "event_archived"),
    ),
    idempotent=True,
    metric="check_ins",
)
def check_in(request: Request) -> Reply:
    done = service.check_in(request.house, request.id("ticket_id"), request.body.barcode, request.idempotency_key)
    return Reply(TicketAnswer(message="Checked in", ticket=done.what), happened=done.changed)


@routes.add(
    "GET",
    f"{PREFIX}/tickets/{{ticket_id}}",
    access=Access.BUYER,
    summary="Read a ticket",
    answers={200: Ticket},
    refusals=("ticket_not_found",),
)
def get_ticket(request: Request) -> Reply:
    return Reply(service.get_ticket(request.house, request.id("ticket_id")))


@routes.add(
    "GET",
    f"{PREFIX}/tickets/user/{{user_id}}",
    access=Access.BUYER,
    summary="List a person's tickets over all events",
    query=TicketsQuery,
    answers={200: list[Ticket]},
    refusals=("identity_mismatch",),
)
def tickets_of_user(request: Request) -> Reply:
    user_id = request.name("user_id")
    tickets, cursor = service.tickets_of_user(request.house, user_id, request.query.cursor)
    path = f"{PREFIX}/tickets/user/{quote(user_id, safe='')}"
    return Reply(list(tickets), headers={"Link": f'<{path}?cursor={cursor}>; rel="next"'} if cursor else {})


def _headers(location: str, done: service.Purchased) -> dict[str, str]:
    return {"Location": location} | ({"Idempotent-Replayed": "true"} if done.replayed else {})
