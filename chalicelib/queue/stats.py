"""The figures of an event for its organiser: the waiting room and the sale, now and minute by minute."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from chalicelib import ids
from chalicelib.fields import Answer, Instant, Uuid
from chalicelib.keys import MINUTE_FIELDS, SALE_FIELDS
from chalicelib.queue.model import MEASURED_MS_MIN
from chalicelib.runtime import Runtime
from chalicelib.scripting import run

MINUTE_MS = 60_000
SERIES_MINUTES = 60
PACE_MINUTES = 10
"""So many full minutes, and the present one so far, make the pace of the sale."""


class Minute(Answer):
    """The figures of one minute: counts at its last command, what happened within it, waits of those let in.

    ``revenue`` is what the tickets sold by then cost together, in minor units; all four of the sale are null in a
    minute that an older release closed, ``revenue`` also where not all of the log had been counted yet.
    """

    minute: Instant
    waiting: int
    active: int
    away: int
    admitted: int
    abandoned: int
    no_shows: int
    wait_p50_ms: int | None
    wait_p95_ms: int | None
    drain_lag_ms: int
    available: int | None
    held: int | None
    sold: int | None
    revenue: int | None


class Stats(Answer):
    """The present minute so far, totals since the event was made, and the last hour, oldest minute first.

    A minute in which nobody asked for anything is not in the series. ``sell_out_seconds`` is the time until nothing is
    left at the pace of the last ten minutes: 0 when everything is sold, null when it is not known or the sale is over.
    """

    event_id: Uuid
    now: Minute
    admitted_total: int
    abandoned_total: int
    no_show_total: int
    currency: str
    sell_out_seconds: int | None
    series: list[Minute]


def read(house: Runtime, event_id: str) -> Stats:
    """Read the figures of an event."""
    answer = run(house.store, house.call("stats", ids.code_of(event_id), event_id))
    now_ms, opened_ms, currency, state, admitted, abandoned, no_shows, present, sale, *earlier = answer
    lines = dict(zip(earlier[::2], earlier[1::2], strict=True))
    now = _minute(present, sale)
    minutes = [_minute(line, lines.get(f"sale{name[6:]}", "")) for name, line in lines.items() if name[:6] == "minute"]
    minutes.sort(key=lambda minute: minute.minute)
    seconds = None if state == "ended" else sell_out_seconds(now_ms, opened_ms, now, minutes)
    oldest_ms = (now_ms // MINUTE_MS - SERIES_MINUTES) * MINUTE_MS
    return Stats(
        event_id=event_id,
        now=now,
        admitted_total=admitted,
        abandoned_total=abandoned,
        no_show_total=no_shows,
        currency=currency,
        sell_out_seconds=0 if state == "sold_out" else seconds,
        series=[minute for minute in minutes if minute.minute >= oldest_ms],
    )


def sell_out_seconds(now_ms: int, opened_ms: int, now: Minute, earlier: Sequence[Minute]) -> int | None:
    """Give the time until nothing is left: (available + held) * measured time / tickets sold in it, net.

    The measured time begins ten full minutes before the present one, or with the sale (``opened_ms``, 0: not yet) if
    that is later. A minute without a line was like the one before it. None where nothing was sold, or more came back,
    where less than 10 s are measured, and where the line that counts is of an older release.
    """
    since_ms = (now_ms // MINUTE_MS - PACE_MINUTES) * MINUTE_MS
    before = [minute.sold for minute in earlier if minute.minute < since_ms]
    sold_before = 0 if opened_ms >= since_ms else before[-1] if before else None
    measured_ms = now_ms - max(since_ms, opened_ms)
    if not opened_ms or sold_before is None or measured_ms < MEASURED_MS_MIN:
        return None
    net_sold, left = (now.sold or 0) - sold_before, (now.available or 0) + (now.held or 0)
    return ceil(left * measured_ms / net_sold / 1000) if net_sold > 0 else None


def parse_minute(line: str) -> dict[str, str]:
    """Read one line of ``stats:{E}`` as texts by the names of ``MINUTE_FIELDS``."""
    return dict(zip(MINUTE_FIELDS, line.split(","), strict=True))


def _minute(room_line: str, sale_line: str) -> Minute:
    room, sale = parse_minute(room_line), dict(zip(SALE_FIELDS, sale_line.split(","), strict=False))
    if sale["minute"] != room["minute"]:  # an older release has closed this minute, and left the line of an hour ago
        sale = {}
    figures = {name: int(text) if text else None for name, text in (room | sale).items()}
    return Minute.model_validate(dict.fromkeys(SALE_FIELDS) | figures | {"minute": int(room["minute"]) * MINUTE_MS})
