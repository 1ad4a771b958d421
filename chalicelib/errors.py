"""Every refusal of the service: one word from the Lua script to the page, its kind and its title.

::

    DomainError
    └── Refusal.code       the word: "seat_taken"
        ├── Refusal.kind   what sort of no: CONFLICT; `http/problem.py` maps kinds, and only kinds, to statuses
        └── Refusal.title  one sentence for people, always the same for the word

A new refusal is a line here, the word in its script's header and a line in docs/errors.md; a test holds them together.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple


class Kind(Enum):
    """The sorts of refusal, by what the caller can do about it."""

    INVALID = "the request is wrong in itself"
    UNAUTHENTICATED = "say who you are"
    NOT_FOUND = "there is no such thing, or it is not yours"
    FORBIDDEN = "not you, or not your turn"
    METHOD_NOT_ALLOWED = "not with this method"
    CONFLICT = "not in the present state"
    GONE = "too late"
    LENGTH_REQUIRED = "say how long the body is"
    TOO_LARGE = "too large"
    UNSUPPORTED = "not in this format"
    UNPROCESSABLE = "contradicts what was said before"
    TOO_FAST = "ask less often"
    BUSY = "not now; ask again"
    INTERNAL = "our mistake"


class Refusal(NamedTuple):
    """One word the service says instead of doing what was asked."""

    code: str
    kind: Kind
    title: str


REFUSALS = {
    code: Refusal(code, kind, title)
    for kind, words in {
        Kind.INVALID: {
            "invalid_request": "The request is not valid.",
            "invalid_id": "This is not an id of the kind that belongs here.",
            "end_before_start": "The event would end before it starts.",
            "end_in_past": "The event would end in the past.",
            "sale_start_in_past": "The sale would start in the past.",
            "sale_window_invalid": "The sale must start before it ends, and end no later than the event.",
            "seat_required": "Seats of this event are sold by their id.",
            "event_not_seated": "This event has no numbered seats.",
        },
        Kind.UNAUTHENTICATED: {
            "token_missing": "This address wants a bearer token.",
            "token_invalid": "The token is not one that this service takes.",
            "token_expired": "The time of the token is over.",
            "ticket_code_invalid": "This code is not one that we gave for this ticket.",
        },
        Kind.NOT_FOUND: {
            "event_not_found": "There is no such event.",
            "seat_not_found": "There is no such seat in this event.",
            "session_not_found": "There is no such session.",
            "not_in_queue": "This person has not joined the queue of this event.",
            "ticket_not_found": "There is no such ticket.",
            "order_not_found": "There is no such order.",
            "draw_not_found": "This event has no draw: its queue is first come, first served.",
            "guests_not_offered": "This service gives no guest tokens.",
            "check_in_not_offered": "This service gives no codes of tickets, so there is nothing to check in with.",
            "path_not_found": "There is nothing at this address.",
        },
        Kind.FORBIDDEN: {
            "session_not_active": "It is not this session's turn yet.",
            "identity_mismatch": "The request names another person than its token.",
            "organiser_required": "Only an organiser may do this.",
            "not_your_event": "The event belongs to another organiser.",
            "request_blocked": "The request was stopped before it came to the service.",
        },
        Kind.METHOD_NOT_ALLOWED: {
            "method_not_allowed": "This address does not take this method.",
        },
        Kind.CONFLICT: {
            "event_cancelled": "The event is cancelled.",
            "event_ended": "The event is over.",
            "event_not_on_sale": "The event is not on sale now.",
            "event_has_tickets": "The event has live tickets; cancel them first.",
            "event_not_published": "What happened in this event is not yet told to others; try again in a minute.",
            "status_change_not_allowed": "An event cannot go from its present status to this one.",
            "field_frozen": "This field can no longer be changed.",
            "capacity_below_sold": "More tickets are held and sold than this would leave.",
            "capacity_below_seats": "The event has more seats than this would leave.",
            "seat_exists": "A seat with this name is there with another price.",
            "seats_over_capacity": "The event would have more seats than tickets in all.",
            "sold_out": "Everything is sold.",
            "session_id_taken": "Somebody else uses this session id.",
            "session_ended": "This session is over; join the queue again.",
            "others_waiting": "A session that holds nothing is not extended while others wait.",
            "queue_closed": "The queue of this event takes nobody more.",
            "nobody_present": "Those who are next are away just now.",
            "draw_key_missing": "This service has no key to draw with; choose first come, first served.",
            "queue_empty": "Nobody is waiting.",
            "no_capacity": "There is no free place, or no stock left to be bought.",
            "hold_limit_reached": "Two holds of this session have expired; it may hold no more.",
            "seat_taken": "A seat of this request is not available.",
            "ticket_limit_reached": "This person would have more tickets than the event allows.",
            "not_enough_tickets": "Fewer tickets are available than were asked for.",
            "event_busy": "The event changed each time that it was counted; try again when less happens.",
            "event_too_large": "The event is too large to be counted while it is served.",
            "ticket_cancelled": "The ticket is cancelled.",
            "ticket_not_confirmed": "The ticket is held, and not confirmed.",
            "already_checked_in": "Somebody has come in with this ticket.",
            "too_many_events": "This organiser has as many events as are allowed.",
            "event_not_ended": "The event is not over yet.",
            "order_confirmed": "The tickets of this order are confirmed; cancel them one by one.",
        },
        Kind.GONE: {
            "hold_expired": "The time to confirm is over.",
            "event_archived": "The event was over long ago; nothing of it changes any more.",
        },
        Kind.LENGTH_REQUIRED: {
            "length_required": "The body must come with its length, not in chunks.",
        },
        Kind.TOO_LARGE: {
            "body_too_large": "The body is larger than this address takes.",
        },
        Kind.UNSUPPORTED: {
            "unsupported_media_type": "The body must be application/json.",
        },
        Kind.UNPROCESSABLE: {
            "idempotency_key_reused": "This Idempotency-Key came with another request before.",
        },
        Kind.TOO_FAST: {
            "too_many_requests": "This person asks too often.",
            "polling_too_fast": "This session asks far more often than it was told to.",
            "throttled": "More is asked of the service than it takes just now.",
        },
        Kind.BUSY: {
            "draw_key_changed": "The draw was announced with another key than this service has.",
            "schema_unknown": "Another version of this service wrote the event, and this one does not know its schema.",
            "redis_unavailable": "The service cannot reach its data just now.",
            "keys_unavailable": "The keys that tokens are checked with cannot be had just now.",
            "not_durable": "The confirm is not yet kept as safely as this service promises.",
            "event_code_taken": "No free event code was found; try again.",
            "service_unavailable": "The service gave no answer in time.",
        },
        Kind.INTERNAL: {
            "internal_error": "Something went wrong on our side.",
        },
    }.items()
    for code, title in words.items()
}


class DomainError(Exception):
    """A refusal on its way to the caller.

    ``data`` is what the script added to its word; ``detail`` a sentence about this one case; ``extra`` members of the
    problem document (``seat_ids``, ``errors`` ...). Nothing of it may carry a session id or a secret.
    """

    def __init__(self, code: str, detail: str | None = None, *, data: list[Any] | None = None, **extra: Any) -> None:
        super().__init__(code)
        self.refusal = REFUSALS[code]
        self.detail = detail
        self.data = data or []
        self.extra = extra

    @property
    def code(self) -> str:
        """The one word of this refusal."""
        return self.refusal.code


class InvalidRequest(DomainError):
    """A request that is wrong in itself, with the fields that are, each with a message."""

    def __init__(self, errors: list[tuple[str, str]], detail: str | None = None) -> None:
        super().__init__(
            "invalid_request", detail, errors=[{"field": field, "message": message} for field, message in errors]
        )
