"""The drain: moves every event on while nobody asks about it.

Correctness does not need it, each command sweeps by itself; it keeps lists and maps fresh and admits people whose turn
has come while nobody's request happens by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from chalicelib import ids, keys
from chalicelib.queue.stats import parse_minute
from chalicelib.runtime import Runtime
from chalicelib.scripting import is_refused
from chalicelib.ticking import Clock, all_events, answers_of, run_ticks

BATCH = 100
GLANCE = 50
"""Objects of each kind that the first step takes of an event: a hundred share a trip, and others must not wait."""
STEP = 500
CATCH_UP_MAX = 100
"""Steps of 500 that one event may take in one tick before the others have their turn; each is a trip of its own."""


class Step(NamedTuple):
    """What one step of the drain answers of an event; ``minute`` is the line of the last full one, or nothing."""

    sessions_ended: int
    holds_ended: int
    activations: int
    waiting: int
    active: int
    now_ms: int
    next_due_ms: int
    lag_ms: int
    away: int
    abandoned: int
    no_shows: int
    minute: str

    @property
    def is_behind(self) -> bool:
        """Whether there is more to do at once."""
        return 0 < self.next_due_ms <= self.now_ms


class DrainFailed(Exception):
    """Some event could not be drained, tick after tick; names them and why."""


@dataclass
class Report:
    """What a run of the drain did."""

    ticks: int = 0
    sessions_ended: int = 0
    holds_ended: int = 0
    activations: int = 0
    lag_ms: int = 0
    abandoned: int = 0
    no_shows: int = 0
    rooms: dict[str, Step] = field(default_factory=dict)
    failing: dict[str, str] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    pending: bool = True  # until a tick has found out

    @property
    def metrics(self) -> dict[str, int]:
        """What a run is measured by: what it did, how many there are now, and the longest waits of any event."""
        minutes = [parse_minute(room.minute) for room in self.rooms.values() if room.minute]
        return {
            "activations": self.activations,
            "abandoned": self.abandoned,
            "no_shows": self.no_shows,
            "drain_lag_ms": self.lag_ms,
            "events_skipped": len(self.skipped),
            **{
                name: sum(getattr(room, name) for room in self.rooms.values()) for name in ("waiting", "active", "away")
            },
            **{name: max((int(m[name] or 0) for m in minutes), default=0) for name in ("wait_p50_ms", "wait_p95_ms")},
        }


def drain(house: Runtime, remaining_ms: Callable[[], int], clock: Clock, log: Callable[..., None]) -> Report:
    """Drain all events about every second until 55 seconds are over, little time remains, or nothing is pending.

    An event that fails is tried again in the next tick and stops no other; raises DrainFailed at the end when one still
    failed at its last try. One of an unknown schema is the business of the build that wrote it: it is left alone, and
    counted.
    """
    report = Report()

    def tick() -> bool:
        _tick(house, report, log)
        return report.pending or bool(report.failing)

    report.ticks = run_ticks(house, keys.DRAIN_LEASE, tick, remaining_ms, clock)
    if report.failing:
        raise DrainFailed(f"events kept failing: {report.failing}")
    return report


def _tick(house: Runtime, report: Report, log: Callable[..., None]) -> None:
    events = all_events(house.store)
    report.failing.clear()
    report.pending = False
    report.rooms.clear()
    for start in range(0, len(events), BATCH):
        for behind in _step(house, events[start : start + BATCH], GLANCE, report, log):
            for _ in range(CATCH_UP_MAX):
                if not _step(house, [behind], STEP, report, log):
                    break


def _step(house: Runtime, events: list[str], size: int, report: Report, log: Callable[..., None]) -> list[str]:
    """Drain each of these once; gives those with more to do at once."""
    behind = []
    calls = [house.call("drain", ids.code_of(event_id), event_id, size) for event_id in events]
    for event_id, answer in zip(events, answers_of(house.store, calls), strict=True):
        if isinstance(answer, Exception):
            if is_refused(answer, "event_not_found", "event_archived"):
                continue  # the index may name too many, and what is being archived stays as it is
            if is_refused(answer, "schema_unknown"):
                if event_id not in report.skipped:
                    log("an event of an unknown schema is left alone", event_id=event_id)
                report.skipped.add(event_id)
                continue
            report.failing[event_id] = repr(answer)
            log("an event could not be drained", event_id=event_id, reason=repr(answer))
            continue
        step = Step(*answer)
        for name in ("sessions_ended", "holds_ended", "activations", "abandoned", "no_shows"):
            setattr(report, name, getattr(report, name) + getattr(step, name))
        report.lag_ms = max(report.lag_ms, step.lag_ms)
        report.rooms[event_id] = step
        report.pending = report.pending or step.next_due_ms > 0 or step.waiting + step.active + step.away > 0
        if step.is_behind:
            behind.append(event_id)
    return behind
