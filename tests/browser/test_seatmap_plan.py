"""Where seats are: a plan of any house, made of sections, rows and numbers alone."""

from __future__ import annotations

import random
from pathlib import Path

from tests.browser.box import Box
from tests.browser.conftest import Visit

_FAULTS = (Path(__file__).parent / "plan_faults.js").read_text()
House = list[tuple[str, list[int]]]
"""The sections, each with the number of seats of each row."""
_HOUSES: dict[str, House] = {
    "one row of ten": [("Stalls", [10])],
    "one seat": [("Box", [1])],
    "two of a hundred": [("Stalls", [10] * 10), ("Circle", [20] * 5)],
    "forty blocks": [(f"Block {number}", [50] * 25) for number in range(101, 141)],
    "fifty thousand in one": [("Arena", [250] * 200)],
    "one row of five thousand": [("Front", [5_000])],
    "rows of one seat": [("Boxes", [1] * 700), ("Stalls", [30] * 20)],
    "sections of one seat": [(f"Table {number}", [1]) for number in range(300)],
    "rows of all lengths": [("가나다라 특별석", list(range(1, 41))), ("S" * 40, list(range(40, 0, -1)))],
    "a giant beside dwarfs": [("Arena", [200] * 100), *((f"Box {number}", [4]) for number in range(12))],
}


def test_seats_never_overlap_and_stand_within_their_block(box: Box, visit: Visit) -> None:
    """Ten houses that are hard to plan and sixty at random, for wide and for high windows, each the same every time."""
    houses = _HOUSES | {f"random house {seed}": _random_house(seed) for seed in range(60)}
    page = visit().open(f"/e/{box.event()['id']}")
    assert page.evaluate(_FAULTS, houses) == []


def _random_house(seed: int) -> House:
    draw = random.Random(seed)
    longest, deepest = draw.choice([1, 5, 30, 150]), draw.choice([1, 8, 40])
    return [
        (f"Section {nth}", [draw.randint(1, longest) for _ in range(draw.randint(1, deepest))])
        for nth in range(draw.randint(1, 12))
    ]
