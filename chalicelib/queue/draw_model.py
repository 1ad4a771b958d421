"""The shapes of a draw as it is published."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.fields import Answer, Instant, Query, Uuid

PAGE_MAX = 1_000


class Draw(Answer):
    """What binds a draw, and after the opening the seed that everybody can check it with."""

    event_id: Uuid
    queue_mode: Literal["draw"]
    commitment: str
    entrants: int
    digest: str
    seed: str | None
    opens_at: Instant | None
    opened_at: Instant | None


class DrawEntry(Answer):
    """One who joined the lobby, by the number of their joining; the place is null until the sale has opened."""

    number: int
    receipt: str
    place: int | None


class DrawEntries(Answer):
    """One page of those who joined the lobby; ``next_cursor`` is null on the last."""

    event_id: Uuid
    entries: list[DrawEntry]
    next_cursor: str | None


class DrawQuery(Query):
    """Which page."""

    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = PAGE_MAX
    cursor: Annotated[int, Field(ge=0, le=10**9)] = 0
