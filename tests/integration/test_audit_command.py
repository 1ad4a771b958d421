"""``python -m tests.audit`` as an operator runs it: a line for each invariant, and an exit that says all."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from chalicelib.ids import code_of
from chalicelib.keys import event_key
from chalicelib.runtime import Runtime
from chalicelib.store import Store
from tests.audit.report import INVARIANTS
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.eventful import eventful_sale

BACKENDS = ("valkey",)
ROOT = Path(__file__).parents[2]


def run_command(store: Store, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the auditor as an operator does."""
    port = store.client.get_connection_kwargs()["port"]
    command = [sys.executable, "-m", "tests.audit", "--redis", f"127.0.0.1:{port}", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def lines_of(done: subprocess.CompletedProcess[str], *kinds: str) -> Sequence[str]:
    """Give the lines of these kinds, without their promises."""
    return [" ".join(line.split()[:2]) for line in done.stdout.splitlines() if line.startswith(kinds)]


def test_the_command_says_each_invariant_and_its_exit_says_all(
    house: Runtime, api: Api, clock: Clock, tmp_path: Path
) -> None:
    """0 and no FAIL for a sale as it is; 1 and the first difference after a counter was bumped."""
    sale = eventful_sale(api, clock)
    history = tmp_path / "history.jsonl"
    history.write_text("\n".join(json.dumps(asdict(told)) for told in sale.told))
    passed = run_command(house.store, "--history", str(history))
    assert (passed.returncode, lines_of(passed, "FAIL"), passed.stderr) == (0, [], "")
    assert len(lines_of(passed, "PASS", "-")) == len(INVARIANTS)
    counters = event_key("events", code_of(sale.event))
    house.store.command("HINCRBY", counters, "sold", 1)
    failed = run_command(house.store, "--event", sale.event)
    house.store.command("HINCRBY", counters, "sold", -1)
    assert (failed.returncode, lines_of(failed, "FAIL")) == (1, ["FAIL I2", "FAIL dump"])
    assert "the dump: sold is 3, by the log 2" in failed.stdout
