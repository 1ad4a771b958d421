"""Pages of another origin: they can read every answer where CORS_ORIGIN says so, and none where it does not."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.ids import IdMaker
from chalicelib.runtime import Runtime, install
from chalicelib.settings import Settings
from tests.support.api import Api
from tests.support.fake import fake_store
from tests.support.sale import event_body

ASK = "from tests.http.test_cors import ask_all; ask_all()"


def ask_all() -> None:
    """Print status and allowed origin of answers of every kind: good ones, refusals, what Chalice refuses by itself."""
    install(Runtime(Settings(), fake_store(), IdMaker(secrets.randbits)))
    api = Api()
    answers = [
        *(api.post("/events", event_body()), api.get("/events"), api.get("/events/x"), api.post("/queue/join", b"[")),
        *(api.post("/queue/join", b"x", Content_Type="text/plain"), api.get("/queue/status/nobody")),
    ]
    allowed = [(answer.status, answer.headers.get("Access-Control-Allow-Origin")) for answer in answers]
    sys.stdout.write(json.dumps(allowed))


@pytest.mark.parametrize("origin", ["*", "https://shop.example", None])
def test_answers_and_errors_carry_the_allowed_origin(origin: str | None) -> None:
    """All of them when CORS_ORIGIN is set: a page could not even read a refusal without; none when it is not."""
    quiet = {"POWERTOOLS_METRICS_DISABLED": "true", "POWERTOOLS_LOG_LEVEL": "CRITICAL", "PATH": os.environ["PATH"]}
    run = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=Path(__file__).parents[2],
        env=quiet | ({"CORS_ORIGIN": origin} if origin else {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    answers = json.loads(run.stdout.splitlines()[-1])
    assert [status for status, _ in answers] == [201, 200, 400, 400, 415, 404]
    assert {allowed for _, allowed in answers} == {origin}
