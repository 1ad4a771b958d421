"""The final report of an event: what each of its lines says, and how they are written.

A line is a JSON object whose ``kind`` says what it is about. All values are texts, as the service kept them: instants
in ms since 1970, money in minor units. The same event always gives the same lines.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import ids, keys
from chalicelib.fields import format_instant

SCHEMA = "ticketing/event-report/1"

Record = dict[str, Any]


class Incomplete(Exception):
    """A report that has not as many lines of a kind as the event has such things: something was removed meanwhile."""


class Lines:
    """Writes records, one a line, and remembers how many there are of each kind, and their digest."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self.counts: Counter[str] = Counter()
        self.digest = ""
        self._write, self._sha256 = write, hashlib.sha256()

    def write(self, record: Record) -> None:
        """Write the next record."""
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self._sha256.update(line)
        self._write(line)
        self.counts[record["kind"]] += 1

    def close(self, promised: Mapping[str, int]) -> None:
        """Write the last line, which says that nothing is missing; raises Incomplete when the counts are others."""
        found = {kind: self.counts[kind] for kind in promised}
        if found != promised:
            raise Incomplete(f"of {dict(promised)} there are {found}")
        lines, self.digest = self.counts.total(), self._sha256.hexdigest()
        self.write({"kind": "end", "lines": lines, "sha256": self.digest})


def name_of(fields: Mapping[str, str], last: str) -> str:
    """Give the name under which a report is kept whose log ends with this entry.

    An event that is made again with the same id has another. So has one whose log went on: a run that was held up
    cannot put its older report in the place of a newer one.
    """
    return f"events/{fields['id']}/{fields['created_ms']}-{last.partition('-')[0]}.jsonl.gz"


def header(fields: Mapping[str, str], counts: Mapping[str, int]) -> Record:
    """Give the first line: which event, when it was closed, how many lines of each kind follow."""
    archived_at = format_instant(int(fields["archived_ms"]))
    return {"kind": "report", "schema": SCHEMA, "event_id": fields["id"], "archived_at": archived_at, "counts": counts}


def event(fields: Mapping[str, str]) -> Record:
    """Give the event with its settings and counters, and the status that it had before it was closed."""
    kept = {name: fields[name] for name in sorted(fields) if name != "status_before"}
    return {"kind": "event"} | kept | {"status": fields["status_before"]}


def seat(code: ids.EventCode, ordinal: str, line: str, state: str, ticket: str | None) -> Record:
    """Give a seat, its state (a, h, s or b) and the ticket that has it."""
    named = {"id": ids.seat_id(code, int(ordinal)), "ordinal": ordinal}
    found = _read("seat", named, lambda: _fields(keys.SEAT_FIELDS, line, keys.UNIT_SEPARATOR), line)
    return found | {"state": state, "ticket": ticket}


def ticket(name: str, text: str) -> Record:
    """Give a ticket, whatever became of it."""
    return _read("ticket", {"id": name}, lambda: dict(json.loads(text)), text)


def order(name: str, line: str) -> Record:
    """Give an order and the ids of its tickets."""
    found = _read("order", {"id": name}, lambda: _fields(keys.ORDER_FIELDS, line, ","), line)
    return found | ({"ticket_ids": found["ticket_ids"].split(",")} if "ticket_ids" in found else {})


def session(name: str, line: str) -> Record:
    """Give a session: a person's place and turn."""
    return _read("session", {"id": name}, lambda: _fields(keys.SESSION_FIELDS, line, ","), line)


def entrant(number: int, line: str) -> Record:
    """Give who drew as this number in the draw."""
    return _read("entrant", {"number": str(number)}, lambda: _fields(("receipt", "place"), line, ","), line)


def entry(name: str, fields: Mapping[str, str]) -> Record:
    """Give an entry of the log."""
    return {"kind": "log", "id": name} | dict(fields)


def _fields(names: tuple[str, ...], line: str, separator: str) -> Record:
    return dict(zip(names, line.split(separator, len(names) - 1), strict=True))


def _read(kind: str, named: Record, read: Callable[[], Record], text: str) -> Record:
    """Give a record, or what stands in its place: what cannot be read is kept all the same."""
    try:
        return {"kind": kind} | named | read()
    except (TypeError, ValueError):
        return {"kind": kind} | named | {"unreadable": text}
