"""The auditor: it names every kind of fault by its word and place, nothing else, and nobody's name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib import keys
from chalicelib.auditor import service, snapshot
from chalicelib.ids import code_of, entry_id
from tests.support.api import Api
from tests.support.auditing import audit, named
from tests.support.clock import Clock
from tests.support.planted import COUNTERS, IN_DRAW, IN_SALE, WORDS
from tests.support.sale import (
    MINUTE_MS,
    UNKNOWN,
    crowd,
    freeze,
    new_event,
    new_seated,
    order,
    read,
)
from tests.support.spoilable import Draw, Sale


def test_every_word_has_its_fault() -> None:
    """What the auditor can say is planted below; a word without a fault would be a promise that nobody tried."""
    assert {*IN_SALE, *IN_DRAW} == set(WORDS)


def test_every_word_is_explained() -> None:
    """In docs/integrity.md, in the order in which the document of the service has them."""
    page = Path(__file__).parents[2] / "docs" / "integrity.md"
    assert tuple(re.findall(r"^\| `([a-z_]+)` \|", page.read_text(), re.MULTILINE)) == WORDS


def test_every_key_of_an_event_is_read() -> None:
    """A new key that the auditor does not look at fails here."""
    code = code_of(UNKNOWN)
    assert [words[1] for words in snapshot.reads(code)] == keys.event_keys(code)


def test_a_sale_in_full_swing_has_no_differences(api: Api, sale: Sale) -> None:
    """And the answer says how much was counted."""
    found = audit(api, sale.event)
    assert (found["status"], found["differences_total"], found["differences"]) == ("ok", 0, [])
    log_seq = int(sale.do("HGET", "events", "log_seq"))
    counts = {"seats": 12, "tickets": 4, "orders": 4, "sessions": 8, "log_entries": log_seq}
    assert (found["looked_at"], found["log_seq"]) == (counts, log_seq)


def test_a_drawn_queue_has_no_differences(api: Api, drawn: Draw) -> None:
    """The digest, the numbers and the places are worked out again."""
    assert named(audit(api, drawn.event)) == []


@pytest.mark.parametrize("word", IN_SALE)
def test_each_fault_is_named_by_its_word_and_place_and_nothing_else(api: Api, sale: Sale, word: Any) -> None:
    """One fault, one difference; only counters can be mended."""
    where = IN_SALE[word](sale)
    found = audit(api, sale.event)
    assert named(found) == [(word, where)]
    assert found["differences"][0]["repairable"] == (word in COUNTERS)


@pytest.mark.parametrize("word", IN_DRAW)
def test_each_fault_of_a_draw_is_named_by_its_word_and_place_and_nothing_else(api: Api, drawn: Draw, word: Any) -> None:
    """The draw is public, so a fault in it must be, too."""
    where = IN_DRAW[word](drawn)
    assert named(audit(api, drawn.event)) == [(word, where)]


def test_a_name_in_a_wrong_place_is_not_told(api: Api, sale: Sale) -> None:
    """A session where a ticket should be is named by its queue entry, a person not at all."""
    sale.do("ZADD", "holds", 10**13, sale.dora.session)
    sale.do("HSET", "holders", 7, sale.dora.user)
    found = audit(api, sale.event)
    assert sorted(named(found)) == [
        ("hold_without_ticket", entry_id(sale.dora.session)),
        ("holder_without_ticket", "7"),
    ]
    assert {"a person", None} == {difference["stored"] for difference in found["differences"]}


def test_a_check_in_stands_in_the_ticket_and_in_the_log(api: Api, sale: Sale) -> None:
    """Once in each, and after the confirm; what only one of them says is named."""
    sale.ticket(sale.sold, checked_in_ms="1")
    assert named(audit(api, sale.event)) == [("ticket_log", sale.sold)]
    words = {"at": "1", "what": "ticket.checked_in", "who": sale.bob.session, "data": f"{sale.sold},1"}
    sale.log(**words)
    assert named(audit(api, sale.event)) == []
    again = sale.log(**words)
    assert named(audit(api, sale.event)) == [("log_transition", again)]
    sale.ticket(sale.sold, checked_in_ms="soon")
    assert ("ticket_unreadable", sale.sold) in named(audit(api, sale.event))


def test_what_is_due_and_not_yet_swept_is_no_difference(api: Api, clock: Clock) -> None:
    """150 holds end in one millisecond; the look before the count sweeps fifty of them."""
    freeze(clock)
    event = new_event(api, total_tickets=200, hold_seconds=60)
    for visitor in crowd(event, 15):
        assert order(api, visitor, 10).status == 201
    clock.advance(ms=MINUTE_MS)
    assert named(audit(api, event)) == []
    assert read(event, "holds", "ZCARD") == 100


def test_at_most_a_thousand_differences_are_listed(api: Api) -> None:
    """All are counted."""
    event, _ = new_seated(api, 1_100)
    read(event, "seatmap", "SETRANGE", 0, "h" * 1_100)
    found = audit(api, event)
    assert (len(found["differences"]), found["differences_total"]) == (1_000, 1_100)
    read(event, "seatmap", "SETRANGE", 0, "a" * 1_100)


def test_a_log_of_many_pages_is_read_to_its_end(api: Api, sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each entry once, and a gap from one page to the next is one gap."""
    monkeypatch.setattr(service, "LOG_PAGE", 3)
    found = audit(api, sale.event)
    assert (named(found), found["looked_at"]["log_entries"]) == ([], found["log_seq"])
    sale.do("XDEL", "log", "3-0", "4-0")
    (gap,) = audit(api, sale.event)["differences"]
    assert (gap["what"], gap["where"], gap["counted"]) == ("log_gap", "3-0", 2)


def test_an_event_with_too_much_to_count_is_refused(api: Api, sale: Sale, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is read: everybody else would wait. The answer says what audits an event of any size."""
    monkeypatch.setattr(service, "OBJECTS_MAX", 15)
    refused = api.get(f"/events/{sale.event}/integrity")
    assert (refused.status, refused.code) == (409, "event_too_large")
    assert "16 sessions, tickets and orders" in refused.json["detail"]
    assert "tests.audit" in refused.json["detail"]
