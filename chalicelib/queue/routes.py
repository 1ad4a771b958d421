"""The queue over HTTP."""

from __future__ import annotations

import hashlib

from chalicelib.http.auth import Access
from chalicelib.http.route import PREFIX, Reply, Request, Routes, with_etag
from chalicelib.queue import model, service

SERVING_MAX_AGE_S = 1
SERVING_STALE_S = 5
SALE_REFUSALS = ("event_not_found", "event_archived", "event_cancelled", "event_ended", "event_not_on_sale")

routes = Routes()


@routes.add(
    "POST",
    f"{PREFIX}/queue/join",
    access=Access.BUYER,
    summary="Join the queue of an event",
    body=model.Join,
    answers={200: model.Joined, 201: model.Joined},
    refusals=(*SALE_REFUSALS, "queue_closed", "sold_out", "session_id_taken", "draw_key_changed", "identity_mismatch"),
    metric="joins",
)
def join(request: Request) -> Reply:
    entry, made = service.join(request.house, request.body)
    return Reply(entry, 201 if made else 200, happened=made)


@routes.add(
    "GET",
    f"{PREFIX}/queue/position/{{event_id}}/{{user_id}}",
    access=Access.BUYER,
    summary="Tell where a person stands",
    answers={200: model.PositionAnswer},
    refusals=("event_not_found", "event_archived", "not_in_queue"),
)
def queue_position(request: Request) -> Reply:
    return Reply(service.position(request.house, request.id("event_id"), request.name("user_id")))


@routes.add(
    "GET",
    f"{PREFIX}/queue/status/{{session_id}}",
    access=Access.BUYER,
    summary="Tell where a session stands and when to ask again",
    answers={200: model.QueueStatus},
    refusals=("session_not_found", "event_archived", "polling_too_fast"),
)
def queue_status(request: Request) -> Reply:
    return Reply(service.status(request.house, request.name("session_id")))


@routes.add(
    "GET",
    f"{PREFIX}/queue/length/{{event_id}}",
    access=Access.PUBLIC,
    summary="Count who waits now",
    answers={200: model.QueueLength},
    refusals=("event_not_found",),
)
def queue_length(request: Request) -> Reply:
    return Reply(service.length(request.house, request.id("event_id")))


@routes.add(
    "GET",
    f"{PREFIX}/queue/serving/{{event_id}}",
    access=Access.PUBLIC,
    summary="Tell what everybody may know of a room",
    answers={200: model.Serving, 304: None},
    refusals=("event_not_found",),
)
def queue_serving(request: Request) -> Reply:
    serving = service.serving(request.house, request.id("event_id"))
    said = serving.model_dump_json(exclude={"server_time"})
    return with_etag(
        request,
        f'W/"{hashlib.sha256(said.encode()).hexdigest()[:32]}"',
        serving,
        f"public, max-age={SERVING_MAX_AGE_S}, stale-while-revalidate={SERVING_STALE_S}",
    )


@routes.add(
    "POST",
    f"{PREFIX}/queue/process/{{event_id}}",
    access=Access.ORGANISER,
    summary="Admit the next by hand, past the rate, never past the places or the stock",
    body=model.Process,
    body_optional=True,
    answers={200: model.QueueEntry | model.Activated},
    refusals=(*SALE_REFUSALS, "not_your_event", "queue_empty", "no_capacity", "nobody_present"),
    idempotent=True,
)
def process_queue(request: Request) -> Reply:
    count = request.body.count
    activated = service.process(request.house, request.id("event_id"), count or 1, request.idempotency_key)
    return Reply(activated[0] if count is None else model.Activated(activated=activated))


@routes.add(
    "POST",
    f"{PREFIX}/queue/refresh",
    access=Access.BUYER,
    summary="Give an active session its full time again",
    body=model.SessionOnly,
    answers={200: model.SessionAnswer},
    refusals=("session_not_found", "event_archived", "session_ended", "others_waiting"),
)
def refresh_session(request: Request) -> Reply:
    return Reply(service.refresh(request.house, request.body.session_id))


@routes.add(
    "POST",
    f"{PREFIX}/queue/leave",
    access=Access.BUYER,
    summary="Give a place or a turn up; holds live on",
    body=model.SessionOnly,
    answers={200: model.SessionAnswer},
    refusals=("session_not_found", "event_archived"),
)
def leave_queue(request: Request) -> Reply:
    return Reply(service.leave(request.house, request.body.session_id))
