"""The rules of the queue: join, poll, refresh, leave, process. See model.py."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any

from tests.stateful.model import Event
from tests.stateful.model_objects import LIVING, Refused, Session

DRAW_KEY = "the key of every draw in these plays"
NONCE = "nonce"
FIRST_LATE = 2**52
FULL_TIMES_MAX = 4
POLLS_MAX, QUIET_MS_MAX = 5, 15_000
PROCESSED_REMEMBERED = 8

Aliases = dict[str, tuple[str, Session | None]]
"""Session ids that clients chose: whose each is for good, and the session that it last meant."""


def claim(aliases: Aliases, alias: str, user: str) -> None:
    """Take a session id for a person; it stays theirs even if the request that brought it is refused after this."""
    owner, _ = aliases.setdefault(alias, (user, None))
    if owner != user:
        raise Refused("session_id_taken")


def join(event: Event, user: str, alias: str | None, told: dict[str, Any]) -> tuple[Session, bool]:
    """Give a person a place, or the one that they have; tells whether it is new. ``told`` is what they are answered."""
    event.must_be_open(early=True)
    before = event.place_of(user)
    if before and before.status in LIVING:
        before.alias = alias or before.alias
        _here(before)
        return _told(before, told), False
    if event.mode == "closed":
        raise Refused("queue_closed")
    if event.sold_out:
        raise Refused("sold_out")
    if event.terms["queue_mode"] is None:
        event.terms = event.terms | {"queue_mode": "draw" if event.terms["sale_starts_at"] else "fifo"}
    session = Session(event, user, len(event.sessions) + 1, event.now, event.now, alias, poll_due_ms=event.now)
    if event.terms["queue_mode"] == "draw":
        _draw(session, before)
    event.sessions.append(session)
    event.admit()
    _here(session)
    session.poll_due_ms = event.now + told.get("poll_after_ms", 0)
    return session, True


def _draw(session: Session, before: Session | None) -> None:
    """In the lobby everybody draws once, whatever they do then; who comes later stands behind."""
    if session.event.opened_ms is not None:
        session.place += FIRST_LATE
        return
    session.receipt = before.receipt if before and before.receipt else hashed(session.user, NONCE)
    seed = hmac.digest(DRAW_KEY.encode(), session.event.id.encode(), "sha256")
    session.place = int(hmac.digest(seed, session.receipt.encode(), "sha256").hex()[:13], 16)


def hashed(*parts: str) -> str:
    """Hash texts, each behind its length."""
    return sha256(b"".join(len(part).to_bytes(8, "big") + part.encode() for part in parts)).hexdigest()


def _here(session: Session) -> None:
    """Let the owner of a session come back, if it was passed over, and show up, if it was admitted meanwhile."""
    event = session.event
    if session.lost_at_ms and session.status == "waiting":
        session.lost_at_ms, session.poll_due_ms = None, event.now
        event.admit()
    session.show_up()


def _is_quiet(session: Session) -> bool:
    return 0 < session.quiet_until_ms - session.event.now <= QUIET_MS_MAX


def _told(session: Session, told: dict[str, Any]) -> Session:
    """Note when the next poll is due."""
    now = session.event.now
    session.seen_ms, session.poll_due_ms = now, now + (told.get("poll_after_ms") or 0)
    return session


def find(event: Event, user: str) -> Session:
    """Give the latest place of a person."""
    session = event.place_of(user)
    if session is None:
        raise Refused("not_in_queue")
    return session


def called(event: Event, user: str, alias: str) -> Session | None:
    """Give the session that a person means by a session id of their own: the latest, if it goes by that id."""
    session = event.place_of(user)
    return session if session and session.alias == alias else None


def see(session: Session, told: dict[str, Any]) -> Session:
    """Note that the owner of a session was here."""
    if session.status not in LIVING:
        return session
    if session.is_here and session.polls >= POLLS_MAX and _is_quiet(session):
        raise Refused("polling_too_fast")
    _here(session)
    if _is_quiet(session):
        session.polls += 1
    else:
        session.polls = 1
        session.quiet_until_ms = session.event.now + min(QUIET_MS_MAX, told.get("poll_after_ms", 0) // 4)
    return _told(session, told)


def refresh(session: Session, told: dict[str, Any]) -> Session:
    """Give an active session its full time again, up to four times that in all; a waiting one stays as it is."""
    event = session.event
    if session.status not in LIVING:
        raise Refused("session_ended")
    if session.status == "active" and session.is_here:
        if not session.holds and event.at("waiting"):
            raise Refused("others_waiting")
        full_ms = event.terms["session_seconds"] * 1000
        deadline_ms = min(event.now + full_ms, session.activated_ms + FULL_TIMES_MAX * full_ms)
        session.deadline_ms = max(session.deadline_ms, deadline_ms)
    _here(session)
    return _told(session, told)


def leave(session: Session, _: dict[str, Any]) -> Session:
    """Give a place or a turn up; its holds live on."""
    if session.status in LIVING:
        session.status = "left"
    return session


def process(event: Event, count: int, key: str | None) -> list[Session]:
    """Let in up to ``count`` past the rate; a repeat with the same key is answered with the same people."""
    known = next((admitted for name, admitted in event.processed if key and name == key), None)
    if known is not None:
        return known
    event.must_be_open()
    if not event.at("waiting"):
        raise Refused("queue_empty")
    if not event.room(by_hand=True):
        raise Refused("no_capacity")
    admitted = event.activate(min(count, event.room(by_hand=True)))
    if not admitted:
        raise Refused("nobody_present")
    event.processed = [*event.processed, (key, admitted)][-PROCESSED_REMEMBERED:]
    return admitted
