"""Erasure: a person's name goes from an event that is over, and everything that was counted stays."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator

from chalicelib import ids, keys
from chalicelib.events.model import Erased
from chalicelib.runtime import Runtime
from chalicelib.scripting import run

SCAN_PAGE = 1_000
OBJECTS_PER_STEP = 2_000

# Kind of object -> whether its record is of this person.
_IS_OF: dict[str, Callable[[str, str], bool]] = {
    "session": lambda record, user_id: record.rpartition(",")[2] == user_id,
    "ticket": lambda record, user_id: user_id in record and json.loads(record)["user"] == user_id,
    "order": lambda record, user_id: record.split(",", 3)[2] == user_id,
}


def erase(house: Runtime, event_id: str, user_id: str) -> Erased:
    """Put a name that means nobody in the place of a person's: in entries, sessions, tickets, orders and owners.

    Payment references and session ids of the person's own choice go too. The log names no persons. A repeat finds
    nothing more. Raises ``event_not_ended``, ``not_your_event``, ``event_not_found``.
    """
    code, name = ids.code_of(event_id), f"~erased-{secrets.token_hex(12)}"
    totals = [0, 0, 0]
    aliases: set[str] = set()

    def step(objects: list[str]) -> None:
        what = house.call("erase", code, event_id, user_id, name, *objects, counted=not objects)
        *counts, text = run(house.store, what)
        totals[:] = [total + count for total, count in zip(totals, counts, strict=True)]
        aliases.update(text.split(",") if text else ())

    # First what is live, and every refusal: the long look is for what ended before the last hundred.
    step([])
    found = [word for kind in _IS_OF for word in _found(house, code, kind, user_id)]
    for start in range(0, len(found), 2 * OBJECTS_PER_STEP):
        step(found[start : start + 2 * OBJECTS_PER_STEP])
    for alias in aliases:
        _forget_alias(house, code, user_id, alias)
    house.store.command("SREM", keys.user_index(user_id), code)
    sessions, tickets, orders = totals
    return Erased(message="The person is erased from this event", sessions=sessions, tickets=tickets, orders=orders)


def _found(house: Runtime, code: ids.EventCode, kind: str, user_id: str) -> Iterator[str]:
    key, cursor = keys.event_key(f"{kind}s", code), 0
    while True:
        cursor, page = house.store.command("HSCAN", key, cursor, "COUNT", SCAN_PAGE)
        for object_id, record in page.items():
            if _IS_OF[kind](record, user_id):
                yield from (kind, object_id)
        if cursor == 0:
            return


def _forget_alias(house: Runtime, code: ids.EventCode, user_id: str, alias: str) -> None:
    # Chosen again for another event meanwhile, it is that event's to forget.
    owner, _, session_id = (house.store.command("GET", keys.alias(alias)) or "").rpartition(",")
    if owner == user_id and ids.code_of(session_id) == code:
        house.store.command("DEL", keys.alias(alias))
