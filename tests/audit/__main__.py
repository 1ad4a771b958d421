"""``python -m tests.audit --redis host:port [--event ID] [--history FILE]``: judge events of a running Redis.

Prints one line for each invariant of each event, and exits with 1 when any does not hold. FILE has one answer a line,
as tests/audit/told.py says. Without --event it judges all events. Password, TLS and the like are read from the
environment, as the service reads them.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from chalicelib import ids
from chalicelib.settings import Settings
from chalicelib.store import connect
from tests.audit import audit, audit_all
from tests.audit.told import read_history


def main(words: list[str]) -> int:
    """Judge what the words of the command name, and give the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.audit", description="Replay the logs of events and compare.")
    parser.add_argument("--redis", required=True, metavar="HOST:PORT")
    parser.add_argument("--event", metavar="ID", help="this event alone")
    parser.add_argument("--history", type=Path, metavar="FILE", help="answers that clients were given, JSON lines")
    asked = parser.parse_args(words)
    store = connect(Settings.from_environ(os.environ | {"REDIS_ADDR": asked.redis}))
    history = read_history(asked.history) if asked.history else None
    try:
        reports = [audit(store, ids.code_of(asked.event), history)] if asked.event else audit_all(store, history)
    except LookupError as missing:
        parser.error(str(missing))
    finally:
        store.close()
    for report in reports:
        print(*report.lines(), sep="\n")  # noqa: T201 - a command talks
    return 1 if any(report.failed for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
