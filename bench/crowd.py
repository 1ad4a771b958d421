"""People by the hundred: their joins and purchases go past the handler, in pipelines, through the real scripts."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.ids import IdMaker, code_of
from chalicelib.keys import SESSION_FIELDS, event_key
from chalicelib.queue import draws
from chalicelib.runtime import runtime
from chalicelib.scripting import Call, call, run_many
from chalicelib.settings import Settings
from chalicelib.store import Store

_PER_TRIP = 100
_POLL_DUE = SESSION_FIELDS.index("poll_due_ms")
_ids = IdMaker(secrets.randbits)


class Buyer(NamedTuple):
    """A person in a queue."""

    user_id: str
    session_id: str


def new_user() -> str:
    """Make up a user id as identity providers do: a UUID."""
    return str(uuid.uuid4())


def a_pace() -> tuple[int, int]:
    """Give what a poll brings along: polls per second in all, and a jitter."""
    return Settings().polls_per_second, secrets.randbelow(1000)


def a_join(event_id: str) -> tuple[Buyer, Call]:
    """Give somebody new, and the call with which they join."""
    code = code_of(event_id)
    buyer = Buyer(new_user(), _ids.within(code))
    lot = draws.lot(runtime(), event_id, *buyer)
    return buyer, call("join", code, event_id, *buyer, "", *a_pace(), *lot)


def a_status(session_id: str) -> Call:
    """Give the call with which the owner of a session asks where it stands."""
    return call("status", code_of(session_id), "", session_id, "", *a_pace())


def join(store: Store, event_id: str, n: int) -> list[Buyer]:
    """Have `n` people join, in this order. Raises DomainError when one is refused."""
    buyers = []
    for start in range(0, n, _PER_TRIP):
        joins = [a_join(event_id) for _ in range(min(_PER_TRIP, n - start))]
        _run(store, [what for _, what in joins])
        buyers += [buyer for buyer, _ in joins]
    return buyers


def leave(store: Store, buyers: Sequence[Buyer]) -> None:
    """Have these people give their places up."""
    _run(store, [call("leave", code_of(buyer.session_id), "", buyer.session_id, *a_pace()) for buyer in buyers])


def silence(store: Store, event_id: str, session_ids: Sequence[str]) -> None:
    """Make it so that these people were to ask again long ago and have not: nobody waits in a measurement."""
    sessions = event_key("sessions", code_of(event_id))
    for start in range(0, len(session_ids), _PER_TRIP):
        page = session_ids[start : start + _PER_TRIP]
        flat = []
        for session_id, record in zip(page, store.command("HMGET", sessions, *page), strict=True):
            fields = record.split(",")
            fields[_POLL_DUE] = "0"
            flat += [session_id, ",".join(fields)]
        store.command("HSET", sessions, *flat)


def hold(store: Store, event_id: str, buyers: Sequence[Buyer], first_seat: int | None) -> list[str]:
    """Have each of these hold a ticket, of a seat from the ordinal `first_seat` on; gives the ids of the tickets.

    Raises DomainError when one is refused.
    """
    code = code_of(event_id)
    ticket_ids = [_ids.within(code) for _ in buyers]
    purchases = []
    for i, (buyer, ticket_id) in enumerate(zip(buyers, ticket_ids, strict=True)):
        order = (_ids.within(code), "", 1, ticket_id)
        seat = () if first_seat is None else (first_seat + i,)
        purchases.append(call("purchase", code, event_id, *buyer, 0, *order, *seat))
    for start in range(0, len(purchases), _PER_TRIP):
        _run(store, purchases[start : start + _PER_TRIP])
    return ticket_ids


def _run(store: Store, calls: Sequence[Call]) -> None:
    for answer in run_many(store, calls):
        if isinstance(answer, Exception):
            raise answer
