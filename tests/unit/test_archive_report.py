"""The lines of a report: what cannot be read is kept all the same, and what is not whole is not closed."""

from __future__ import annotations

import json

import pytest

from chalicelib.archive import report
from chalicelib.archive.report import Incomplete, Lines
from chalicelib.ids import EventCode

CODE = EventCode("0123456789ab")
FIELDS = {
    "id": "01234567-89ab-8000-8000-000000000001",
    "created_ms": "5",
    "name": "Übung",
    "status": "archiving",
    "status_before": "cancelled",
    "archived_ms": "1795880436839",
}


def test_the_same_event_gives_the_same_lines() -> None:
    """Whatever the order in which its fields came; the status is the one that it had."""
    other = dict(reversed(FIELDS.items()))
    first, second = (json.dumps([report.header(f, {"seat": 2}), report.event(f)]) for f in (FIELDS, other))
    assert first == second
    assert report.header(FIELDS, {})["archived_at"] == "2026-11-28T15:40:36.839Z"
    assert report.event(FIELDS) == {
        "kind": "event",
        "id": FIELDS["id"],
        "created_ms": "5",
        "name": "Übung",
        "status": "cancelled",
        "archived_ms": "1795880436839",
    }


def test_no_report_takes_the_place_of_one_that_says_something_else() -> None:
    """Of an event that is made again the id is the same; of a log that went on the last number is not."""
    assert report.name_of(FIELDS, "9-0") == f"events/{FIELDS['id']}/5-9.jsonl.gz"
    others = report.name_of(FIELDS | {"created_ms": "6"}, "9-0"), report.name_of(FIELDS, "10-0")
    assert report.name_of(FIELDS, "9-0") not in others


def test_what_cannot_be_read_is_kept_as_it_is() -> None:
    """Nothing is lost, and nothing stays for ever because of one record."""
    assert report.seat(CODE, "7", "A\x1f1", "a", None) == {
        "kind": "seat",
        "id": "01234567-89ab-8000-8000-000000000007",
        "ordinal": "7",
        "unreadable": "A\x1f1",
        "state": "a",
        "ticket": None,
    }
    for make, kind, text in (
        (report.ticket, "ticket", "{"),
        (report.ticket, "ticket", "7"),
        (report.order, "order", "x,1"),
        (report.session, "session", ""),
    ):
        assert make("i", text) == {"kind": kind, "id": "i", "unreadable": text}
    assert report.entrant(1, "x") == {"kind": "entrant", "number": "1", "unreadable": "x"}


def test_a_report_that_misses_something_is_not_closed() -> None:
    """Whoever removes an event while it is read leaves a report that is never sent."""
    written = list[bytes]()
    lines = Lines(written.append)
    lines.write(report.ticket("i", "{}"))
    with pytest.raises(Incomplete):
        lines.close({"ticket": 2, "log": 0})
    assert len(written) == 1
    lines.close({"ticket": 1, "log": 0})
    assert json.loads(written[-1])["lines"] == 1
