"""The shapes of the queue, and the estimates that are nobody's right."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from chalicelib import ids
from chalicelib.fields import Answer, Instant, SessionId, Strict, UserId, Uuid
from chalicelib.keys import SESSION_FIELDS

PROCESS_MAX = 500
POLL_NEAR_MS = 2_000
POLL_FAR_MS = 30_000
POLL_PER_PLACE_MS = 20

State = Literal["waiting", "active", "completed", "expired", "left", "abandoned"]
_STATES: dict[str, State] = {
    "w": "waiting",
    "a": "active",
    "c": "completed",
    "e": "expired",
    "l": "left",
    "b": "abandoned",
}


class Join(Strict):
    """Who wants to join which queue. In open mode a client may choose its session id."""

    event_id: Uuid
    user_id: UserId
    session_id: SessionId | None = None


class SessionOnly(Strict):
    """Names a session."""

    session_id: SessionId


class Process(Strict):
    """How many to admit by hand; without a count, one."""

    count: Annotated[int, Field(ge=1, le=PROCESS_MAX)] | None = None


class PublicEntry(Answer):
    """A place in a queue, for everybody to see: position 1 is next, 0 is active, null is over."""

    id: Uuid
    event_id: Uuid
    user_id: str
    position: int | None
    status: State
    entered_at: Instant
    activated_at: Instant | None
    expires_at: Instant | None
    created_at: Instant
    updated_at: Instant


class QueueEntry(PublicEntry):
    """A place in a queue, for its owner."""

    session_id: str


class QueueStatus(Answer):
    """Where a session stands and when to ask again; an estimate of null is not known."""

    entry: QueueEntry
    state: State
    estimated_wait_seconds: int | None
    estimated_wait_time: str
    poll_after_ms: int


class QueueLength(Answer):
    """How many wait now."""

    event_id: Uuid
    length: int


class Activated(Answer):
    """Those whom a request admitted."""

    activated: list[QueueEntry]


class SessionAnswer(Answer):
    """What became of a session."""

    message: str
    entry: QueueEntry


def queue_entry(
    event_id: str, session_id: str, record: str, position: int | None, alias: str | None = None
) -> QueueEntry:
    """Read the record of a session; a client that chose its session id is answered with the one it chose."""
    field = dict(zip(SESSION_FIELDS, record.split(","), strict=True))
    entered_ms, activated_ms, deadline_ms = (int(field[name]) for name in ("entered_ms", "activated_ms", "deadline_ms"))
    status = _STATES[field["status"]]
    return QueueEntry(
        id=ids.entry_id(session_id),
        event_id=event_id,
        user_id=field["user_id"],
        position=position,
        status=status,
        session_id=alias or session_id,
        entered_at=entered_ms,
        activated_at=activated_ms or None,
        expires_at=deadline_ms if status in {"active", "expired"} else None,
        created_at=entered_ms,
        updated_at=max(entered_ms, activated_ms, int(field["seen_ms"])),
    )


def estimated_wait_s(position: int | None, admissions_per_minute: int | None) -> int | None:
    """Estimate the wait in seconds from the rate limit, the fastest the queue can move; None when nothing is known."""
    if position is None or admissions_per_minute is None:
        return 0 if position == 0 else None
    return math.ceil(position * 60 / admissions_per_minute)


def duration_text(seconds: int | None) -> str:
    """Write a duration as the original service did ("1h2m3s"), or "unknown"."""
    if seconds is None:
        return "unknown"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"


def poll_after_ms(position: int | None) -> int:
    """Say when to ask again: soon near the front, seldom far back."""
    return min(POLL_FAR_MS, POLL_NEAR_MS + POLL_PER_PLACE_MS * (position or 0))
