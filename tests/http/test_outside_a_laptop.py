"""Where the service runs for others: it wants tokens, says so on every answer, and does not start without."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.http.problem import SECURITY_HEADERS, STRICT_TRANSPORT
from chalicelib.ids import IdMaker
from chalicelib.runtime import Runtime, install
from chalicelib.settings import Settings
from tests.support.api import Api
from tests.support.fake import fake_store
from tests.support.people import AUTH_KEY

ASK = "from tests.http.test_outside_a_laptop import ask_all; ask_all()"
LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "ticketing-prod"}
TOKENS = {"AUTH_MODE": "jwt", "AUTH_KEYS": AUTH_KEY}


def ask_all() -> None:
    """Print the headers of answers of every kind: a good one, refusals, what Chalice refuses by itself."""
    install(Runtime(Settings.from_environ(), fake_store(), IdMaker(secrets.randbits)))
    api = Api()
    answers = [
        api.get("/openapi.json"),
        api.post("/events", {}),
        api.post("/queue/join", b"x", Content_Type="text/plain"),
    ]
    sys.stdout.write(json.dumps([[answer.status, answer.headers] for answer in answers]))


def run(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, as Lambda would start it."""
    quiet = {"POWERTOOLS_METRICS_DISABLED": "true", "POWERTOOLS_LOG_LEVEL": "CRITICAL", "PATH": os.environ["PATH"]}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env=quiet | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_answer_asks_for_tls_and_nothing_less() -> None:
    """Two years of it, beside the headers that stand on every answer anyway."""
    done = run(ASK, **LAMBDA, **TOKENS)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout.splitlines()[-1])  # behind the metrics of the refusals
    assert [status for status, _ in answers] == [200, 401, 415]
    for _, headers in answers:
        assert (SECURITY_HEADERS | STRICT_TRANSPORT).items() <= headers.items()


@pytest.mark.parametrize(
    ("variable", "environ"),
    [
        ("AUTH_MODE", {}),
        ("AUTH_MODE", {"AUTH_MODE": "open"}),
        ("AUTH_KEYS", {"AUTH_MODE": "jwt"}),
        ("CORS_ORIGIN", TOKENS | {"CORS_ORIGIN": "*"}),
    ],
)
def test_lambda_does_not_start_with_an_open_door(variable: str, environ: dict[str, str]) -> None:
    """The import of app.py fails, naming the variable, before anything is served."""
    done = run("import app", **LAMBDA, **environ)
    assert done.returncode != 0
    assert variable in done.stderr.splitlines()[-1]


def test_lambda_starts_with_tokens() -> None:
    """As soon as there is something to check them with."""
    assert run("import app", **LAMBDA, **TOKENS).returncode == 0
