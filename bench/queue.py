"""What the length of the queue costs: time in Redis of status and join, bytes a waiting user, and bytes a seat.

The queues of a thousand and of a million stand in one server, and the batches of requests alternate between them. Bytes
are those of `used_memory`, so everything is counted: records, indexes, the log, what the allocator rounds up.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench import crowd, report
from bench.scenes import new_event
from bench.service import Service, running
from chalicelib.ids import code_of
from chalicelib.scripting import Call, call, run
from chalicelib.settings import Settings
from chalicelib.store import Store, connect

SHORT = 1_000
LONG = 1_000_000
SEATS = 50_000
ROUNDS = 9
STATUSES = 300
JOINS = 50  # few, because they lengthen the short queue
TIMES_MAX = 1.5
USER_BYTES_MAX = 700
SEAT_BYTES_MAX = 240

_WORKERS = 2
_KEEP_EVERY = 97


@dataclass(frozen=True)
class Queue:
    """An event with one place, some of the sessions that wait for it, and the bytes that each takes."""

    event_id: str
    session_ids: list[str]
    user_bytes: float


def measure() -> list[report.Limit]:
    """Fill two queues and a hall and print what they cost; gives the limits on status and on the bytes."""
    with running() as service:
        seat_bytes = _seat_bytes(service)
        short, long = _filled(service, SHORT), _filled(service, LONG)
        rounds = [_round(service.store, short, long) for _ in range(ROUNDS)]
    times = [median(one[2 * i + 1] / one[2 * i] for one in rounds) for i in range(2)]
    usual = [median(figures) for figures in zip(*rounds, strict=True)]
    rows = [
        [name, f"{usual[2 * i]:.1f}", f"{usual[2 * i + 1]:.1f}", f"{times[i]:.2f}"]
        for i, name in enumerate(["status", "join"])
    ]
    print(f"\n{ROUNDS} rounds of {STATUSES} statuses and {JOINS} joins; median of the rounds; microseconds in Redis")
    print(report.table(["command", f"{SHORT:,} waiting", f"{LONG:,} waiting", "ratio"], rows))
    return [
        report.Limit(f"status in a queue of {LONG:,}, times one in {SHORT:,}", times[0], TIMES_MAX),
        report.Limit(f"bytes a waiting user, at {LONG:,}", long.user_bytes, USER_BYTES_MAX),
        report.Limit(f"bytes a seat, at {SEATS:,}", seat_bytes, SEAT_BYTES_MAX),
    ]


def _seat_bytes(service: Service) -> float:
    new_event(service, seats=500)  # from here on the server knows the scripts
    before = _used_bytes(service.store)
    new_event(service, seats=SEATS)
    seat_bytes = (_used_bytes(service.store) - before) / SEATS
    print(f"{SEATS:,} seats: {seat_bytes:.0f} bytes a seat")
    return seat_bytes


def _filled(service: Service, n: int) -> Queue:
    event_id = new_event(service, places=1)
    crowd.join(service.store, event_id, 1)
    before, began = _used_bytes(service.store), time.monotonic()
    with multiprocessing.get_context("spawn").Pool(_WORKERS) as pool:
        kept = pool.starmap(_fill, [(service.port, event_id, n // _WORKERS)] * _WORKERS)
    user_bytes = (_used_bytes(service.store) - before) / n
    print(f"{n:,} waiting: {user_bytes:.0f} bytes a user; they joined within {time.monotonic() - began:.0f} s")
    return Queue(event_id, [session_id for part in kept for session_id in part], user_bytes)


def _fill(port: int, event_id: str, n: int) -> list[str]:
    """Have `n` people join, a worker process's part of them; gives some of their session ids."""
    store = connect(Settings(redis_host="127.0.0.1", redis_port=port))
    buyers = crowd.join(store, event_id, n)
    store.close()
    return [buyer.session_id for buyer in buyers[::_KEEP_EVERY]]


def _round(store: Store, short: Queue, long: Queue) -> list[float]:
    """Give microseconds in Redis of a status in the short and in the long queue, then of a join in each."""
    return [
        _redis_us(store, calls)
        for calls in (
            *([_status(random.choice(queue.session_ids)) for _ in range(STATUSES)] for queue in (short, long)),
            *([crowd.a_join(queue.event_id)[1] for _ in range(JOINS)] for queue in (short, long)),
        )
    ]


def _redis_us(store: Store, calls: list[Call]) -> float:
    store.command("CONFIG RESETSTAT")
    for what in calls:
        run(store, what)
    stats: Any = store.command("INFO", "commandstats")
    return float(stats["cmdstat_fcall"]["usec"]) / len(calls)


def _status(session_id: str) -> Call:
    return call("status", code_of(session_id), "", session_id, "")


def _used_bytes(store: Store) -> int:
    return int(store.command("INFO", "memory")["used_memory"])
