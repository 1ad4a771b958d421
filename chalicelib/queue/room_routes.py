"""The draw and the figures of a waiting room over HTTP."""

from __future__ import annotations

from chalicelib.http.auth import Access
from chalicelib.http.route import PREFIX, Reply, Request, Routes
from chalicelib.queue import draws, stats
from chalicelib.queue.draw_model import Draw, DrawEntries, DrawQuery

routes = Routes()


@routes.add(
    "GET",
    f"{PREFIX}/events/{{event_id}}/draw",
    access=Access.PUBLIC,
    summary="Read what binds the draw of an event, and after the opening its seed",
    answers={200: Draw},
    refusals=("event_not_found", "draw_not_found", "draw_key_changed"),
)
def get_draw(request: Request) -> Reply:
    return Reply(draws.read(request.house, request.id("event_id")))


@routes.add(
    "GET",
    f"{PREFIX}/events/{{event_id}}/draw/entries",
    access=Access.PUBLIC,
    summary="List the receipts of those who joined the lobby, in the order of their joining",
    query=DrawQuery,
    answers={200: DrawEntries},
    refusals=("event_not_found", "draw_not_found"),
)
def draw_entries(request: Request) -> Reply:
    return Reply(draws.entries(request.house, request.id("event_id"), request.query))


@routes.add(
    "GET",
    f"{PREFIX}/events/{{event_id}}/stats",
    access=Access.ORGANISER,
    summary="Read the figures of the waiting room, now and minute by minute",
    answers={200: stats.Stats},
    refusals=("event_not_found", "not_your_event"),
)
def room_stats(request: Request) -> Reply:
    return Reply(stats.read(request.house, request.id("event_id")))
