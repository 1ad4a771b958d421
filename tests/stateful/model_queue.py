"""The rules of the queue: join, refresh, leave, process. See model.py."""

from __future__ import annotations

from tests.stateful.model import LIVING, Event, Refused, Session

FULL_TIMES_MAX = 4
PROCESSED_REMEMBERED = 8

Aliases = dict[str, tuple[str, Session | None]]
"""Session ids that clients chose: whose each is for good, and the session that it last meant."""


def claim(aliases: Aliases, alias: str, user: str) -> None:
    """Take a session id for a person; it stays theirs even if the request that brought it is refused after this."""
    owner, _ = aliases.setdefault(alias, (user, None))
    if owner != user:
        raise Refused("session_id_taken")


def join(event: Event, user: str, alias: str | None) -> tuple[Session, bool]:
    """Give a person a place, or the one that they have; tells whether it is new."""
    event.must_be_open(early=True)
    session = event.place_of(user)
    if session and session.status in LIVING:
        session.alias = alias or session.alias
        return session, False
    if event.sold_out:
        raise Refused("sold_out")
    session = Session(event, user, len(event.sessions) + 1, event.now, event.now, alias)
    event.sessions.append(session)
    return session, True


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


def see(session: Session) -> Session:
    """Note that the owner of a session was here."""
    if session.status in LIVING:
        session.seen_ms = session.event.now
    return session


def refresh(session: Session) -> Session:
    """Give an active session its full time again, up to four times that in all; a waiting one stays as it is."""
    event = session.event
    if session.status not in LIVING:
        raise Refused("session_ended")
    if session.status == "waiting":
        return session
    if not session.holds and event.at("waiting"):
        raise Refused("others_waiting")
    full_ms = event.terms["session_seconds"] * 1000
    deadline_ms = min(event.now + full_ms, session.activated_ms + FULL_TIMES_MAX * full_ms)
    if deadline_ms > session.deadline_ms:
        session.deadline_ms, session.seen_ms = deadline_ms, event.now
    return session


def leave(session: Session) -> Session:
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
    if not event.room():
        raise Refused("no_capacity")
    admitted = event.activate(min(count, event.room()))
    event.processed = [*event.processed, (key, admitted)][-PROCESSED_REMEMBERED:]
    return admitted
