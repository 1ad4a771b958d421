"""Erasure: a person's name goes from an event that is over, and everything that was counted stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from chalicelib import ids, keys
from chalicelib.events.model import Erased
from chalicelib.keys import SESSION_FIELDS
from chalicelib.runtime import Runtime
from chalicelib.scripting import forget_alias, run

SCAN_PAGE = 1_000
OBJECTS_PER_STEP = 2_000
_ALIAS = SESSION_FIELDS.index("alias")

# Kind of object -> whether its record is of this person.
_IS_OF: dict[str, Callable[[str, str], bool]] = {
    "session": lambda record, user_id: record.rpartition(",")[2] == user_id,
    "ticket": lambda record, user_id: user_id in record and json.loads(record)["user"] == user_id,
    "order": lambda record, user_id: record.split(",", 3)[2] == user_id,
}


def erase(house: Runtime, event_id: str, user_id: str) -> Erased:
    """Put a name that means nobody in the place of a person's: in entries, sessions, tickets, orders and owners.

    Payment references and session ids of the person's own choice go too. The log names no persons. A repeat finds
    nothing more; after a crash it finds the rest. Raises ``event_not_ended``, ``not_your_event``, ``event_not_found``.
    """
    code = ids.code_of(event_id)
    name = f"~erased-{house.ids.within(code)}"

    def step(mode: str, objects: list[str]) -> list[int]:
        what = house.call("erase", code, event_id, mode, user_id, name, *objects, counted=mode == "look")
        return run(house.store, what)

    step("look", [])
    objects: list[str] = []
    for kind, object_id, record in _found(house, code, user_id):
        objects += [kind, object_id]
        alias = record.split(",")[_ALIAS] if kind == "session" else ""
        if alias:
            # Before the session forgets it: afterwards nobody would find it.
            run(house.store, forget_alias(alias, user_id, code))
    # Also without any: the script finds what is live by itself.
    pages = [objects[at : at + 2 * OBJECTS_PER_STEP] for at in range(0, len(objects), 2 * OBJECTS_PER_STEP)] or [[]]
    sessions, tickets, orders = (sum(column) for column in zip(*(step("write", page) for page in pages), strict=True))
    house.store.command("SREM", keys.user_index(user_id), code)
    return Erased(message="The person is erased from this event", sessions=sessions, tickets=tickets, orders=orders)


def _found(house: Runtime, code: ids.EventCode, user_id: str) -> Iterator[tuple[str, str, str]]:
    for kind, is_of in _IS_OF.items():
        for page in house.store.pages(keys.event_key(f"{kind}s", code), SCAN_PAGE):
            yield from ((kind, object_id, record) for object_id, record in page.items() if is_of(record, user_id))
