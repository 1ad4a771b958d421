"""People counted again: their sessions, the sets in which these stand, what they hold, and one place a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from chalicelib.auditor.model import Difference, What
from chalicelib.auditor.snapshot import Snapshot, entry_of


def people(event: Snapshot) -> Iterator[Difference]:
    """Give all that differs among sessions."""
    yield from _inside(event)
    yield from _waiting(event)
    yield from _holdings(event)
    yield from _entries(event)


def _inside(event: Snapshot) -> Iterator[Difference]:
    sessions = event.with_status("a")
    yield from _members(event.active, sessions, "active")
    for i in event.active.keys() & sessions.keys():
        yield from _same("session_deadline", i, event.active[i], int(sessions[i]["deadline_ms"]))
    for i in sessions.keys() - event.active.keys():
        yield Difference(what="session_in_no_set", where=entry_of(i), stored="active")


def _waiting(event: Snapshot) -> Iterator[Difference]:
    sessions = event.with_status("w")
    for name, places in (("queue", event.queue), ("away", event.away)):
        yield from _members(places, sessions, name)
        for i in places.keys() & sessions.keys():
            yield from _same("session_place", i, places[i], int(sessions[i]["place"]))
    for i in event.queue.keys() & event.away.keys():
        yield Difference(what="session_in_two_sets", where=entry_of(i))
    for i in sessions.keys() - event.queue.keys() - event.away.keys():
        yield Difference(what="session_in_no_set", where=entry_of(i), stored="waiting")
    for i in event.away.keys() - event.passed.keys():
        yield Difference(what="away_without_deadline", where=entry_of(i))
    for i in event.passed.keys() - event.away.keys():
        yield Difference(what="deadline_without_away", where=entry_of(i), stored=event.passed[i])


def _members(members: Mapping[str, int], sessions: Mapping[str, object], name: str) -> Iterator[Difference]:
    for i in members.keys() - sessions.keys():
        yield Difference(what="member_without_session", where=entry_of(i), stored=name)


def _holdings(event: Snapshot) -> Iterator[Difference]:
    """Hold what a session says of its tickets against the tickets; a confirmed one stays confirmed when cancelled."""
    held: Counter[str] = Counter(ticket["session"] for ticket in event.reserved.values())
    confirmed: Counter[str] = Counter(t["session"] for t in event.tickets.values() if "confirmed_ms" in t)
    lost: Counter[str] = Counter(t["session"] for t in event.tickets.values() if t["status"] == "expired")
    for i, session in event.sessions.items():
        yield from _same("session_held", i, int(session["held"]), held[i])
        yield from _same("session_confirmed", i, int(session["confirmed"]), confirmed[i])
        yield from _same("session_lost", i, int(session["lost"]), lost[i])


def _entries(event: Snapshot) -> Iterator[Difference]:
    living: dict[str, list[str]] = defaultdict(list)
    for i, session in event.sessions.items():
        if session["status"] in "wa":
            living[session["user_id"]].append(i)
    for user, places in living.items():
        entered = event.entries.get(user)
        for i in places:
            if i != entered:
                what: What = "person_twice" if len(places) > 1 else "session_without_entry"
                yield Difference(what=what, where=entry_of(i))
    for user, i in event.entries.items():
        if event.sessions.get(i, {}).get("user_id") != user:
            yield Difference(what="entry_without_session", where=entry_of(i))


def _same(what: What, session: str, stored: int, counted: int) -> Iterator[Difference]:
    if stored != counted:
        yield Difference(what=what, where=entry_of(session), stored=stored, counted=counted)
