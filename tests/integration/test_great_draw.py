"""A draw of a hundred thousand: uniform, checkable in full, and one wrong place in it is found and named."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

from chalicelib.ids import IdMaker
from chalicelib.queue.draw import receipt_of
from chalicelib.runtime import Runtime, install
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.room import new_lobby, pages, published, verify
from tests.support.sale import HOUR_MS, crowd, read

BACKENDS = ("valkey",)
"""What is looked at is the same on all, and on three of them it would take minutes."""

COUNT, TENTH = 100_000, 10_000
CHI_SQUARE_81 = 126.1
"""What chi-square with (10 - 1)(10 - 1) degrees of freedom exceeds once in a thousand."""


def test_a_hundred_thousand_are_drawn(api: Api, clock: Clock, house: Runtime, tmp_path: Path) -> None:
    """The command accepts the draw, people stand as published, early and late joiners alike; a tampered copy is named.

    The ids are the same in every run, so that chance decides once and for all.
    """
    install(replace(house, ids=IdMaker(random.Random(2).getrandbits)))
    event = new_lobby(api, clock)
    numbers = {visitor.session: number for number, visitor in enumerate(crowd(event, COUNT))}
    clock.advance(ms=HOUR_MS)
    draw, found = published(api, event), pages(api, event)
    assert verify(tmp_path, draw, found)[0] == 0

    inside, waiting = (read(event, name, "ZRANGE", 0, -1) for name in ("active", "queue"))
    by_place = sorted((entry["place"], entry["receipt"]) for page in found for entry in page["entries"])
    line = [numbers[session] for session in waiting]
    assert [receipt for _, receipt in by_place[len(inside) :]] == [
        receipt_of(f"user{numbers[session]}", session) for session in waiting
    ]

    cells = Counter((number // TENTH, rank // TENTH) for rank, number in enumerate(line, len(inside)))
    expected = COUNT / 100
    assert sum((cells[i, j] - expected) ** 2 / expected for i in range(10) for j in range(10)) < CHI_SQUARE_81

    one, other = found[57]["entries"][3], found[81]["entries"][9]
    one["place"], other["place"] = other["place"], one["place"]
    status, complaint = verify(tmp_path, draw, found)
    assert (status, complaint.startswith(f"entry {one['number']} ")) == (1, True)
