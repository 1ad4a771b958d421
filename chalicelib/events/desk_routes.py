"""An organiser's own events over HTTP."""

from __future__ import annotations

from chalicelib.events import service
from chalicelib.events.model import EventPage, PageQuery
from chalicelib.http.auth import Access
from chalicelib.http.route import PREFIX, Reply, Request, Routes

routes = Routes()


@routes.add(
    "GET",
    f"{PREFIX}/events/mine",
    access=Access.ORGANISER,
    summary="List the events of the organiser who asks, drafts too, soonest to end first",
    query=PageQuery,
    answers={200: EventPage},
)
def my_events(request: Request) -> Reply:
    return Reply(service.my_events(request.house, request.query))
