"""How long a cold start takes, until the first answer, each time in a process of its own.

What counts begins where the process is spawned: the interpreter, Lambda's runtime client, the service, a request with a
token of our own, a round trip to Redis. It is compared with a process that imports the three libraries and nothing
else. The first of each kind is not counted: it may have to compile what it imports, and an image of the service comes
with its bytecode.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from typing import Any, NamedTuple

from bench import report
from bench.service import Request, running
from bench.stage import new_event
from chalicelib.http import auth
from chalicelib.settings import Settings
from infra.runtime_api import Function

SAMPLES = 15
RATIO_MAX = 2.0

_KEY = "the key of the tokens in a measurement"
_BARE = "import chalice, pydantic, redis"
_ON_LAMBDA = "awslambdaric app.app, first answer, jwt mode"
_ANSWER = """
import app
answer = app.app({event!r}, types.SimpleNamespace(aws_request_id="bench"))
assert answer["statusCode"] < 300, answer
"""
# time.monotonic is one clock for all processes.
_PROGRAM = """
import sys, time, types
started = time.monotonic()
{work}
print(started, time.monotonic(), file=sys.stderr)
"""


class Start(NamedTuple):
    """How long a start took: milliseconds since the spawn, and since the first import where that can be told."""

    spawn_ms: float
    import_ms: float | None = None


def measure() -> list[report.Limit]:
    """Print a line for each kind of start, and give the limit of the last."""
    with running() as service:
        join = _join(new_event(service))
        answer = _ANSWER.format(event=join)
        redis = {"REDIS_ADDR": f"127.0.0.1:{service.port}"}
        tokens = redis | {"AUTH_MODE": "jwt", "AUTH_KEYS": _KEY}
        kinds: dict[str, Callable[[], Start]] = {
            _BARE: partial(_python, _BARE, redis),
            "import app": partial(_python, "import app", redis),
            "import app, first answer": partial(_python, answer, redis),
            "import app, first answer, jwt mode": partial(_python, answer, tokens),
            _ON_LAMBDA: partial(_lambda, join, tokens),
        }
        for start in kinds.values():
            start()
        # One of each kind in turn: a noisy moment falls on all of them.
        rounds = [[start() for start in kinds.values()] for _ in range(SAMPLES)]
    samples = dict(zip(kinds, zip(*rounds, strict=True), strict=True))
    bare = samples[_BARE]
    print(
        f"{SAMPLES} processes of each kind; milliseconds since the spawn; beside them the same without the interpreter"
    )
    heads = ["cold start", "median", "min", "x bare", "import, median", "x bare"]
    print(report.table(heads, [_row(name, starts, bare) for name, starts in samples.items()]))
    ratio = _spawn_ms(samples[_ON_LAMBDA]) / _spawn_ms(bare)
    return [report.Limit("cold start in jwt mode, times the bare import", ratio, RATIO_MAX)]


def _row(name: str, starts: Sequence[Start], bare: Sequence[Start]) -> list[str]:
    spawn_ms, import_ms = _spawn_ms(starts), _import_ms(starts)
    row = [name, f"{spawn_ms:.0f}", f"{min(starts).spawn_ms:.0f}", f"{spawn_ms / _spawn_ms(bare):.2f}"]
    return [*row, *([f"{import_ms:.0f}", f"{import_ms / _import_ms(bare):.2f}"] if import_ms else ["", ""])]


def _spawn_ms(starts: Sequence[Start]) -> float:
    return median(start.spawn_ms for start in starts)


def _import_ms(starts: Sequence[Start]) -> float:
    return median(start.import_ms or 0 for start in starts)


def _join(event_id: str) -> dict[str, Any]:
    token, _ = auth.issue(Settings(auth_keys=(_KEY,)), "ada", 3_600)
    event = Request("POST", "/queue/join", {"event_id": event_id, "user_id": "ada"}).event()
    event["headers"]["Authorization"] = f"Bearer {token}"
    return event


def _python(work: str, environ: dict[str, str]) -> Start:
    program = [sys.executable, "-c", _PROGRAM.format(work=work)]
    spawned = time.monotonic()
    ended = subprocess.run(program, env=os.environ | environ, capture_output=True, text=True, check=True)
    started, done = map(float, ended.stderr.splitlines()[-1].split())
    return Start((done - spawned) * 1000, (done - started) * 1000)


def _lambda(event: dict[str, Any], environ: dict[str, str]) -> Start:
    with Function("app.app", environ) as function:
        answer = function.invoke(event)
        spent_ms = (time.perf_counter() - function.spawned_at) * 1000
    if answer["statusCode"] >= 300:
        raise RuntimeError(f"the service refuses: {answer['body']}")
    return Start(spent_ms)
