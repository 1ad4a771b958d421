"""Events and seats over HTTP."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from chalicelib.events import erasure, seats, service
from chalicelib.events.model import (
    AdmissionChange,
    Erased,
    Erasure,
    Event,
    EventCreate,
    EventCreated,
    EventPage,
    EventUpdate,
    PageQuery,
)
from chalicelib.events.seat_model import (
    Seat,
    SeatMap,
    SeatMapQuery,
    SeatsAdd,
    SeatsAdded,
    SeatsChange,
    SeatsChanged,
    SeatsQuery,
    SeatStates,
)
from chalicelib.http.auth import Access
from chalicelib.http.route import PREFIX, Reply, Request, Routes, with_etag

SEATS_BYTES_MAX: Final = 2 * 1024 * 1024
SCHEDULE_REFUSALS: Final = (
    *("end_before_start", "end_in_past", "sale_start_in_past", "sale_window_invalid"),
    "draw_key_missing",
)
STATES_MAX_AGE_S: Final = 1
LIST_HEADERS: Final = {"Cache-Control": "public, max-age=1"}
LAYOUT_MAX_AGE_S: Final = 31_536_000

routes = Routes()


@routes.add(
    "POST",
    f"{PREFIX}/events",
    access=Access.ORGANISER,
    summary="Create an event",
    body=EventCreate,
    answers={200: EventCreated, 201: EventCreated},
    refusals=(*SCHEDULE_REFUSALS, "idempotency_key_reused", "event_code_taken", "too_many_events", "identity_mismatch"),
    idempotent=True,
)
def create_event(request: Request) -> Reply:
    event, made = service.create_event(request.house, request.body, request.idempotency_key)
    headers = {"Location": f"{PREFIX}/events/{event.id}"} | ({} if made else {"Idempotent-Replayed": "true"})
    return Reply(EventCreated(id=event.id, event=event), 201 if made else 200, headers)


@routes.add(
    "GET",
    f"{PREFIX}/events",
    access=Access.PUBLIC,
    summary="List events but for drafts, soonest to end first",
    query=PageQuery,
    answers={200: EventPage},
)
def list_events(request: Request) -> Reply:
    return Reply(service.list_events(request.house, request.query, active_only=False), headers=LIST_HEADERS)


@routes.add(
    "GET",
    f"{PREFIX}/events/active",
    access=Access.PUBLIC,
    summary="List the events that are active",
    query=PageQuery,
    answers={200: EventPage},
)
def list_active_events(request: Request) -> Reply:
    return Reply(service.list_events(request.house, request.query, active_only=True), headers=LIST_HEADERS)


@routes.add(
    "GET",
    f"{PREFIX}/events/{{event_id}}",
    access=Access.PUBLIC,
    summary="Read an event",
    answers={200: Event},
    refusals=("event_not_found",),
)
def get_event(request: Request) -> Reply:
    return Reply(service.get_event(request.house, request.id("event_id")))


@routes.add(
    "PUT",
    f"{PREFIX}/events/{{event_id}}",
    access=Access.ORGANISER,
    summary="Change any subset of an event's fields",
    body=EventUpdate,
    body_optional=True,
    answers={200: Event},
    refusals=(
        *SCHEDULE_REFUSALS,
        *("event_not_found", "event_archived", "event_cancelled", "status_change_not_allowed", "field_frozen"),
        *("not_your_event", "identity_mismatch"),
        *("capacity_below_sold", "capacity_below_seats"),
    ),
)
def update_event(request: Request) -> Reply:
    return Reply(service.update_event(request.house, request.id("event_id"), request.body))


@routes.add(
    "POST",
    f"{PREFIX}/events/{{event_id}}/admission",
    access=Access.ORGANISER,
    summary="Change how people are admitted, at any time during the sale",
    body=AdmissionChange,
    body_optional=True,
    answers={200: Event},
    refusals=("event_not_found", "event_archived", "not_your_event", "event_cancelled"),
)
def change_admission(request: Request) -> Reply:
    return Reply(service.change_admission(request.house, request.id("event_id"), request.body))


@routes.add(
    "DELETE",
    f"{PREFIX}/events/{{event_id}}",
    access=Access.ORGANISER,
    summary="Delete an event without live tickets",
    answers={204: None},
    refusals=("event_not_found", "event_archived", "not_your_event", "event_has_tickets", "event_not_published"),
)
def delete_event(request: Request) -> Reply:
    service.delete_event(request.house, request.id("event_id"))
    return Reply(status=204)


@routes.add(
    "POST",
    f"{PREFIX}/events/{{event_id}}/erasures",
    access=Access.ORGANISER,
    summary="Erase a person from an event that is over, keeping all sums",
    body=Erasure,
    answers={200: Erased},
    refusals=("event_not_found", "event_archived", "not_your_event", "event_not_ended"),
)
def erase_person(request: Request) -> Reply:
    return Reply(erasure.erase(request.house, request.id("event_id"), request.body.user_id))


@routes.add(
    "POST",
    f"{PREFIX}/events/{{event_id}}/seats",
    access=Access.ORGANISER,
    summary="Add up to 5,000 seats, all or none",
    body=SeatsAdd,
    bytes_max=SEATS_BYTES_MAX,
    answers={201: SeatsAdded},
    refusals=(
        *("event_not_found", "event_archived", "not_your_event", "event_cancelled", "event_ended"),
        *("event_not_seated", "seat_exists", "seats_over_capacity"),
    ),
)
def add_seats(request: Request) -> Reply:
    count, skipped = seats.add_seats(request.house, request.id("event_id"), request.body)
    message = f"{count} seats created, {skipped} were there already"
    return Reply(SeatsAdded(message=message, count=count, skipped=skipped), 201)


@routes.add(
    "PATCH",
    f"{PREFIX}/events/{{event_id}}/seats",
    access=Access.ORGANISER,
    summary="Block, unblock or price free seats, all or none",
    body=SeatsChange,
    answers={200: SeatsChanged},
    refusals=(
        *("event_not_found", "event_archived", "not_your_event", "event_cancelled"),
        *("event_not_seated", "seat_not_found", "seat_taken"),
    ),
)
def change_seats(request: Request) -> Reply:
    count = seats.change_seats(request.house, request.id("event_id"), request.body)
    return Reply(SeatsChanged(message=f"{count} seats changed", count=count))


@routes.add(
    "GET",
    f"{PREFIX}/events/{{event_id}}/seats/available",
    access=Access.PUBLIC,
    summary="List available seats",
    query=SeatsQuery,
    answers={200: list[Seat]},
    refusals=("event_not_found",),
)
def available_seats(request: Request) -> Reply:
    event_id = request.id("event_id")
    found, cursor = seats.available_seats(request.house, event_id, request.query)
    headers = {}
    if cursor is not None:
        query = request.query.model_dump(exclude_none=True) | {"cursor": cursor}
        headers["Link"] = f'<{PREFIX}/events/{event_id}/seats/available?{urlencode(query)}>; rel="next"'
    return Reply(list(found), headers=headers)


@routes.add(
    "GET",
    f"{PREFIX}/events/{{event_id}}/seatmap",
    access=Access.PUBLIC,
    summary="Read the layout of the seats",
    query=SeatMapQuery,
    answers={200: SeatMap, 304: None},
    refusals=("event_not_found",),
)
def seat_map(request: Request) -> Reply:
    layout = seats.seat_map(request.house, request.id("event_id"))
    fixed = request.query.v == layout.layout_version
    return with_etag(
        request,
        f'"layout-{layout.layout_version}"',
        layout,
        f"public, max-age={LAYOUT_MAX_AGE_S}, immutable" if fixed else f"public, max-age={STATES_MAX_AGE_S}",
    )


@routes.add(
    "GET",
    f"{PREFIX}/events/{{event_id}}/seatmap/states",
    access=Access.PUBLIC,
    summary="Read one character a seat",
    answers={200: SeatStates, 304: None},
    refusals=("event_not_found",),
)
def seat_states(request: Request) -> Reply:
    known = request.headers.get("if-none-match", "").removeprefix("W/").strip('"')
    states = seats.seat_states(request.house, request.id("event_id"), known_version=known.removeprefix("states-"))
    etag = f'"states-{states.states_version}"' if states else f'"{known}"'
    return with_etag(request, etag, states, f"public, max-age={STATES_MAX_AGE_S}")
