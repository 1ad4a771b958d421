"""The tickets of an event over HTTP, for its organiser."""

from __future__ import annotations

from chalicelib.http.auth import Access
from chalicelib.http.route import PREFIX, Reply, Request, Routes
from chalicelib.tickets import listing

routes = Routes()


@routes.add(
    "GET",
    f"{PREFIX}/events/{{event_id}}/tickets",
    access=Access.ORGANISER,
    summary="List the tickets of an event, or find those of a person, a seat or an order",
    query=listing.EventTicketsQuery,
    answers={200: listing.EventTickets},
    refusals=("event_not_found", "not_your_event", "seat_not_found"),
)
def event_tickets(request: Request) -> Reply:
    return Reply(listing.read(request.house, request.id("event_id"), request.query))
