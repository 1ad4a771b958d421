"""A sale that opens for a million who wait: how fast the drain lets them in, and how long others wait for it meanwhile.

It is the service's own drain with its own pace: ticks of a second, steps of 500, and whoever asks for a status comes
between two steps. Everything that an admission writes is included: record, deadline, log, figures of the minute.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from multiprocessing.connection import Connection
from statistics import quantiles

from bench import crowd, report
from bench.room import LONG, Queue, Room, filled
from bench.service import Service, connected
from bench.stage import change_admission
from chalicelib.http import telemetry
from chalicelib.ids import code_of
from chalicelib.keys import event_key
from chalicelib.queue import drain
from chalicelib.runtime import runtime
from chalicelib.scripting import run
from chalicelib.store import Store

AWAY = 200_000
AWAY_OF_TEN = 9
POLLS_PER_S = 200
QUIET_S = 5
PER_S_MIN = 30_000
POLL_MS_MAX = 25

_MINUTE_MS = 60_000


def measure(room: Room) -> list[report.Limit]:
    """Let two queues in and print how fast; gives the limits on the speed and on the polls that come between."""
    _pass_over(room.service)
    long, store = room.long, room.service.store
    with _polled(room.service.port, long) as quiet_ms:
        time.sleep(QUIET_S)
    with _polled(room.service.port, long) as busy_ms:
        before_s = _processor_s(store)
        spent_s = _let_in(room.service, long)
        processor_s = _processor_s(store) - before_s
    _expect(store, long, active=LONG, away=0)
    per_s = LONG / spent_s
    print(f"{LONG:,} let in within {spent_s:.1f} s: {per_s:,.0f} a second")
    print(f"  {LONG / processor_s:,.0f} a second of processor time; it had {processor_s / spent_s:.0%} of a processor")
    print(f"\nstatus of people in this queue, {POLLS_PER_S} a second from another process; milliseconds")
    rows = [_row("before the sale opens", quiet_ms), _row("while all are let in", busy_ms)]
    print(report.table(["status", "polls", "p50", "p99", "max"], rows))
    return [
        report.Limit(f"people let in per second, {LONG:,} in a row", per_s, PER_S_MIN, at_least=True),
        report.Limit("p99 of a status while they are let in, ms", _percentile(busy_ms, 99), POLL_MS_MAX),
    ]


def _pass_over(service: Service) -> None:
    """Print how fast the drain gets past people who have gone away."""
    queue = filled(service, AWAY, away_seconds=3_600, abandon_seconds=86_400)
    everybody = _waiting(service.store, queue)
    silent = [session_id for i, session_id in enumerate(everybody) if i % 10 < AWAY_OF_TEN]
    crowd.silence(service.store, queue.event_id, silent)
    spent_s = _let_in(service, queue)
    _expect(service.store, queue, active=AWAY - len(silent), away=len(silent))
    print(f"{len(silent):,} of {AWAY:,} are away: {len(silent) / spent_s:,.0f} passed over a second", flush=True)


def _let_in(service: Service, queue: Queue) -> float:
    """Open the sale and drain until nobody is left in the queue; gives how many seconds that took."""
    waiting = event_key("queue", code_of(queue.event_id))

    def remaining_ms() -> int:
        # The drain looks here after each tick, and ends when its Lambda has no time left.
        return _MINUTE_MS if service.store.command("ZCARD", waiting) else 0

    began = time.monotonic()
    change_admission(service, queue.event_id, mode="open")
    while remaining_ms():
        drain.drain(runtime(), remaining_ms, time, telemetry.logger.warning)
    return time.monotonic() - began


def _expect(store: Store, queue: Queue, **counts: int) -> None:
    """Raise RuntimeError unless so many people are where they should be: then something else was measured."""
    found = {name: store.command("ZCARD", event_key(name, code_of(queue.event_id))) for name in counts}
    if found != counts:
        raise RuntimeError(f"there should be {counts}, there are {found}")


def _processor_s(store: Store) -> float:
    """Give how long the server's thread has been on a processor: what others of this machine do does not count."""
    spent: dict[str, float] = store.command("INFO", "cpu")
    return spent["used_cpu_user_main_thread"] + spent["used_cpu_sys_main_thread"]


def _waiting(store: Store, queue: Queue) -> list[str]:
    waiting: list[str] = []
    key, page = event_key("queue", code_of(queue.event_id)), 10_000
    for start in range(0, AWAY, page):
        waiting += store.command("ZRANGE", key, start, start + page - 1)
    return waiting


@contextmanager
def _polled(port: int, queue: Queue) -> Iterator[list[float]]:
    """Have another process ask for the status of people in a queue; the list has its milliseconds after the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_poll, args=(port, queue.session_ids, theirs))
    process.start()
    theirs.close()
    spent_ms: list[float] = []
    try:
        ours.recv()
        yield spent_ms
        ours.send("enough")
        spent_ms += ours.recv()
    finally:
        ours.close()  # it ends by itself when nobody listens
        process.join()


def _poll(port: int, session_ids: list[str], listener: Connection) -> None:
    """Ask for one status after another, with random pauses between, until the listener says that it is enough."""
    spent_ms = []
    with connected(port) as house:
        run(house.store, crowd.a_status(session_ids[0]))
        listener.send("ready")
        # Everybody asks in turn: who asks too often is refused.
        for session_id in cycle(random.sample(session_ids, len(session_ids))):
            if listener.poll(random.expovariate(POLLS_PER_S)):
                break
            began = time.perf_counter()
            run(house.store, crowd.a_status(session_id))
            spent_ms.append((time.perf_counter() - began) * 1000)
    listener.send(spent_ms)


def _row(name: str, spent_ms: list[float]) -> list[object]:
    figures = [_percentile(spent_ms, 50), _percentile(spent_ms, 99), max(spent_ms)]
    return [name, len(spent_ms), *(f"{ms:.1f}" for ms in figures)]


def _percentile(spent_ms: list[float], share: int) -> float:
    return quantiles(spent_ms, n=100)[share - 1]
