"""The room counted again: its fields and totals, the next deadline, the draw, and the figures of its minutes."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import reduce

from chalicelib import keys
from chalicelib.auditor.model import Difference, What
from chalicelib.auditor.snapshot import Snapshot, entry_of, number_or_text

LATE = 1 << 52
"""In a draw: who joins after the opening stands at this place or behind it."""

_MINUTES = 60
_NUMBERS = (
    *("total_tickets", "log_seq", "next_due_ms", "opened_ms", "minute_total"),
    *("admitted_reported", "abandoned_reported", "no_shows_reported"),
)
_WAIT = re.compile(r"wait([1-9]\d*)")
_MINUTE = re.compile(r"(minute|sale)(\d|[1-5]\d)")
_LINES = {"minute": keys.MINUTE_FIELDS, "sale": keys.SALE_FIELDS}


def room(event: Snapshot) -> Iterator[Difference]:
    """Give all that differs in the event itself and in what is kept of its room."""
    yield from _fields(event)
    yield from _totals(event)
    yield from _alarm(event)
    yield from _draw(event)
    yield from _figures(event)


def _fields(event: Snapshot) -> Iterator[Difference]:
    for name in sorted(event.fields.keys() - keys.EVENT_FIELDS):
        yield Difference(what="field_unknown", where=name)
    for name in _NUMBERS:
        if not event.fields.get(name, "").isdecimal():
            yield Difference(what="field_unreadable", where=name, stored=event.fields.get(name))


def _totals(event: Snapshot) -> Iterator[Difference]:
    never_came = sum(1 for session in event.with_status("e").values() if session["polls"] == "0")
    no_shows = event.number("no_shows")
    totals: list[tuple[What, str, int]] = [
        ("admitted_total", "admitted_total", sum(s["activated_ms"] != "0" for s in event.sessions.values())),
        ("abandoned_total", "abandoned", len(event.with_status("b"))),
        # Those whose turn ended with the event had no time to come: a cancelled one may have some of both.
        ("no_show_total", "no_shows", min(no_shows, never_came) if _is_cancelled(event) else never_came),
    ]
    for what, name, counted in totals:
        if event.fields.get(name) != str(counted):
            yield Difference(what=what, where=name, stored=number_or_text(event.fields.get(name)), counted=counted)
        field = f"{name.removesuffix('_total')}_reported"
        if event.number(field) > max(counted, event.number(name)):
            yield Difference(what="reported_above_total", where=field, stored=event.number(field), counted=counted)
    if event.number("admitted_total") and not event.number("opened_ms"):
        yield Difference(what="admitted_before_opening", where="opened_ms")


def _is_cancelled(event: Snapshot) -> bool:
    return event.fields.get("status_before", event.fields.get("status")) == "cancelled"


def _alarm(event: Snapshot) -> Iterator[Difference]:
    deadlines = [*event.holds.values(), *event.active.values(), *event.passed.values()]
    if event.fields.get("status") == "active" and not event.number("opened_ms") and event.with_status("w"):
        deadlines.append(event.number("sale_starts_ms"))
    next_due, first = event.number("next_due_ms"), min(deadlines, default=0)
    if deadlines and not 0 < next_due <= first:
        yield Difference(what="alarm_late", where="next_due_ms", stored=next_due, counted=first)


def _draw(event: Snapshot) -> Iterator[Difference]:
    late = [int(session["place"]) >= LATE for session in event.sessions.values() if session["entrant"] == "0"]
    is_draw = bool(event.draw) or any(late)
    stored, counted = event.fields.get("queue_mode"), "draw" if is_draw else "fifo"
    if event.sessions and stored != counted:
        yield Difference(what="queue_mode", where="queue_mode", stored=stored, counted=counted)
    receipts = [line.partition(",")[0] for line in event.draw]
    digest = reduce(_chained, receipts, event.fields.get("commitment", ""))
    if event.fields.get("draw_digest") != digest:
        stored = event.fields.get("draw_digest")
        yield Difference(what="draw_digest", where="draw_digest", stored=stored, counted=digest)
    first = {receipt: number for number, receipt in reversed([*enumerate(receipts, 1)])}
    for number, receipt in enumerate(receipts, 1):
        if first[receipt] != number:
            yield Difference(what="draw_receipt_twice", where=str(number), counted=first[receipt])
    yield from _entrants(event, is_draw=is_draw)


def _entrants(event: Snapshot, *, is_draw: bool) -> Iterator[Difference]:
    # Who leaves the lobby and joins again has another session with the same number and place.
    drew: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for i, session in event.sessions.items():
        place = int(session["place"])
        if session["entrant"] != "0":
            drew[int(session["entrant"])].add((session["user_id"], place))
        elif is_draw and place < LATE:
            yield Difference(what="late_place", where=entry_of(i), stored=place)
    published = {number: number_or_text(line.partition(",")[2]) for number, line in enumerate(event.draw, 1)}
    for number in sorted(drew.keys() | published.keys()):
        places = [place for _, place in drew[number]]
        if places != [published.get(number)]:
            counted = places[0] if len(places) == 1 else None
            yield Difference(what="draw_entrant", where=str(number), stored=published.get(number), counted=counted)


def _chained(digest: str, receipt: str) -> str:
    return hashlib.sha1((digest + receipt).encode(), usedforsecurity=False).hexdigest()


def _figures(event: Snapshot) -> Iterator[Difference]:
    waited = 0
    for name, text in event.stats.items():
        if _WAIT.fullmatch(name) and text.isdecimal():
            waited += int(text)
        elif not _is_minute(name, text):
            yield Difference(what="figures_unreadable", where=name)
    admitted = event.number("admitted_total") - event.number("minute_total")
    if waited > admitted:
        yield Difference(what="waits_above_admitted", where="stats", stored=waited, counted=admitted)


def _is_minute(name: str, text: str) -> bool:
    slot, figures = _MINUTE.fullmatch(name), text.split(",")
    if not slot or len(figures) != len(_LINES[slot[1]]):
        return False
    line = dict(zip(_LINES[slot[1]], figures, strict=True))
    revenue, waits = line.pop("revenue", ""), [line.pop("wait_p50_ms", ""), line.pop("wait_p95_ms", "")]
    if not all(figure.isdecimal() for figure in line.values()) or int(line["minute"]) % _MINUTES != int(slot[2]):
        return False
    if line.get("admitted", "0") == "0":
        return waits == ["", ""] and (revenue == "" or revenue.isdecimal())
    return all(wait.isdecimal() for wait in waits) and int(waits[0]) <= int(waits[1])
