"""What the contract's tests stand on: a service whose time can be moved, calls past the router, and answers judged.

An answer is judged by the OpenAPI document: its body must be what the document says of that route and status.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import fakeredis.commands_mixins.server_mixin
import pytest
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]  # ships no types

import app
from chalicelib.errors import REFUSALS
from chalicelib.http import openapi, problem
from chalicelib.http.route import PREFIX, Route
from chalicelib.runtime import Runtime
from infra import lambda_events
from tests.support.api import _CONTEXT, Answer, Api

DOCUMENT: Final = openapi.document(app.table)
PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}
CENTURY_S: Final = 100 * 366 * 86_400
COMMON: Final = ("type", "title", "status", "code", "request_id")


@dataclass(frozen=True)
class Stage:
    """An empty service on fakeredis, as a client sees it; ``later`` moves its clock by so many seconds."""

    house: Runtime
    api: Api
    later: Callable[[float], None]


@pytest.fixture
def stage(house: Runtime, api: Api, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The service, at a time of its own."""
    ahead_s = [0.0]
    clock = SimpleNamespace(time=lambda: time.time() + ahead_s[0])
    monkeypatch.setattr(fakeredis.commands_mixins.server_mixin, "time", clock)

    def later(seconds: float) -> None:
        ahead_s[0] += seconds

    return Stage(house, api, later)


def label(row: Route) -> str:
    """Name a route of the table: by its verb, or by its path where that stands outside the API; no two are the same."""
    return row.name if row.path.startswith(PREFIX) else row.path


def call_gateway(method: str, resource: str, params: dict[str, str] | None = None, **headers: str) -> Answer:
    """Send a request without a body as API Gateway does when it passes everything on: also to where no route is."""
    answer = app.app(lambda_events.request(method, resource, params=params, headers=headers), _CONTEXT)
    flat = {name: values[0] for name, values in answer["multiValueHeaders"].items()} | answer["headers"]
    return Answer(answer["statusCode"], flat, answer["body"] or "")


def judge(row: Route, answer: Answer) -> None:
    """Assert that an answer is one that the document promises of this route: status, media type, every field."""
    promised = DOCUMENT["paths"][row.path][row.method.lower()]["responses"].get(str(answer.status))
    assert promised, f"{label(row)} answers {answer.status}, which the document does not say: {answer.text[:300]}"
    if "content" not in promised:
        assert answer.text == ""
        return
    media_type = answer.headers["Content-Type"]
    assert media_type in promised["content"], f"{media_type} is not said of {answer.status}"
    assert_matches(promised["content"][media_type]["schema"], answer)
    if media_type == problem.MEDIA_TYPE:
        judge_problem(answer)


def judge_problem(answer: Answer) -> None:
    """Assert that an answer is a problem document: the common members, a known word, its status and title."""
    assert answer.headers["Content-Type"] == problem.MEDIA_TYPE, answer.text[:300]
    assert_matches(PROBLEM, answer)
    assert all(answer.json[name] for name in COMMON), answer.text
    refusal = REFUSALS[answer.json["code"]]
    assert (answer.json["status"], answer.json["title"]) == (problem.STATUS[refusal.kind], refusal.title)
    assert answer.status == answer.json["status"]
    assert (answer.status == 503) == ("outcome" in answer.json)
    assert (answer.status in {429, 503}) == ("Retry-After" in answer.headers)
    assert int(answer.headers.get("Retry-After", 1)) >= 1


def assert_matches(schema: dict[str, Any], answer: Answer) -> None:
    """Assert that a body is what a schema of the document says."""
    whole = {"components": DOCUMENT["components"]} | schema
    wrong = sorted(map(str, Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(answer.json)))
    assert not wrong, wrong[:3]
