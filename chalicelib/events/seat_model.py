"""The shapes of seats."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from chalicelib.fields import Answer, Label, MinorUnits, Query, ShortText, Strict, Uuid
from chalicelib.ids import SEATS_MAX

SEATS_PER_REQUEST = 5_000
SEAT_CHANGES_PER_REQUEST = 500


class SeatSpec(Strict):
    """A seat to be added; without a price it has the event's."""

    section: Label
    row: Label
    number: Label
    price: MinorUnits | None = None


class SeatsAdd(Strict):
    """Seats to be added, all or none of them."""

    seats: Annotated[list[SeatSpec], Field(min_length=1, max_length=SEATS_PER_REQUEST)]


class SeatsAdded(Answer):
    """How many seats a request added, and how many were there already."""

    message: str
    count: int
    skipped: int


class SeatsChange(Strict):
    """What to do with free seats: block or unblock them, or give them another price."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["blocked"], "properties": {"blocked": {"type": "boolean"}}},
                {"required": ["price"], "properties": {"price": {"type": "integer"}}},
            ]
        }
    )

    seat_ids: Annotated[list[Uuid], Field(min_length=1, max_length=SEAT_CHANGES_PER_REQUEST)]
    blocked: bool | None = None
    reason: ShortText = ""
    price: MinorUnits | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.blocked is None and self.price is None:
            raise ValueError("must say blocked, price or both")
        return self


class SeatsChanged(Answer):
    """How many seats a request changed."""

    message: str
    count: int


class Seat(Answer):
    """A seat and what can be done with it."""

    id: Uuid
    event_id: Uuid
    section: str
    row: str
    number: str
    price: int
    status: Literal["available", "reserved", "sold", "blocked"]


class SeatsQuery(Query):
    """Which of the available seats."""

    section: Annotated[str, StringConstraints(max_length=40)] | None = None
    limit: Annotated[int, Field(ge=1, le=SEATS_PER_REQUEST)] = SEATS_PER_REQUEST
    cursor: Annotated[int, Field(ge=0, le=SEATS_MAX)] = 0


class SeatMapQuery(Query):
    """With ``v`` a layout is asked for that never changes."""

    v: Annotated[int, Field(ge=0)] | None = None


class SeatMap(Answer):
    """The layout of an event: per seat section, row, number and price, in the order of ``states``."""

    event_id: Uuid
    layout_version: int
    currency: str
    seats: list[tuple[str, str, str, int]]


class SeatStates(Answer):
    """One character a seat, in the order of the layout: a available, h held, s sold, b blocked."""

    event_id: Uuid
    layout_version: int
    states_version: int
    states: str
