"""The Lambda handler as a WSGI application, so that schemathesis calls it without a socket, as API Gateway does."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable
from http.client import responses
from types import SimpleNamespace
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import werkzeug
from chalice.local import LambdaEventConverter, RouteMatcher

import app

CONTEXT = SimpleNamespace(
    aws_request_id="fuzz",
    function_name="fuzz",
    memory_limit_in_mb=128,
    invoked_function_arn="arn:aws:lambda:eu-west-1:000000000000:function:fuzz",
    get_remaining_time_in_millis=lambda: 10_000,
)
_gateway = LambdaEventConverter(RouteMatcher(list(app.app.routes)), app.app.api.binary_types)


class Client(werkzeug.Client):
    """A client for calls without a socket.

    What is meant for sockets is let pass: where schemathesis asks again without a token, it brings that along.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request."""
        rest = {name: value for name, value in kwargs.items() if name not in {"max_redirects", "verify", "cert"}}
        return super().open(*args, **rest)


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request; what the service prints are its metrics, and they are thrown away."""
    event = _event(environ)
    with contextlib.redirect_stdout(io.StringIO()):
        answer = app.app(event, CONTEXT)
    several = [(name, value) for name, values in answer["multiValueHeaders"].items() for value in values]
    status = answer["statusCode"]
    start_response(f"{status} {responses.get(status, 'Unknown')}", [*answer["headers"].items(), *several])
    return [(answer["body"] or "").encode()]


def _event(environ: WSGIEnvironment) -> dict[str, Any]:
    # The path stays encoded: API Gateway does not decode it.
    path = environ["REQUEST_URI"].partition("?")[0]
    query = environ.get("QUERY_STRING", "")
    sent = {
        "method": environ["REQUEST_METHOD"],
        "path": f"{path}?{query}" if query else path,
        "headers": _headers(environ),
        "body": environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
    }
    try:
        event = _gateway.create_lambda_event(**sent)
    except ValueError:  # it knows no such path, and the service is to say so
        event = _gateway.create_lambda_event(**sent | {"path": "/health"})
        event["requestContext"]["resourcePath"] = path
    return {"isBase64Encoded": False} | event


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    named = {name.removeprefix("HTTP_"): value for name, value in environ.items() if name.startswith("HTTP_")}
    named |= {name: environ[name] for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(name)}
    return {name.replace("_", "-").lower(): value for name, value in named.items()}
