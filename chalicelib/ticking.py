"""What a scheduled run is: ticks of about a second under a lease, for less than a minute.

EventBridge calls a function once a minute at most; what must be sooner happens in ticks within one call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from chalicelib import ids, keys
from chalicelib.runtime import Runtime
from chalicelib.scripting import Call, run, run_many
from chalicelib.store import Store

TICK_S = 1.0
RUN_S_MAX = 55.0
MARGIN_MS = 2_000
LEASE_MS = 5_000


class Clock(Protocol):
    """Time as a run sees it: never the wall's."""

    def monotonic(self) -> float:
        """Give seconds since some fixed moment."""

    def sleep(self, seconds: float, /) -> None:
        """Wait."""


def run_ticks(
    house: Runtime, lease: str, tick: Callable[[], bool], remaining_ms: Callable[[], int], clock: Clock
) -> int:
    """Tick about every second until 55 seconds are over, little time remains, or a tick says that nothing is pending.

    Gives how many ticks there were. Overlapping runs are normal: the one without the lease waits its turn, tick after
    tick. What a tick raises ends the run.
    """
    owner, started, ticks = house.ids.within(ids.EventCode("0" * 12)), clock.monotonic(), 0
    while True:
        begun = clock.monotonic()
        is_pending = tick() if _lease(house.store, lease, owner) else True  # another run is at it, and it may die
        ticks += 1
        over = clock.monotonic() - started + TICK_S > RUN_S_MAX or remaining_ms() < TICK_S * 1000 + MARGIN_MS
        if over or not is_pending:
            break
        clock.sleep(max(0.0, TICK_S - (clock.monotonic() - begun)))
    _release(house.store, lease, owner)
    return ticks


def all_events(store: Store) -> list[str]:
    """Give the ids of all events, soonest to end first; the index may name too many."""
    return [str(event_id) for event_id in store.command("ZRANGE", keys.INDEX_EVENTS, 0, -1)]


def answers_of(store: Store, calls: Sequence[Call]) -> list[Any]:
    """Run a command on many events; gives answers, refusals and whatever went wrong, in the order of the calls."""
    try:
        return list(run_many(store, calls))
    except Exception as error:  # noqa: BLE001 - whatever one event does to its batch, each is then asked alone
        if len(calls) == 1:
            return [error]
        return [answer for call in calls for answer in answers_of(store, [call])]


def _lease(store: Store, lease: str, owner: str) -> bool:
    (taken,) = run(store, Call("lease", [lease], [owner, LEASE_MS]))
    return bool(taken)


def _release(store: Store, lease: str, owner: str) -> None:
    if store.command("GET", lease) == owner:
        store.command("DEL", lease)
