"""The auditor over HTTP."""

from __future__ import annotations

from chalicelib.auditor import service
from chalicelib.auditor.model import Integrity, Repair
from chalicelib.http.auth import Access
from chalicelib.http.route import PREFIX, Reply, Request, Routes

routes = Routes()


@routes.add(
    "GET",
    f"{PREFIX}/events/{{event_id}}/integrity",
    access=Access.ORGANISER,
    summary="Count everything of an event again, and name what differs",
    answers={200: Integrity},
    refusals=("event_not_found", "not_your_event", "event_too_large"),
)
def event_integrity(request: Request) -> Reply:
    return Reply(service.integrity(request.house, request.id("event_id")))


@routes.add(
    "POST",
    f"{PREFIX}/events/{{event_id}}/repair",
    access=Access.ORGANISER,
    summary="Set the counters of an event to what is counted; all else is only named",
    answers={200: Repair},
    refusals=("event_not_found", "event_archived", "not_your_event", "event_too_large", "event_busy"),
)
def repair_event(request: Request) -> Reply:
    return Reply(service.repair(request.house, request.id("event_id")))
