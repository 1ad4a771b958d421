"""The verbs of the queue: join, status, position, length, serving, refresh, leave, process."""

from __future__ import annotations

import random

from chalicelib import ids, keys
from chalicelib.errors import DomainError
from chalicelib.keys import SESSION_FIELDS
from chalicelib.queue import admission_token, draws, model
from chalicelib.queue.model import QueueEntry, QueueLength, QueueStatus, Telling, queue_entry
from chalicelib.runtime import Runtime
from chalicelib.scripting import run


def join(house: Runtime, wish: model.Join) -> tuple[model.Joined, bool]:
    """Join a queue; gives the place and whether this request made it.

    A repeat gives the place that is there. A session id that the client chose costs one more round trip; raises
    ``session_id_taken`` when it is somebody else's.
    """
    code = ids.code_of(wish.event_id)
    user_id = house.caller.buyer(wish.user_id)
    alias = wish.session_id if wish.session_id and not ids.is_ours(wish.session_id) else None
    if alias:
        house.caller.check_session(alias)
    session_id = house.ids.within(code)
    claimed = _claim(house, alias, user_id, session_id) if alias else session_id
    lot = draws.lot(house, wish.event_id, user_id, wish.nonce or alias or session_id)
    what = house.call("join", code, wish.event_id, user_id, session_id, alias or "", *pacing(house), *lot)
    made, event_id, actual_id, record, receipt, *rest = run(house.store, what)
    if alias and claimed != actual_id:
        # The alias was used before, in another event or for a place that is over: now it means this one.
        house.store.command("SET", keys.alias(alias), f"{user_id},{actual_id}")
    telling = Telling(*rest)
    entry = queue_entry(event_id, actual_id, record, telling.position, alias)
    return model.Joined(**dict(entry), **telling.told, receipt=receipt), bool(made)


def status(house: Runtime, session: str) -> QueueStatus:
    """Tell where a session stands, and note that its owner was here; raises ``polling_too_fast``."""
    entry, telling = _own(house, "status", session, "")
    seconds = model.estimated_wait_s(telling.position, telling.pace_ms, telling.moved)
    token = None
    if telling.state == "active" and entry.expires_at:
        token = admission_token.sign(
            house.settings.admission_keys,
            event_id=entry.event_id,
            user_id=entry.user_id,
            now_ms=telling.now_ms,
            deadline_ms=entry.expires_at,
        )
    return QueueStatus(
        entry=entry,
        **telling.told,
        estimated_wait_seconds=seconds,
        estimated_wait_time=model.duration_text(seconds),
        ahead=telling.position - 1 if telling.position else None,
        admitted_total=telling.admitted_total,
        epoch=telling.epoch,
        admission_token=token,
    )


def position(house: Runtime, event_id: str, user_id: str) -> model.PositionAnswer:
    """Tell where a person stands, without giving the session away."""
    what = house.call("status", ids.code_of(event_id), event_id, "", user_id, *pacing(house))
    event_id, session_id, record, *rest = run(house.store, what)
    telling = Telling(*rest)
    entry = dict(queue_entry(event_id, session_id, record, telling.position))
    del entry["session_id"]
    return model.PositionAnswer(**entry, **telling.told)


def length(house: Runtime, event_id: str) -> QueueLength:
    """Count who waits now; in the lobby nobody is told."""
    waiting, state = run(house.store, house.call("length", ids.code_of(event_id), event_id))
    return QueueLength(event_id=event_id, length=waiting, state=state)


def serving(house: Runtime, event_id: str) -> model.Serving:
    """Tell what everybody may know of a room; it may be a second old."""
    now_ms, line = run(house.store, house.call("serving", ids.code_of(event_id), event_id))
    state, mode, admitted_total, waiting, epoch, opens_ms, message = line.split(",", 6)
    return model.Serving(
        event_id=event_id,
        state=state,
        mode=mode,
        message=message or None,
        admitted_total=int(admitted_total),
        waiting=int(waiting) if waiting else None,
        opens_at=int(opens_ms) if opens_ms else None,
        epoch=int(epoch),
        server_time=now_ms,
    )


def refresh(house: Runtime, session: str) -> model.SessionAnswer:
    """Give an active session its full time again; a waiting one stays as it is."""
    entry, telling = _own(house, "refresh", session)
    return model.SessionAnswer(message="Session refreshed successfully", entry=entry, **telling.standing)


def leave(house: Runtime, session: str) -> model.SessionAnswer:
    """Give a place or a turn up; what the session holds lives on. A repeat gives the same answer."""
    entry, telling = _own(house, "leave", session)
    return model.SessionAnswer(message="Place given up", entry=entry, **telling.standing)


def process(house: Runtime, event_id: str, count: int, key: str | None) -> list[QueueEntry]:
    """Admit up to ``count`` by hand; a repeat with the same Idempotency-Key admits nobody twice."""
    code = ids.code_of(event_id)
    request_id = ids.derived_id("process", event_id, key, code=code) if key else house.ids.within(code)
    event_id, *flat = run(house.store, house.call("process", code, event_id, request_id, count))
    return [queue_entry(event_id, flat[i], flat[i + 1], _active_position(flat[i + 1])) for i in range(0, len(flat), 2)]


def resolve(house: Runtime, session: str) -> tuple[str, str | None]:
    """Give our id of a session, and the alias if that is what the caller said; an alias costs one round trip."""
    house.caller.check_session(session)
    if ids.is_ours(session):
        return session, None
    stored = house.store.command("GET", keys.alias(session))
    if stored is None:
        raise DomainError("session_not_found")
    return stored.rpartition(",")[2], session


def pacing(house: Runtime) -> tuple[int, int]:
    """Give what the time until the next poll is made of: polls per second in all, and a jitter from 0 to 999."""
    return house.settings.polls_per_second, random.randrange(1000)  # noqa: S311 - spreads load, guards nothing


def _own(house: Runtime, command: str, session: str, *words: str) -> tuple[QueueEntry, Telling]:
    session_id, alias = resolve(house, session)
    try:
        answer = run(house.store, house.call(command, ids.code_of(session_id), "", session_id, *words, *pacing(house)))
    except DomainError as refusal:
        raise _as_session(refusal) from None
    event_id, _, record, *rest = answer
    telling = Telling(*rest)
    return queue_entry(event_id, session_id, record, telling.position, alias), telling


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
