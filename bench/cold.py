"""How long a cold start takes, from the first import to the first answer, each time in a process of its own.

The start of the interpreter is not counted. Nor is the first process of a kind, which may have to compile what it
imports: an image of the service comes with its bytecode.
"""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median

from bench import report
from bench.service import Request, running
from bench.stage import new_event

SAMPLES = 15

_LIBRARIES = "import chalice, pydantic, redis"
_APP = "import app"
_FIRST_ANSWER = """
import app
answer = app.app({event!r}, types.SimpleNamespace(**{context!r}))
assert answer["statusCode"] == 200, answer
"""
_PROGRAM = """
import sys, time, types
started = time.perf_counter()
{work}
spent_ms = (time.perf_counter() - started) * 1000
print(spent_ms, file=sys.stderr)
"""


def measure() -> list[report.Limit]:
    """Print a line for each kind of start; the issue sets no limit."""
    with running() as service:
        event = Request("GET", "/queue/length/{event_id}", None, {"event_id": new_event(service)}).event()
        kinds = {
            "import chalice, pydantic, redis": _LIBRARIES,
            "import app": _APP,
            "import app, first answer (queue length)": _FIRST_ANSWER.format(
                event=event, context={"aws_request_id": "bench"}
            ),
        }
        environ = os.environ | {"REDIS_ADDR": f"127.0.0.1:{service.port}"}
        for work in kinds.values():
            _start_ms(work, environ)
        # One of each kind in turn: a noisy moment falls on all of them.
        rounds = [[_start_ms(work, environ) for work in kinds.values()] for _ in range(SAMPLES)]
    samples = dict(zip(kinds, zip(*rounds, strict=True), strict=True))
    bare_ms = median(next(iter(samples.values())))
    print(f"{SAMPLES} processes of each kind; milliseconds")
    print(
        report.table(
            ["cold start", "median", "min", "x bare import"],
            [
                [name, f"{median(ms):.0f}", f"{min(ms):.0f}", f"{median(ms) / bare_ms:.2f}"]
                for name, ms in samples.items()
            ],
        )
    )
    return []


def _start_ms(work: str, environ: dict[str, str]) -> float:
    program = _PROGRAM.format(work=work)
    ended = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    return float(ended.stderr.splitlines()[-1])
