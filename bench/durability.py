"""What each level of DURABILITY costs: one confirm after the other and eight side by side, as ratios in one run.

The level is the service's, the policy the server's: ``memory`` stands three times, on servers that write no file, fsync
it once a second, and always. Here the disk and the replica are near; what they add elsewhere is one fsync there, and
one round trip between the two servers.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

from bench import report, stage
from bench.service import Service, connected, running
from chalicelib.durability import LEVELS
from chalicelib.ids import code_of
from chalicelib.scripting import call, run_kept
from chalicelib.settings import Durability
from infra import embedded

ROUNDS = 5
CONFIRMS = 300
SIDE_BY_SIDE = 8

_ALWAYS = ("--appendonly", "yes", "--appendfsync", "always")
WAYS: dict[str, tuple[Durability, Sequence[str]]] = {
    "memory, no file": ("memory", ("--appendonly", "no")),
    "memory, appendfsync everysec": ("memory", ("--appendonly", "yes", "--appendfsync", "everysec")),
    "memory, appendfsync always": ("memory", _ALWAYS),
    "fsync, appendfsync always": ("fsync", _ALWAYS),
    "replica, no file": ("replica", ("--appendonly", "no")),
}


def measure() -> list[report.Limit]:
    """Print a line for each way; there is no limit, for the disk and the network are the operator's."""
    with ExitStack() as stack:
        stack.enter_context(running())
        ports = {name: stack.enter_context(_server(level, options)) for name, (level, options) in WAYS.items()}
        rounds = [{name: _measure(port, WAYS[name][0]) for name, port in ports.items()} for _ in range(ROUNDS)]
    print(f"{ROUNDS} rounds of {CONFIRMS} confirms, medians of the rounds; the command without its handler")
    first, rows = next(iter(WAYS)), []
    for name in WAYS:
        alone, beside = ([one[name][i] for one in rounds] for i in (0, 1))
        times, share = (median(one[name][i] / one[first][i] for one in rounds) for i in (0, 1))
        rows.append([name, f"{median(alone):.0f}", f"{times:.1f}", f"{median(beside):,.0f}", f"{share:.2f}"])
    heads = ["level and server", "us a confirm", "x the first", f"a second, {SIDE_BY_SIDE} at once", "x the first"]
    print(report.table(heads, rows))
    return []


@contextmanager
def _server(level: Durability, options: Sequence[str]) -> Iterator[int]:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(embedded.start(home, options=["--repl-diskless-sync-delay", "0", *options]))
        if level == "replica":
            stack.enter_context(embedded.start(None, options=["--replicaof", "127.0.0.1", str(server.port)]))
        yield server.port


def _measure(port: int, level: Durability) -> tuple[float, float]:
    """Give microseconds a confirm, one after the other, and confirms a second, several side by side."""
    with connected(port) as house, Path(os.devnull).open("w") as sink, ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        tickets = stage.held(Service(house.store, port, sink), 2 * CONFIRMS + 1)
        while level == "replica" and house.store.command("WAIT", 1, 500) < 1:
            pass

        def confirm(ticket: str) -> None:
            run_kept(house.store, call("settle", code_of(ticket), "", "confirm", "ticket", ticket, ""), LEVELS[level])

        confirm(tickets.pop())
        started = time.perf_counter()
        for ticket in tickets[:CONFIRMS]:
            confirm(ticket)
        alone_us = (time.perf_counter() - started) * 1e6 / CONFIRMS
        list(threads.map(lambda _: house.store.command("PING"), range(SIDE_BY_SIDE * 10)))
        started = time.perf_counter()
        list(threads.map(confirm, tickets[CONFIRMS:]))
        return alone_us, CONFIRMS / (time.perf_counter() - started)
