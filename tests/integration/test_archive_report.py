"""Reports: each says exactly what the keys of its event said, and that it is whole."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable

import pytest

from chalicelib.archive.report import SCHEMA
from chalicelib.runtime import Runtime
from tests.support.api import Api
from tests.support.archiving import (
    a_draw,
    a_standing_sale,
    archived,
    times,
)
from tests.support.clock import Clock
from tests.support.eventful import eventful_sale
from tests.support.reports import assert_adds_up, assert_says, kept_before
from tests.support.sale import HOUR_MS, change

Play = Callable[[Api, Clock], str]

PLAYS: dict[str, Play] = {
    "seats": lambda api, clock: eventful_sale(api, clock).event,
    "standing": a_standing_sale,
    "a draw": a_draw,
}


@pytest.mark.parametrize("play", PLAYS)
def test_a_report_says_what_the_keys_said(api: Api, archive: Runtime, clock: Clock, play: str) -> None:
    """Seats, orders, aliases, payments, a draw: each record with its fields, the log complete and in order."""
    assert archive
    event = PLAYS[play](api, clock)
    change(api, event, **times(clock))
    clock.advance(ms=3 * HOUR_MS)
    api.get(f"/events/{event}")  # what is due is over then
    before = kept_before(event)
    lines = archived(clock, event)
    assert_says(lines, event, before)
    assert_adds_up(lines)


def test_a_report_begins_with_what_is_in_it_and_ends_with_its_digest(api: Api, archive: Runtime, clock: Clock) -> None:
    """So that a reader knows that it is whole, and a program what to expect."""
    assert archive
    event = a_standing_sale(api, clock)
    lines = archived(clock, event)
    head, end = lines[0], lines[-1]
    kinds = Counter(line["kind"] for line in lines[1:-1])
    assert kinds.pop("event") == 1
    assert {kind: n for kind, n in head["counts"].items() if n} == kinds
    assert (head["kind"], head["schema"], head["event_id"]) == ("report", SCHEMA, event)
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines[:-1])
    assert end == {"kind": "end", "lines": len(lines) - 1, "sha256": hashlib.sha256(text.encode()).hexdigest()}
