"""The shapes of the queue, and the estimates that are nobody's right."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, StringConstraints

from chalicelib import ids
from chalicelib.fields import Answer, Instant, SessionId, Strict, UserId, Uuid
from chalicelib.keys import SESSION_FIELDS

PROCESS_MAX = 500
MEASURED_MS_MIN = 10_000
"""Over less time than this a pace is not known."""

Status = Literal["waiting", "active", "completed", "expired", "left", "abandoned"]
RoomState = Literal["lobby", "waiting", "standby", "sold_out", "paused", "ended"]
State = RoomState | Literal["active", "completed", "expired", "left", "abandoned"]
Mode = Literal["open", "paused", "passthrough", "closed"]
_STATES: dict[str, Status] = {
    "w": "waiting",
    "a": "active",
    "c": "completed",
    "e": "expired",
    "l": "left",
    "b": "abandoned",
}


Nonce = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]


class Join(Strict):
    """Who wants to join which queue. In open mode the request must say who; a token does.

    In open mode a client may also choose its session id. The nonce goes into a draw.
    """

    event_id: Uuid
    user_id: UserId | None = None
    session_id: SessionId | None = None
    nonce: Nonce | None = None


class SessionOnly(Strict):
    """Names a session."""

    session_id: SessionId


class Process(Strict):
    """How many to admit by hand; without a count, one."""

    count: Annotated[int, Field(ge=1, le=PROCESS_MAX)] | None = None


class PublicEntry(Answer):
    """A place in a queue, for everybody to see: position 1 is next, 0 is active, null is none, as in the lobby."""

    id: Uuid
    event_id: Uuid
    user_id: str
    position: int | None
    status: Status
    entered_at: Instant
    activated_at: Instant | None
    expires_at: Instant | None
    created_at: Instant
    updated_at: Instant


class QueueEntry(PublicEntry):
    """A place in a queue, for its owner."""

    session_id: str


class Standing(Answer):
    """What every answer of the queue says beside the entry.

    ``state`` is what the room is to this person; ``poll_after_ms`` when to ask again, null when the session is over;
    ``may_return`` in standby how many tickets are held or claimed by others; ``mode`` the operator's.
    """

    state: State
    poll_after_ms: int | None
    opens_in_ms: int | None
    may_return: int | None
    mode: Mode


class Told(Standing):
    """The same with the operator's message to those who wait."""

    message: str | None


class Joined(QueueEntry, Told):
    """A place in a queue, and with a draw the receipt of the first join."""

    receipt: str | None


class PositionAnswer(PublicEntry, Told):
    """Where a person stands."""


class QueueStatus(Told):
    """Where a session stands; an estimate of null is not known.

    ``ahead`` less the growth of ``admitted_total`` in the public answer is an upper bound of how many are ahead later,
    as long as ``epoch`` is the same. ``admission_token`` is for other shops, while it is this session's turn.
    """

    entry: QueueEntry
    estimated_wait_seconds: int | None
    estimated_wait_time: str
    ahead: int | None
    admitted_total: int
    epoch: int
    admission_token: str | None


class QueueLength(Answer):
    """How many wait now; null in the lobby."""

    event_id: Uuid
    length: int | None
    state: RoomState


class Serving(Answer):
    """What everybody may know of a room, the same for all; ``epoch`` is 0 before the sale has opened."""

    event_id: Uuid
    state: RoomState
    mode: Mode
    message: str | None
    admitted_total: int
    waiting: int | None
    opens_at: Instant | None
    epoch: int
    server_time: Instant


class Activated(Answer):
    """Those whom a request admitted."""

    activated: list[QueueEntry]


class SessionAnswer(Standing):
    """What became of a session."""

    message: str
    entry: QueueEntry


class Telling(NamedTuple):
    """What a command says of a session beside its record: the end of its answer, in this order."""

    position: int | None
    state: State
    poll_after_ms: int | None
    opens_in_ms: int | None
    may_return: int | None
    now_ms: int
    admitted_total: int
    pace_ms: int
    moved: int
    epoch: int
    mode: Mode
    message: str

    @property
    def standing(self) -> dict[str, Any]:
        """The fields of ``Standing``."""
        return {name: getattr(self, name) for name in Standing.model_fields}

    @property
    def told(self) -> dict[str, Any]:
        """The fields of ``Told``."""
        return self.standing | {"message": self.message or None}


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


def estimated_wait_s(position: int | None, pace_ms: int, moved: int) -> int | None:
    """Estimate the wait in seconds, if the line moved by so many within the last ``pace_ms``; None if not known.

    It moves by those who are admitted and by those who are passed over.
    """
    if position is None or (position > 0 and (moved < 1 or pace_ms < MEASURED_MS_MIN)):
        return None
    return math.ceil(position * pace_ms / moved / 1000) if position else 0


def duration_text(seconds: int | None) -> str:
    """Write a duration as the original service did ("1h2m3s"), or "unknown"."""
    if seconds is None:
        return "unknown"
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
