"""The time until nothing is left: what is left times the measured time, by what was sold in it."""

from __future__ import annotations

import pytest

from chalicelib.queue.stats import MINUTE_MS, Minute, sell_out_seconds

NOW_MS = 1_000_000 * MINUTE_MS + 30_000
OPENED_LONG_AGO = NOW_MS - 1_000 * MINUTE_MS


def minute(ago: int, sold: int | None, available: int = 60, held: int = 40) -> Minute:
    """Give the minute that began so many minutes before the present one, with so many sold."""
    room = dict.fromkeys(("waiting", "active", "away", "admitted", "abandoned", "no_shows", "drain_lag_ms"), 0)
    waits = {"wait_p50_ms": None, "wait_p95_ms": None}
    sale = {"available": available, "held": held, "sold": sold, "revenue": 0}
    return Minute.model_validate(room | waits | sale | {"minute": (1_000_000 - ago) * MINUTE_MS})


@pytest.mark.parametrize(
    ("earlier", "opened_ms", "seconds"),
    [
        ([(11, 10), (10, 12), (1, 19)], OPENED_LONG_AGO, 6_300),
        ([(50, 10)], OPENED_LONG_AGO, 6_300),
        ([(11, 19), (1, 19)], OPENED_LONG_AGO, 63_000),
        ([(11, 20)], OPENED_LONG_AGO, None),
        ([(11, 25)], OPENED_LONG_AGO, None),
        ([(11, None)], OPENED_LONG_AGO, None),
        ([(12, 5), (11, None)], OPENED_LONG_AGO, None),
        ([], OPENED_LONG_AGO, None),
        ([(11, 0), (2, 0)], NOW_MS - 2 * MINUTE_MS, 600),
        ([], NOW_MS - 10_000, 50),
        ([], NOW_MS - 9_999, None),
        ([], 0, None),
    ],
    ids=[
        "ten of the last ten minutes and a half",
        "nothing happened for most of an hour",
        "one",
        "none",
        "more came back than were sold",
        "an older release closed the minute",
        "an older release closed the minute after one of ours",
        "nothing is known of before",
        "opened two minutes ago",
        "opened ten seconds ago",
        "opened not even ten seconds ago",
        "not opened",
    ],
)
def test_it_is_the_time_that_the_rest_takes_at_the_measured_pace(
    earlier: list[tuple[int, int | None]], opened_ms: int, seconds: int | None
) -> None:
    """Twenty are sold, sixty free and forty held: a hundred are left."""
    assert sell_out_seconds(NOW_MS, opened_ms, minute(0, 20), [minute(*line) for line in earlier]) == seconds


def test_it_is_rounded_up() -> None:
    """One left and three sold within ten seconds take four seconds, not three."""
    assert sell_out_seconds(NOW_MS, NOW_MS - 10_000, minute(0, 3, available=1, held=0), []) == 4
