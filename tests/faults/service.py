"""The service in front of a Redis that a test harms."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from chalicelib.ids import IdMaker
from chalicelib.runtime import Runtime, install
from chalicelib.settings import Settings
from chalicelib.store import connect
from tests.audit import Told, assert_audited
from tests.support.api import Answer, Api
from tests.support.servers import Server, client

BUDGET_S = 4.0
LONG = bool(os.environ.get("FAULTS_LONG"))
"""Whether to take all the time it takes, as `make faults` does."""


@contextlib.contextmanager
def service(port: int, **settings: Any) -> Iterator[Api]:
    """Give the service on the server or proxy at this port."""
    said = Settings(redis_host="127.0.0.1", redis_port=port, **settings)
    house = install(Runtime(said, connect(said), IdMaker(secrets.randbits)))
    try:
        yield Api()
    finally:
        house.store.close()


def check_server(port: int, history: Sequence[Told] | None = None) -> None:
    """Assert that everything on a server stands up to its audit, past any proxy, and to what clients were told."""
    store = connect(Settings(redis_host="127.0.0.1", redis_port=port))
    assert_audited(store, history)
    store.close()


def commands_run(server: Server) -> int:
    """Tell how many commands of ours a server has run."""
    with client(server.port) as direct:
        return int(direct.info("commandstats")["cmdstat_fcall"]["calls"])


def in_time(request: Callable[[], Answer]) -> Answer:
    """Give the answer to a request, which must come within the budget of every request."""
    started = time.monotonic()
    answer = request()
    assert time.monotonic() - started < BUDGET_S, f"{answer.status} after {time.monotonic() - started:.1f} s"
    return answer


def assert_unavailable(answer: Answer, outcome: str) -> None:
    """Assert a 503 that says when to come back and whether anything may have been done, and nothing else."""
    assert (answer.status, answer.code) == (503, "redis_unavailable"), answer.text
    assert answer.json["outcome"] == outcome
    assert 1 <= int(answer.headers["Retry-After"]) <= 5
    assert set(answer.json) == {"type", "title", "status", "code", "request_id", "outcome"}


def assert_not_durable(answer: Answer) -> None:
    """Assert a 503 that says: it was done, and is not yet kept as it has to be."""
    assert (answer.status, answer.code, answer.json["outcome"]) == (503, "not_durable", "unknown"), answer.text
    assert 1 <= int(answer.headers["Retry-After"]) <= 5
