"""The verbs of the queue: join, status, position, length, refresh, leave, process."""

from __future__ import annotations

from chalicelib import ids, keys
from chalicelib.errors import DomainError
from chalicelib.keys import SESSION_FIELDS
from chalicelib.queue import model
from chalicelib.queue.model import QueueEntry, QueueLength, QueueStatus, queue_entry
from chalicelib.runtime import Runtime
from chalicelib.scripting import call, run


def join(house: Runtime, wish: model.Join) -> tuple[QueueEntry, bool]:
    """Join a queue; gives the place and whether this request made it.

    A repeat gives the place that is there. A session id that the client chose costs one more round trip; raises
    ``session_id_taken`` when it is somebody else's.
    """
    code = ids.code_of(wish.event_id)
    alias = wish.session_id if wish.session_id and not ids.is_ours(wish.session_id) else None
    session_id = house.ids.within(code)
    claimed = _claim(house, alias, wish.user_id, session_id) if alias else session_id
    made, event_id, actual_id, record, position, _ = run(
        house.store, call("join", code, wish.event_id, wish.user_id, session_id, alias or "")
    )
    if alias and claimed != actual_id:
        # The alias was used before, in another event or for a place that is over: now it means this one.
        house.store.command("SET", keys.alias(alias), f"{wish.user_id},{actual_id}")
    return queue_entry(event_id, actual_id, record, position, alias), bool(made)


def status(house: Runtime, session: str) -> QueueStatus:
    """Tell where a session stands, and note that its owner was here."""
    session_id, alias = resolve(house, session)
    try:
        answer = run(house.store, call("status", ids.code_of(session_id), "", session_id, ""))
    except DomainError as refusal:
        raise _as_session(refusal) from None
    event_id, _, record, position, rate = answer
    entry = queue_entry(event_id, session_id, record, position, alias)
    seconds = model.estimated_wait_s(position, int(rate) if rate else None)
    return QueueStatus(
        entry=entry,
        state=entry.status,
        estimated_wait_seconds=seconds,
        estimated_wait_time=model.duration_text(seconds),
        poll_after_ms=model.poll_after_ms(position),
    )


def position(house: Runtime, event_id: str, user_id: str) -> model.PublicEntry:
    """Tell where a person stands, without giving the session away."""
    event_id, session_id, record, place, *_ = run(
        house.store, call("status", ids.code_of(event_id), event_id, "", user_id)
    )
    entry = queue_entry(event_id, session_id, record, place)
    return model.PublicEntry(**entry.model_dump(exclude={"session_id"}))


def length(house: Runtime, event_id: str) -> QueueLength:
    """Count who waits now."""
    (waiting,) = run(house.store, call("length", ids.code_of(event_id), event_id))
    return QueueLength(event_id=event_id, length=waiting)


def refresh(house: Runtime, session: str) -> QueueEntry:
    """Give an active session its full time again; a waiting one stays as it is."""
    return _move(house, "refresh", session)


def leave(house: Runtime, session: str) -> QueueEntry:
    """Give a place or a turn up; what the session holds lives on. A repeat gives the same answer."""
    return _move(house, "leave", session)


def process(house: Runtime, event_id: str, count: int, key: str | None) -> list[QueueEntry]:
    """Admit up to ``count`` by hand; a repeat with the same Idempotency-Key admits nobody twice."""
    code = ids.code_of(event_id)
    request_id = ids.derived_id("process", event_id, key, code=code) if key else house.ids.within(code)
    event_id, *flat = run(house.store, call("process", code, event_id, request_id, count))
    return [queue_entry(event_id, flat[i], flat[i + 1], _active_position(flat[i + 1])) for i in range(0, len(flat), 2)]


def resolve(house: Runtime, session: str) -> tuple[str, str | None]:
    """Give our id of a session, and the alias if that is what the caller said; an alias costs one round trip."""
    if ids.is_ours(session):
        return session, None
    stored = house.store.command("GET", keys.alias(session))
    if stored is None:
        raise DomainError("session_not_found")
    return stored.rpartition(",")[2], session


def _move(house: Runtime, command: str, session: str) -> QueueEntry:
    session_id, alias = resolve(house, session)
    try:
        event_id, _, record, place = run(house.store, call(command, ids.code_of(session_id), "", session_id))
    except DomainError as refusal:
        raise _as_session(refusal) from None
    return queue_entry(event_id, session_id, record, place, alias)


def _claim(house: Runtime, alias: str, user_id: str, session_id: str) -> str:
    # One word decides between two who choose the same session id at once: SET NX GET.
    stored = house.store.command("SET", keys.alias(alias), f"{user_id},{session_id}", "NX", "GET", get=True)
    if stored is None:
        return session_id
    owner, _, claimed = stored.rpartition(",")
    if owner != user_id:
        raise DomainError("session_id_taken")
    return str(claimed)


def _active_position(record: str) -> int | None:
    return 0 if record.split(",")[SESSION_FIELDS.index("status")] == "a" else None


def _as_session(refusal: DomainError) -> DomainError:
    # Only its code was known of the event: what was asked for is the session.
    return DomainError("session_not_found") if refusal.code == "event_not_found" else refusal
