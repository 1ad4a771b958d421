"""People by the hundred: their joins and purchases go past the handler, in pipelines, through the real scripts."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.ids import IdMaker, code_of
from chalicelib.scripting import Call, call, run_many
from chalicelib.store import Store

_PER_TRIP = 100
_ids = IdMaker(secrets.randbits)


class Buyer(NamedTuple):
    """A person in a queue."""

    user_id: str
    session_id: str


def new_user() -> str:
    """Make up a user id as identity providers do: a UUID."""
    return str(uuid.uuid4())


def a_join(event_id: str) -> tuple[Buyer, Call]:
    """Give somebody new, and the call with which they join."""
    code = code_of(event_id)
    buyer = Buyer(new_user(), _ids.within(code))
    return buyer, call("join", code, event_id, buyer.user_id, buyer.session_id, "")


def join(store: Store, event_id: str, n: int) -> list[Buyer]:
    """Have `n` people join, in this order. Raises DomainError when one is refused."""
    buyers = []
    for start in range(0, n, _PER_TRIP):
        joins = [a_join(event_id) for _ in range(min(_PER_TRIP, n - start))]
        _run(store, [what for _, what in joins])
        buyers += [buyer for buyer, _ in joins]
    return buyers


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
