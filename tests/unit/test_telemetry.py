"""What is written: one JSON line a request and the metrics of the sale, and never who it was.

A sale runs in a process of its own, with metrics on as in Lambda; what it prints is read here.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import app
from chalicelib import keys
from chalicelib.ids import IdMaker, code_of
from chalicelib.runtime import Runtime, install
from chalicelib.settings import Settings
from tests.support.api import Api
from tests.support.fake import fake_store
from tests.support.sale import event_body

USER, ALIAS, PAYMENT = "canary-user-ada", "canary-session-1", "canary-payment"
SETTINGS = Settings(
    draw_key="canary-key-of-draws", admission_keys=(f"canary-{'k' * 36}",), ticket_keys=(f"canary-{'t' * 36}",)
)
SELL = "from tests.unit.test_telemetry import sell; sell()"


def sell() -> None:
    """Sell a ticket and be refused in several ways; the last line printed lists everything that must not be written."""
    house, api = install(Runtime(SETTINGS, fake_store(), IdMaker(secrets.randbits))), Api()
    event = api.post("/events", event_body()).json["id"]
    api.post("/queue/join", {"event_id": event, "user_id": USER, "session_id": ALIAS})
    session = house.store.command("HGET", keys.event_key("entries", code_of(event)), USER)
    bob = api.post("/queue/join", {"event_id": event, "user_id": "canary-user-bob"}).json["session_id"]
    wish = {"event_id": event, "user_id": USER, "session_id": ALIAS}
    ticket = api.post("/tickets/purchase", wish).json["id"]
    code = api.post(f"/tickets/{ticket}/confirm", {"payment_reference": PAYMENT}).json["ticket"]["barcode"]
    api.post(f"/tickets/{ticket}/check-in", {"barcode": code}, Idempotency_Key="canary-scan")
    api.get(f"/queue/status/{ALIAS}")
    api.get(f"/queue/position/{event}/{USER}")
    api.get("/queue/status/canary-unknown")
    api.get("/tickets/user/canary-user%ff")
    api.post("/queue/join", {"event_id": event, "user_id": "canary user!"})
    api.post("/queue/join", b'{"canary-field": "canary-value')
    token = api.get(f"/queue/status/{bob}").json["admission_token"]
    lobby = api.post("/events", event_body(sale_starts_at="2090-12-01T00:00:00Z")).json["id"]
    api.post("/queue/join", {"event_id": lobby, "user_id": "canary-user-cyd", "nonce": "canary-nonce"})
    context = SimpleNamespace(aws_request_id="run-1", get_remaining_time_in_millis=lambda: 0)
    app.drain({"time": "", "source": "", "account": "", "id": "", "region": "", "resources": [], "version": "",
               "detail": {}, "detail-type": ""}, context)  # fmt: skip
    house.store.client.set(keys.event_key("events", code_of(event)), "spoilt")
    api.post("/queue/join", wish)
    sys.stdout.write(json.dumps([session, bob, token, code]))


@pytest.fixture(scope="module")
def written() -> tuple[str, list[str]]:
    """Give what the sale wrote, and the sessions, the token and the code in it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("POWERTOOLS_")}
    run = subprocess.run(
        [sys.executable, "-c", SELL],
        cwd=Path(__file__).parents[2],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    *lines, hidden = run.stdout.splitlines()
    return "\n".join(lines), json.loads(hidden)


@pytest.fixture(scope="module")
def lines(written: tuple[str, list[str]]) -> list[dict[str, Any]]:
    """Give what was written, line by line."""
    return [json.loads(line) for line in written[0].splitlines()]


@pytest.fixture(scope="module")
def requests(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the lines that stand for a request each."""
    return [line for line in lines if line.get("message") == "request"]


def test_each_request_is_one_json_line_that_says_how_it_went(requests: list[dict[str, Any]]) -> None:
    """Route, status, how long it took, how much of that in Redis and in how many trips, and the request's id."""
    assert [(line["route"], line.get("status")) for line in requests] == [
        ("POST /api/v1/events", 201),
        ("POST /api/v1/queue/join", 201),
        ("POST /api/v1/queue/join", 201),
        ("POST /api/v1/tickets/purchase", 201),
        ("POST /api/v1/tickets/{ticket_id}/confirm", 200),
        ("POST /api/v1/tickets/{ticket_id}/check-in", 200),
        ("GET /api/v1/queue/status/{session_id}", 200),
        ("GET /api/v1/queue/position/{event_id}/{user_id}", 200),
        ("GET /api/v1/queue/status/{session_id}", 404),
        ("GET /api/v1/tickets/user/{user_id}", 400),
        ("POST /api/v1/queue/join", 400),
        ("POST /api/v1/queue/join", 400),
        ("GET /api/v1/queue/status/{session_id}", 200),
        ("POST /api/v1/events", 201),
        ("POST /api/v1/queue/join", 201),
        ("schedule drain", None),
        ("POST /api/v1/queue/join", 500),
    ]
    for line in requests:
        assert line["duration_ms"] >= line["redis_ms"] >= 0
        assert (line["level"], line["service"]) == ("INFO", "ticketing")
        assert line["request_id"] == ("run-1" if line["route"] == "schedule drain" else "test-request")
        assert line["redis_trips"] > 0 or line.get("status") == 400
    assert [line.get("code") for line in requests[8:12]] == [
        "session_not_found",
        "invalid_id",
        *["invalid_request"] * 2,
    ]


def test_a_bug_is_one_line_with_its_traceback(lines: list[dict[str, Any]], requests: list[dict[str, Any]]) -> None:
    """Beside the line of its request; the caller saw nothing of it."""
    (bug,) = [line for line in lines if line.get("level") == "ERROR"]
    assert (bug["message"], bug["route"]) == ("bug", "POST /api/v1/queue/join")
    assert "WRONGTYPE" in bug["exception"]
    assert requests[-1]["code"] == "internal_error"


def test_nothing_that_is_written_says_who_it_was(written: tuple[str, list[str]]) -> None:
    """No user, session, payment, nonce, token, code or key, no raw path and nothing of a body that was refused."""
    text, hidden = written
    for secret in ("canary", *hidden):
        assert secret
        assert secret not in text


def metrics(lines: list[dict[str, Any]], name: str) -> list[tuple[Any, str]]:
    found = []
    for line in lines:
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            assert directive["Namespace"] == "ticketing"
            found += [(line[name], metric["Unit"]) for metric in directive["Metrics"] if metric["Name"] == name]
    return [(value[0] if isinstance(value, list) else value, unit) for value, unit in found]


@pytest.mark.parametrize(
    ("name", "times", "unit"),
    [("joins", 3, "Count"), ("purchases", 1, "Count"), ("confirms", 1, "Count"), ("check_ins", 1, "Count")],
)
def test_what_was_sold_is_counted(lines: list[dict[str, Any]], name: str, times: int, unit: str) -> None:
    """As metrics in the log (EMF): no call, no agent."""
    assert metrics(lines, name) == [(1, unit)] * times


def test_the_drain_says_whom_it_let_in_and_how_late_it_was(lines: list[dict[str, Any]]) -> None:
    """The figures to set an alarm on: what a run did, how many there are now, and how long the waits were."""
    counted = {"activations": 2, "waiting": 1, "active": 1, "away": 0, "abandoned": 0, "no_shows": 0}
    counted["events_skipped"] = 0
    assert {name: metrics(lines, name) for name in counted} == {name: [(n, "Count")] for name, n in counted.items()}
    for name in ("drain_lag_ms", "wait_p50_ms", "wait_p95_ms"):
        ((ms, unit),) = metrics(lines, name)
        assert (ms >= 0, unit) == (True, "Milliseconds")


def test_refusals_are_counted_by_their_word(lines: list[dict[str, Any]]) -> None:
    """One metric, the word as its dimension."""
    refused = [line for line in lines if "refusals" in line]
    assert [line["code"] for line in refused] == [
        *("session_not_found", "invalid_id", "invalid_request", "invalid_request", "internal_error"),
    ]
    dimensions = {tuple(sorted(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0])) for line in refused}
    assert dimensions <= {("code",), ("code", "service")}
