"""The drain: moves every event on while nobody asks about it.

Correctness does not need it, each command sweeps by itself; it keeps lists and maps fresh and admits people whose turn
has come while nobody's request happens by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from chalicelib import ids, keys
from chalicelib.errors import DomainError
from chalicelib.runtime import Runtime
from chalicelib.scripting import Call, call, run, run_many
from chalicelib.store import Store

TICK_S = 1.0
RUN_S_MAX = 55.0
MARGIN_MS = 2_000
LEASE_MS = 5_000
BATCH = 100
CATCH_UP_MAX = 50
"""Steps of 500 that one event may take in one tick before the others have their turn."""


class Clock(Protocol):
    """Time as the drain sees it: never the wall's."""

    def monotonic(self) -> float:
        """Give seconds since some fixed moment."""

    def sleep(self, seconds: float, /) -> None:
        """Wait."""


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
    failing: dict[str, str] = field(default_factory=dict)
    pending: bool = False


def drain(house: Runtime, remaining_ms: Callable[[], int], clock: Clock, log: Callable[..., None]) -> Report:
    """Drain all events about every second until 55 seconds are over, little time remains, or nothing is pending.

    Overlapping runs are normal: the one without the lease waits its turn, tick after tick. An event that fails is tried
    again in the next tick and stops no other; raises DrainFailed at the end when one still failed at its last try.
    """
    owner, started, report = house.ids.within(ids.EventCode("0" * 12)), clock.monotonic(), Report()
    while True:
        begun = clock.monotonic()
        if _lease(house.store, owner):
            _tick(house, report, log)
        else:
            report.pending = True  # another run is at it; stand by, it may die
        report.ticks += 1
        over = clock.monotonic() - started + TICK_S > RUN_S_MAX or remaining_ms() < TICK_S * 1000 + MARGIN_MS
        if over or not (report.pending or report.failing):
            break
        clock.sleep(max(0.0, TICK_S - (clock.monotonic() - begun)))
    _release(house.store, owner)
    if report.failing:
        raise DrainFailed(f"events kept failing: {report.failing}")
    return report


def _tick(house: Runtime, report: Report, log: Callable[..., None]) -> None:
    events = [str(event_id) for event_id in house.store.command("ZRANGE", keys.INDEX_EVENTS, 0, -1)]
    report.failing.clear()
    report.pending = False
    for start in range(0, len(events), BATCH):
        behind = _step(house, events[start : start + BATCH], report, log)
        for _ in range(CATCH_UP_MAX):
            if not behind:
                break
            behind = _step(house, behind, report, log)


def _step(house: Runtime, events: list[str], report: Report, log: Callable[..., None]) -> list[str]:
    """Drain each of these once; gives those with more to do at once."""
    behind = []
    for event_id, answer in zip(events, _answers(house, events), strict=True):
        if isinstance(answer, Exception):
            if isinstance(answer, DomainError) and answer.code == "event_not_found":
                continue  # the index may name too many
            report.failing[event_id] = repr(answer)
            log("an event could not be drained", event_id=event_id, reason=repr(answer))
            continue
        sessions, holds, activations, waiting, active, now_ms, next_due_ms, lag_ms = (int(value) for value in answer)
        report.sessions_ended += sessions
        report.holds_ended += holds
        report.activations += activations
        report.lag_ms = max(report.lag_ms, lag_ms)
        report.pending = report.pending or next_due_ms > 0 or waiting + active > 0
        if 0 < next_due_ms <= now_ms:
            behind.append(event_id)
    return behind


def _answers(house: Runtime, events: list[str]) -> list[Any]:
    try:
        return list(run_many(house.store, [call("drain", ids.code_of(event_id), event_id) for event_id in events]))
    except Exception as error:  # noqa: BLE001 - whatever one event does to its batch, each is then asked alone
        if len(events) == 1:
            return [error]
        return [answer for event_id in events for answer in _answers(house, [event_id])]


def _lease(store: Store, owner: str) -> bool:
    (taken,) = run(store, Call("lease", [keys.DRAIN_LEASE], [owner, LEASE_MS]))
    return bool(taken)


def _release(store: Store, owner: str) -> None:
    if store.command("GET", keys.DRAIN_LEASE) == owner:
        store.command("DEL", keys.DRAIN_LEASE)
