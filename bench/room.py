"""Queues of thousands and of a million, filled by worker processes; the longest is shared by those who measure it."""

from __future__ import annotations

import multiprocessing
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bench import crowd
from bench.service import Service, connected, running
from bench.stage import change_admission, new_event
from chalicelib.store import Store

LONG = 1_000_000

_PATIENT: dict[str, Any] = {
    "total_tickets": LONG,
    "away_seconds": 86_400,
    "session_seconds": 86_400,
    "claim_seconds": 3_600,
}
_WORKERS = 2
_KEPT = 10_000


@dataclass(frozen=True)
class Queue:
    """An event for which people wait, some of their sessions from all over the queue, and the bytes that each takes."""

    event_id: str
    session_ids: list[str]
    user_bytes: float


class Room:
    """A service and the longest queue: made when they are first asked for, there until the stack unwinds."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    @cached_property
    def service(self) -> Service:
        """A service that nobody has used before."""
        return self._stack.enter_context(running())

    @cached_property
    def long(self) -> Queue:
        """An event for which a million wait."""
        return filled(self.service, LONG)


def filled(service: Service, n: int, where: str = "waiting", **terms: Any) -> Queue:
    """Have `n` people join an event that is paused: nobody is inside, and all might be. Prints what a person takes.

    However long a measurement takes, nobody is away and no turn is over before its end.
    """
    event_id = new_event(service, places=LONG, **_PATIENT | terms)
    change_admission(service, event_id, mode="paused")
    before, began = used_bytes(service.store), time.monotonic()
    with multiprocessing.get_context("spawn").Pool(_WORKERS) as pool:
        kept = pool.starmap(_fill, [(service.port, event_id, n // _WORKERS, max(1, n // _KEPT))] * _WORKERS)
    user_bytes = (used_bytes(service.store) - before) / n
    print(
        f"{n:,} {where}: {user_bytes:.0f} bytes a user; they joined within {time.monotonic() - began:.0f} s", flush=True
    )
    return Queue(event_id, [session_id for part in kept for session_id in part], user_bytes)


def used_bytes(store: Store) -> int:
    """Give what the server has in memory, what the allocator rounds up included."""
    return int(store.command("INFO", "memory")["used_memory"])


def _fill(port: int, event_id: str, n: int, keep_every: int) -> list[str]:
    """Have `n` people join, a worker process's part of them; gives some of their session ids."""
    with connected(port) as house:
        return [buyer.session_id for buyer in crowd.join(house.store, event_id, n)[::keep_every]]
