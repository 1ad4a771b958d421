"""The auditor over HTTP."""

from __future__ import annotations

from chalicelib.events import integrity
from chalicelib.events.integrity_model import Integrity, Repair
from chalicelib.http.route import PREFIX, Reply, Request, Routes

routes = Routes()


@routes.add(
    "GET",
    f"{PREFIX}/events/{{event_id}}/integrity",
    summary="Count everything of an event again, and name what differs",
    answers={200: Integrity},
    refusals=("event_not_found", "event_too_large"),
)
def event_integrity(request: Request) -> Reply:
    return Reply(integrity.integrity(request.house, request.id("event_id")))


@routes.add(
    "POST",
    f"{PREFIX}/events/{{event_id}}/repair",
    summary="Set the counters of an event to what is counted; all else is only named",
    answers={200: Repair},
    refusals=("event_not_found", "event_too_large", "event_busy"),
)
def repair_event(request: Request) -> Reply:
    return Reply(integrity.repair(request.house, request.id("event_id")))
