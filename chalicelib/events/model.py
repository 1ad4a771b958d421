"""The shapes of events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chalicelib.fields import (
    Answer,
    Currency,
    Instant,
    InstantIn,
    MinorUnits,
    Name,
    Query,
    ShortText,
    Strict,
    Text,
    UserId,
    Uuid,
)
from chalicelib.ids import SEATS_MAX

Status = Literal["draft", "active", "inactive", "sold_out", "ended", "cancelled"]
TicketTotal = Annotated[int, Field(ge=1, le=1_000_000)]
Seconds = Annotated[int, Field(ge=5, le=86_400)]
ActiveMax = Annotated[int, Field(ge=1, le=1_000_000)]
RatePerMinute = Annotated[int, Field(ge=1, le=1_000_000)]
PerVisitor = Annotated[int, Field(ge=1, le=100)]
QueueMode = Literal["draw", "fifo"]
AdmissionMode = Literal["open", "paused", "passthrough", "closed"]
_Said = TypeVar("_Said", bound=BaseModel)


_EXAMPLE: dict[str, Any] = {
    "name": "Concert",
    "venue": "Arena",
    "start_time": "2090-12-25T20:00:00Z",
    "end_time": "2090-12-25T23:00:00Z",
    "total_tickets": 1000,
}


class EventCreate(Strict):
    """What an organiser says of a new event."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [_EXAMPLE],
            "anyOf": [
                {"properties": {"is_seated_event": {"const": False}}},
                {"properties": {"total_tickets": {"maximum": SEATS_MAX}}},
            ],
        }
    )

    name: Name
    description: Text = ""
    start_time: InstantIn
    end_time: InstantIn
    venue: ShortText = ""
    total_tickets: TicketTotal
    is_seated_event: bool = False
    status: Literal["draft", "active"] = "active"
    price: MinorUnits = 5000
    currency: Currency = "USD"
    sale_starts_at: InstantIn | None = None
    sale_ends_at: InstantIn | None = None
    max_active_sessions: ActiveMax = 100
    admissions_per_minute: RatePerMinute | None = None
    tickets_per_visitor: PerVisitor = 1
    session_seconds: Seconds = 900
    hold_seconds: Seconds = 900
    max_tickets_per_user: PerVisitor = 10
    queue_mode: QueueMode | None = None
    away_seconds: Seconds = 60
    abandon_seconds: Seconds = 300
    claim_seconds: Seconds = 120
    organiser_id: UserId | None = None

    @model_validator(mode="after")
    def _seats_have_a_limit(self) -> Self:
        if self.is_seated_event and self.total_tickets > SEATS_MAX:
            raise ValueError(f"a seated event has at most {SEATS_MAX} tickets")
        return self


NULLABLE = frozenset({"sale_starts_at", "sale_ends_at", "admissions_per_minute", "queue_mode", "organiser_id"})
_NULLABLE_OF_ADMISSION = frozenset({"message", "admissions_per_minute"})


def _described_null(nullable: frozenset[str]) -> Callable[[dict[str, Any]], None]:
    """Have a schema allow null of the fields in ``nullable`` only, as ``_not_null`` does."""

    def describe(schema: dict[str, Any]) -> None:
        for name, described in schema["properties"].items():
            if name not in nullable:
                described.update(described.pop("anyOf")[0])
                del described["default"]

    return describe


def _not_null(said: _Said, nullable: frozenset[str]) -> _Said:
    """Give what was said; raises ValueError when it says null of a field that is not in ``nullable``."""
    for name in sorted(said.model_fields_set - nullable):
        if getattr(said, name) is None:
            raise ValueError(f"{name} must not be null")
    return said


class EventUpdate(Strict):
    """Any subset of the fields of an event. The read-only fields of an Event that is sent back are ignored."""

    model_config = ConfigDict(json_schema_extra=_described_null(NULLABLE))

    name: Name | None = None
    description: Text | None = None
    start_time: InstantIn | None = None
    end_time: InstantIn | None = None
    venue: ShortText | None = None
    total_tickets: TicketTotal | None = None
    is_seated_event: bool | None = None
    status: Status | None = None
    price: MinorUnits | None = None
    currency: Currency | None = None
    sale_starts_at: InstantIn | None = None
    sale_ends_at: InstantIn | None = None
    max_active_sessions: ActiveMax | None = None
    admissions_per_minute: RatePerMinute | None = None
    tickets_per_visitor: PerVisitor | None = None
    session_seconds: Seconds | None = None
    hold_seconds: Seconds | None = None
    max_tickets_per_user: PerVisitor | None = None
    queue_mode: QueueMode | None = None
    away_seconds: Seconds | None = None
    abandon_seconds: Seconds | None = None
    claim_seconds: Seconds | None = None
    organiser_id: UserId | None = None

    @model_validator(mode="before")
    @classmethod
    def _ignore_read_only(cls, document: Any) -> Any:
        if not isinstance(document, dict):
            return document
        return {name: value for name, value in document.items() if name not in READ_ONLY}

    @model_validator(mode="after")
    def _only_some_may_be_null(self) -> Self:
        return _not_null(self, NULLABLE)


class AdmissionChange(Strict):
    """What an operator changes of the admission while people wait; a message of null takes it back."""

    model_config = ConfigDict(json_schema_extra=_described_null(_NULLABLE_OF_ADMISSION))

    mode: AdmissionMode | None = None
    message: ShortText | None = None
    max_active_sessions: ActiveMax | None = None
    admissions_per_minute: RatePerMinute | None = None
    tickets_per_visitor: PerVisitor | None = None

    @model_validator(mode="after")
    def _only_some_may_be_null(self) -> Self:
        return _not_null(self, _NULLABLE_OF_ADMISSION)


class Event(Answer):
    """An event as it is now; the sums hold: available + held + sold + blocked = stock.

    ``queue_mode`` null is a draw if the sale starts later, else first come, first served; the first join settles it.
    """

    id: Uuid
    name: str
    description: str
    start_time: Instant
    end_time: Instant
    venue: str
    status: Status
    total_tickets: int
    available_tickets: int
    held_tickets: int
    sold_tickets: int
    blocked_tickets: int
    seat_count: int
    is_seated_event: bool
    price: int
    currency: str
    sale_starts_at: Instant | None
    sale_ends_at: Instant | None
    max_active_sessions: int
    admissions_per_minute: int | None
    tickets_per_visitor: int
    session_seconds: int
    hold_seconds: int
    max_tickets_per_user: int
    queue_mode: QueueMode | None
    away_seconds: int
    abandon_seconds: int
    claim_seconds: int
    mode: AdmissionMode
    message: str | None
    opened_at: Instant | None
    organiser_id: str | None
    layout_version: int
    created_at: Instant
    updated_at: Instant


READ_ONLY = frozenset(Event.model_fields) - frozenset(EventUpdate.model_fields)


class Erasure(Strict):
    """Whom to erase from an event."""

    user_id: UserId


class Erased(Answer):
    """What a person had in an event, now without a name; sums are as they were."""

    message: str
    sessions: int
    tickets: int
    orders: int


class EventCreated(Answer):
    """The new event, twice: some clients read ``id``, some ``event.id``."""

    id: Uuid
    event: Event


class EventPage(Answer):
    """One page of events, soonest to end first; ``next_cursor`` is null on the last."""

    events: list[Event]
    next_cursor: str | None = None


class PageQuery(Query):
    """Which page of a list."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str, StringConstraints(max_length=80, pattern=r"^[0-9]{1,15}:[0-9a-f-]{36}$")] | None = None
