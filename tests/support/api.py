"""Calls the Lambda handler as API Gateway does: no socket, the whole service behind it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import app
from infra import lambda_events

V1 = "/api/v1"
_CONTEXT = SimpleNamespace(
    aws_request_id="test-request",
    function_name="test",
    memory_limit_in_mb=128,
    invoked_function_arn="arn:aws:lambda:eu-west-1:000000000000:function:test",
    get_remaining_time_in_millis=lambda: 10_000,
)


_HURRIED = SimpleNamespace(**(vars(_CONTEXT) | {"get_remaining_time_in_millis": lambda: 1_000}))


@dataclass(frozen=True)
class Answer:
    """What the service answered."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.text)

    @property
    def code(self) -> str | None:
        """The word of a refusal, or None."""
        body = self.json if self.text else {}
        return body.get("code") if isinstance(body, dict) else None


class Api:
    """The service as a client sees it; paths without a leading /health or the like stand under /api/v1."""

    def get(self, path: str, **headers: str) -> Answer:
        """GET."""
        return self.call("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """POST a JSON body."""
        return self.call("POST", path, body, headers)

    def put(self, path: str, body: Any, **headers: str) -> Answer:
        """PUT a JSON body."""
        return self.call("PUT", path, body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Answer:
        """PATCH with a JSON body."""
        return self.call("PATCH", path, body, headers)

    def delete(self, path: str, **headers: str) -> Answer:
        """DELETE."""
        return self.call("DELETE", path, None, headers)

    def schedule(self, name: str) -> Answer:
        """Run a scheduled function of the app as EventBridge does, with too little time for a second tick."""
        return Answer(200, {}, json.dumps(getattr(app, name)(lambda_events.schedule(name), _HURRIED)))

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send a request; ``body`` is JSON unless it is bytes or a text, header names may have _ for -."""
        split = urlsplit(path)
        template, params = _match(split.path)
        raw = body if isinstance(body, bytes | str) or body is None else json.dumps(body)
        sent = {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in (headers or {}).items()}
        event = lambda_events.request(
            method,
            template,
            params=params,
            query=_query(split.query),
            headers=sent,
            body=raw.decode("latin-1") if isinstance(raw, bytes) else raw,
        )
        answer = self.handle(event)
        flat = {name: values[0] for name, values in answer["multiValueHeaders"].items()} | answer["headers"]
        return Answer(answer["statusCode"], flat, answer["body"] or "")

    def handle(self, event: dict[str, Any]) -> dict[str, Any]:
        """Have the handler answer an event; here in this process."""
        answer: dict[str, Any] = app.app(event, _CONTEXT)
        return answer


def path_part(text: str) -> str:
    """Encode a text so that it can stand in a path."""
    return quote(text, safe="")


def _query(text: str) -> dict[str, list[str]] | None:
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return found or None


def _match(path: str) -> tuple[str, dict[str, str]]:
    path = path if path.startswith(("/api/", "/health", "/openapi", "/.well-known")) else V1 + path
    parts = path.split("/")
    for template in sorted(app.app.routes, key=lambda known: known.count("{")):
        names = template.split("/")
        if len(names) == len(parts) and all(n.startswith("{") or n == p for n, p in zip(names, parts, strict=True)):
            return template, {n[1:-1]: p for n, p in zip(names, parts, strict=True) if n.startswith("{")}
    raise LookupError(f"no route for {path}")
