"""What is told of an event's log, and in which words. No person's name is: see docs/events-told.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from chalicelib import ids
from chalicelib.fields import format_instant

SOURCE = "ticketing"
TOLD = frozenset(
    {
        *("ticket.reserved", "ticket.confirmed", "ticket.cancelled", "ticket.expired"),
        *("session.activated", "event.sold_out"),
    }
)
"""Words of the log that are told. With another one ``previous`` of later entries is another too, in both releases."""
TOLD_AT_ONCE = 10
"""Entries that EventBridge takes in one call."""

Entry = dict[str, Any]
"""What EventBridge takes of one effect, but for the name of the bus."""


class BusAway(Exception):
    """The bus as a whole cannot be reached, is not there, or refuses us."""


class Page(NamedTuple):
    """What ``outbox`` answers of an event: entries of its log behind the cursor, as they lie there."""

    now_ms: int
    log_seq: int
    told_seq: int
    entries: list[tuple[str, list[str]]]


class Mark(NamedTuple):
    """Where the cursor may stand: behind the entry of this number and text, the last told one having that number."""

    number: int
    text: str
    told_seq: int


class Told(NamedTuple):
    """One effect as it is told, and where the cursor may stand when the bus has taken it."""

    entry: Entry
    at_ms: int
    mark: Mark


class Step(NamedTuple):
    """What one call of the bus is to take, and where the cursor may stand when it has taken all of it."""

    told: list[Told]
    mark: Mark | None


def first_step(event_id: str, page: Page, limit: int = TOLD_AT_ONCE) -> Step:
    """Take from a page what one call of the bus is to take; without a mark there is nothing left to do."""
    told: list[Told] = []
    mark, previous = None, page.told_seq
    for name, flat in page.entries:
        if len(told) == limit:
            break
        number, logged = int(name.partition("-")[0]), dict(zip(flat[::2], flat[1::2], strict=True))
        is_told = logged["what"] in TOLD
        mark = Mark(number, ",".join(flat), number if is_told else previous)
        if is_told:
            told.append(Told(entry_of(event_id, number, previous, logged), int(logged["at"]), mark))
            previous = number
    return Step(told, mark)


def entry_of(event_id: str, number: int, previous: int, logged: dict[str, str]) -> Entry:
    """Write one effect of the log as EventBridge takes it; ``previous`` is the number of the one told before, or 0.

    Its id is a digest of all that is said: the same id is the same effect, even in an event that was made anew.
    """
    at_ms, what, who = int(logged["at"]), logged["what"], logged["who"]
    detail: dict[str, str | int] = {
        "id": ids.derived_id(event_id, str(number), *logged.values(), code=ids.code_of(event_id)),
        "event_id": event_id,
        "number": number,
        "previous": previous,
        "at": format_instant(at_ms),
    }
    if not what.startswith("event."):
        detail["entry_id"] = ids.entry_id(who)
    if what.startswith("ticket."):
        ticket_id, _, ordinal = logged["data"].partition(",")
        detail["ticket_id"] = ticket_id
        if ordinal:
            detail["seat_id"] = ids.seat_id(ids.code_of(event_id), int(ordinal))
    return {
        "Source": SOURCE,
        "DetailType": what,
        "Time": datetime.fromtimestamp(at_ms // 1000, UTC),
        "Detail": json.dumps(detail, separators=(",", ":")),
    }


def taken(refusals: Sequence[str]) -> int:
    """Tell how many the bus took before the first that it refused: what it took behind that one is told again."""
    return next((place for place, why in enumerate(refusals) if why), len(refusals))
