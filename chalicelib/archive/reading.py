"""An event read for its report, in pages: it is closed, so the pages are of one state though not of one instant."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from chalicelib import keys
from chalicelib.archive import report
from chalicelib.archive.report import Incomplete, Record
from chalicelib.ids import EventCode
from chalicelib.store import Store

PAGE = 2_000
"""Things of a kind that are read in one trip; with HSCAN that is two values each, and the server may add a few."""

LOG_PAGE = 500
"""Entries of the log in one trip: each is nine values."""

_SIZES = {
    "seat": ("HLEN", "seats"),
    "ticket": ("HLEN", "tickets"),
    "order": ("HLEN", "orders"),
    "session": ("HLEN", "sessions"),
    "entrant": ("LLEN", "draw"),
    "log": ("XLEN", "log"),
}


def sizes_of(store: Store, code: EventCode) -> tuple[dict[str, str], dict[str, int]]:
    """Read the event itself, and how much there is of each kind, in one instant: all is there, or nothing.

    Raises Incomplete when it is not there any more, or not closed.
    """
    counts = [[command, keys.event_key(name, code)] for command, name in _SIZES.values()]
    fields, *sizes = store.snapshot([["HGETALL", keys.event_key("events", code)], *counts])
    if "archived_ms" not in fields:
        raise Incomplete("the event is not there any more")
    return fields, dict(zip(_SIZES, sizes, strict=True))


def pages(store: Store, code: EventCode) -> Iterator[list[Record]]:
    """Read all that the report says of an event beside its fields, in an order that is always the same.

    A few ids of a kind, all at once, are what it needs of memory: about 160 bytes each. Raises Incomplete when
    something is removed meanwhile.
    """
    yield from _seats(store, code)
    for kind, make in (("tickets", report.ticket), ("orders", report.order), ("sessions", report.session)):
        for page in _hash(store, keys.event_key(kind, code)):
            yield [make(name, text) for name, text in page.items()]
    yield from _entrants(store, code)
    yield from _log(store, code)


def _seats(store: Store, code: EventCode) -> Iterator[list[Record]]:
    holders, states = keys.event_key("holders", code), keys.event_key("seatmap", code)
    for page in _hash(store, keys.event_key("seats", code)):
        ordinals = list(page)
        first = int(ordinals[0])
        held = store.command("HMGET", holders, *ordinals)
        marks = store.command("GETRANGE", states, first, int(ordinals[-1]))
        yield [
            report.seat(code, ordinal, page[ordinal], marks[int(ordinal) - first :][:1], ticket)
            for ordinal, ticket in zip(ordinals, held, strict=True)
        ]


def _hash(store: Store, key: str) -> Iterator[dict[str, str]]:
    names = {name for page in store.pages(key, PAGE) for name in page}
    ordered = sorted(names, key=lambda name: (len(name), name))  # numbers as numbers; ids are equally long
    for start in range(0, len(ordered), PAGE):
        page = ordered[start : start + PAGE]
        texts = store.command("HMGET", key, *page)
        if None in texts:
            raise Incomplete(f"something in {key} was removed")
        yield dict(zip(page, texts, strict=True))


def _entrants(store: Store, code: EventCode) -> Iterator[list[Record]]:
    start = 0
    while page := store.command("LRANGE", keys.event_key("draw", code), start, start + PAGE - 1):
        yield [report.entrant(number, line) for number, line in enumerate(page, start + 1)]
        start += len(page)


def _log(store: Store, code: EventCode) -> Iterator[list[Record]]:
    read, after = partial(store.command, "XRANGE", keys.event_key("log", code)), "-"
    while page := read(after, "+", "COUNT", LOG_PAGE):
        yield [report.entry(name, fields) for name, fields in page]
        after = f"({page[-1][0]}"
