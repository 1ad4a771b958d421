"""The figures of a waiting room for its organiser: now, and minute by minute."""

from __future__ import annotations

from chalicelib import ids
from chalicelib.fields import Answer, Instant, Uuid
from chalicelib.keys import MINUTE_FIELDS
from chalicelib.runtime import Runtime
from chalicelib.scripting import run

MINUTE_MS = 60_000
SERIES_MINUTES = 60


class Minute(Answer):
    """The figures of one minute: counts at its last command, what happened within it, waits of those let in."""

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


class Stats(Answer):
    """The present minute so far, totals since the event was made, and the last hour, oldest minute first.

    A minute in which nobody asked for anything is not in the series.
    """

    event_id: Uuid
    now: Minute
    admitted_total: int
    abandoned_total: int
    no_show_total: int
    series: list[Minute]


def read(house: Runtime, event_id: str) -> Stats:
    """Read the figures of a room."""
    answer = run(house.store, house.call("stats", ids.code_of(event_id), event_id))
    now_ms, admitted_total, abandoned_total, no_show_total, present, *earlier = answer
    oldest_ms = (now_ms // MINUTE_MS - SERIES_MINUTES) * MINUTE_MS
    minutes = sorted(map(_minute, earlier), key=lambda minute: minute.minute)
    return Stats(
        event_id=event_id,
        now=_minute(present),
        admitted_total=admitted_total,
        abandoned_total=abandoned_total,
        no_show_total=no_show_total,
        series=[minute for minute in minutes if minute.minute >= oldest_ms],
    )


def parse_minute(line: str) -> dict[str, str]:
    """Read one line of ``stats:{E}`` as texts by the names of ``MINUTE_FIELDS``."""
    return dict(zip(MINUTE_FIELDS, line.split(","), strict=True))


def _minute(text: str) -> Minute:
    line = parse_minute(text)
    return Minute(
        minute=int(line["minute"]) * MINUTE_MS,
        waiting=int(line["waiting"]),
        active=int(line["active"]),
        away=int(line["away"]),
        admitted=int(line["admitted"]),
        abandoned=int(line["abandoned"]),
        no_shows=int(line["no_shows"]),
        wait_p50_ms=int(line["wait_p50_ms"]) if line["wait_p50_ms"] else None,
        wait_p95_ms=int(line["wait_p95_ms"]) if line["wait_p95_ms"] else None,
        drain_lag_ms=int(line["drain_lag_ms"]),
    )
