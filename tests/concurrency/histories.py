"""Histories: eight clients compete for five seats while replies get lost and workers are paused, and each is judged.

``python -m tests.concurrency.histories --histories 1000 --operations 300`` prints the seed and the verdict; exit code 1
when the answers of a seat have no explanation. ``--seed`` makes the same wishes again, which is as far as a race can be
run again. A history that fails is kept in a file, which ``--judge FILE`` judges again.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")
os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "ERROR")

from chalicelib.ids import code_of
from chalicelib.scripting import call, run
from chalicelib.store import Store
from tests.audit import assert_audited
from tests.concurrency.competitors import CLIENTS, USERS, Client, Plan, start_service, take_part
from tests.concurrency.linear import stuck
from tests.concurrency.testimony import History, operations, read_history
from tests.support import servers
from tests.support.api import Api
from tests.support.pool import run_processes
from tests.support.proxy import Proxy
from tests.support.sale import new_seated

SEATS = 5
OTHER_SEATS = 20  # nobody wants them; but there must be stock for whoever comes in
LOST = 0.2  # of the replies
LONG_MS, SHORT_MS = 86_400_000, 25
BATCH = 50


def make_histories(port: int, seed: str, count: int, wishes: int) -> Iterator[History]:
    """Make histories of so many requests each, and a few reads when all is quiet again, on a server that is emptied.

    In every fourth of them holds are so short that many expire. Behind every batch all on the server must add up.
    """
    for first in range(0, count, BATCH):
        store = start_service(port)
        store.client.flushall()
        numbers = range(first, min(first + BATCH, count))
        plans = [_plan(store, f"{seed}/{n}", wishes // CLIENTS, LONG_MS if n % 4 else SHORT_MS) for n in numbers]
        with Proxy(port) as proxy:
            proxy.lose_replies(LOST, seed=first)
            parts = [(number, proxy.port, port, plans) for number in range(CLIENTS + 1)]
            shares = run_processes(take_part, parts, processes=len(parts), within_s=60 + len(plans) * wishes / 50)
        assert_audited(store)
        for plan, *records in zip(plans, *shares[:CLIENTS], strict=True):
            everything = [record for share in records for record in share]
            for client in [Client(plan, CLIENTS + user) for user in range(USERS)]:
                client.look("mine")
                client.look("see")
                everything += client.records
            yield History(plan.seed, plan.seats, plan.hold_ms, sorted(everything, key=lambda record: record.t_call))
        store.close()


def judge(history: History) -> str:
    """Say of which seats no order of the operations explains the answers, and how far one comes; empty if of none."""
    proofs = {seat: stuck(found) for seat, found in operations(history).items()}
    return "\n".join(f"{history.seed}, seat {seat}: {proof}" for seat, proof in proofs.items() if proof)


def _plan(store: Store, seed: str, wishes: int, hold_ms: int) -> Plan:
    event, seats = new_seated(Api(), SEATS + OTHER_SEATS, session_seconds=86_400, max_tickets_per_user=100)
    # Shorter than an organiser may say it: a history is over in a tenth of a second.
    run(store, call("update_event", code_of(event), event, "event.updated", "", "hold_ms", hold_ms))
    return Plan(seed, event, seats[:SEATS], hold_ms, wishes)


def main(arguments: Sequence[str]) -> int:
    """Make histories, or read one, and judge them; returns 1 when one has no explanation."""
    parser = argparse.ArgumentParser(prog="python -m tests.concurrency.histories")
    parser.add_argument("--histories", type=int, default=1000)
    parser.add_argument("--operations", type=int, default=300)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    parser.add_argument("--judge", type=Path)
    wanted = parser.parse_args(arguments)
    if wanted.judge:
        verdict = judge(read_history(wanted.judge.read_text()))
        _say(verdict or "linearizable")
        return 1 if verdict else 0
    _say(f"seed {wanted.seed}: {wanted.histories} histories of {wanted.operations} operations")
    count, unknown, failed = 0, 0, 0
    with servers.valkey() as server:
        for n, history in enumerate(make_histories(server.port, wanted.seed, wanted.histories, wanted.operations), 1):
            count += len(history.records)
            unknown += sum(record.unknown for record in history.records)
            verdict = judge(history)
            if verdict:
                failed += 1
                kept = Path(tempfile.gettempdir()) / f"history-{history.seed.replace('/', '-')}.jsonl"
                kept.write_text(history.lines())
                _say(f"{verdict}\nkept in {kept}")
            if n % BATCH == 0 or n == wanted.histories:
                _say(f"{n} histories, {count} operations, {unknown} of unknown outcome, {failed} not linearizable")
    return 1 if failed else 0


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a report talks


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
