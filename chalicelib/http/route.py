"""The route table, and the wrapper around every view.

A slice declares its routes; ``serve`` hands them to Chalice. The wrapper is where a request becomes a ``Request`` with
a validated body, and every exception a problem document: behind it Chalice would already have made a bare 500.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from chalice.app import Chalice, Response
from pydantic import BaseModel

from chalicelib import ids
from chalicelib.errors import DomainError, InvalidRequest
from chalicelib.http import problem, telemetry
from chalicelib.http.auth import Access, authenticate
from chalicelib.http.body import read_body, validate
from chalicelib.runtime import Runtime, runtime

PREFIX = "/api/v1"
BODY_BYTES_MAX = 64 * 1024
JSON = "application/json"
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True)
class Reply:
    """What a handler answers; a model is written as JSON, a list of models as an array, a text as it is."""

    body: BaseModel | list[Any] | str | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    happened: bool = True
    """Whether this request changed anything: a repeat is answered, and not counted."""


@dataclass(frozen=True)
class Request:
    """A request as a handler sees it: everything decoded and validated."""

    house: Runtime
    params: dict[str, str]
    headers: dict[str, str]
    body: Any
    query: Any
    request_id: str

    def id(self, name: str) -> str:
        """Give a path parameter that must be a UUID, in canonical form."""
        return ids.canonical(self.params[name], name)

    def name(self, name: str) -> str:
        """Give a path parameter that must be a user id or a session id."""
        if not ids.is_name(self.params[name]):
            raise DomainError("invalid_id", f"{name} has characters that do not belong in it.")
        return self.params[name]

    @property
    def idempotency_key(self) -> str | None:
        """Give the Idempotency-Key: 1 to 255 visible ASCII characters."""
        key = self.headers.get("idempotency-key")
        if key is not None and _IDEMPOTENCY_KEY.fullmatch(key) is None:
            raise InvalidRequest([("Idempotency-Key", "must be 1 to 255 visible ASCII characters")])
        return key


Handler = Callable[[Request], Reply]


@dataclass(frozen=True)
class Route:
    """One row of the route table; the OpenAPI document is made from these."""

    method: str
    path: str
    access: Access
    handler: Handler
    summary: str
    answers: dict[int, Any]
    refusals: tuple[str, ...] = ()
    body: type[BaseModel] | None = None
    body_optional: bool = False
    query: type[BaseModel] | None = None
    bytes_max: int = BODY_BYTES_MAX
    idempotent: bool = False
    metric: str | None = None

    @property
    def name(self) -> str:
        """The verb of this route, in the document and in the log."""
        return self.handler.__name__


class Routes(list[Route]):
    """The part of the route table that a slice declares."""

    def add(
        self, method: str, path: str, *, access: Access, summary: str, answers: dict[int, Any], **more: Any
    ) -> Callable[[Handler], Handler]:
        """Declare the decorated function as the handler of a route; who may use it has no default."""

        def declare(handler: Handler) -> Handler:
            self.append(Route(method, path, access, handler, summary, answers, **more))
            return handler

        return declare


def with_etag(
    request: Request, etag: str, body: BaseModel | str | None, cache_control: str, more: dict[str, str] | None = None
) -> Reply:
    """Answer with the body under this ETag, or with 304 when the caller has it already; ``more`` are headers."""
    headers = {"ETag": etag, "Cache-Control": cache_control} | (more or {})
    if request.headers.get("if-none-match", "").removeprefix("W/") == etag.removeprefix("W/"):
        return Reply(status=304, headers=headers)
    return Reply(body, headers=headers)


def serve(app: Chalice, routes: Routes, headers: dict[str, str]) -> None:
    """Hand the routes to Chalice, each view wrapped, and rewrite what Chalice answers by itself.

    ``headers`` stand on every answer that has not its own of the same name.
    """
    for row in routes:
        app.route(row.path, methods=[row.method], name=f"{row.name}:{row.path}")(_view(app, row))
    app.register_middleware(_with_headers(headers), "http")
    app.register_middleware(_problems(app), "http")


def _with_headers(headers: dict[str, str]) -> Callable[[Any, Callable[[Any], Response]], Response]:
    def with_headers(request: Any, get_response: Callable[[Any], Response]) -> Response:
        response = get_response(request)
        response.headers = {**headers, **response.headers}
        return response

    return with_headers


def _problems(app: Chalice) -> Callable[[Any, Callable[[Any], Response]], Response]:
    # A middleware, because no view sees an unknown path, a wrong method or a wrong media type.
    def problems(request: Any, get_response: Callable[[Any], Response]) -> Response:
        path = request.context["resourcePath"] if request else None
        if path not in app.routes:
            telemetry.note_refusal("path_not_found")
            return problem.from_error(DomainError("path_not_found"), _request_id(request))
        response = get_response(request)
        if isinstance(response.body, dict):  # ours are texts
            telemetry.note_route(request.method, path)
            telemetry.note_refusal(problem.chalice_code(response))
            return problem.from_chalice(response, _request_id(request))
        return response

    return problems


def _view(app: Chalice, row: Route) -> Callable[..., Response]:
    def view(**params: str) -> Response:
        raw = app.current_request
        request_id = _request_id(raw)
        telemetry.note_route(row.method, row.path)
        try:
            reply = row.handler(_request(row, raw, params, request_id))
        except DomainError as refusal:
            telemetry.note_refusal(refusal.code)
            return problem.from_error(refusal, request_id)
        except Exception:  # noqa: BLE001 - the last net: logged with its traceback, told to nobody
            telemetry.note_bug()
            return problem.internal_error(request_id)
        if row.metric and reply.happened:
            telemetry.count(row.metric)
        return _response(reply)

    return view


def _request(row: Route, raw: Any, params: dict[str, str], request_id: str) -> Request:
    house = runtime()
    house = replace(house, caller=authenticate(row.access, raw.headers, house.settings))
    body = raw.raw_body or b""
    parsed = read_body(body, row.body, bytes_max=row.bytes_max) if row.body else None
    query = _query(row.query, raw.query_params) if row.query else None
    return Request(
        house=house,
        params={name: _decoded(name, value) for name, value in params.items()},
        headers={name.lower(): value for name, value in raw.headers.items()},
        body=parsed,
        query=query,
        request_id=request_id,
    )


def _query(model: type[BaseModel], params: Any) -> BaseModel:
    # What a parameter that stands there twice means, everybody on its way would decide for themselves.
    given: Any = params or {}
    twice = [name for name in model.model_fields if name in given and len(given.getlist(name)) > 1]
    if twice:
        raise InvalidRequest([(name, "stands there twice") for name in twice])
    return validate(dict(given), model)


def _decoded(name: str, value: str) -> str:
    # Neither API Gateway nor `chalice local` decodes path parameters.
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError:
        raise DomainError("invalid_id", f"{name} is not UTF-8.") from None


def _response(reply: Reply) -> Response:
    headers: dict[str, Any] = {"Content-Type": JSON, "Cache-Control": "no-store"} | reply.headers
    if isinstance(reply.body, BaseModel):
        text: str | None = reply.body.model_dump_json()
    elif isinstance(reply.body, list):
        text = f"[{','.join(item.model_dump_json() for item in reply.body)}]"
    else:
        text = reply.body
    return Response(body=text or "", status_code=reply.status, headers=headers)


def _request_id(raw: Any) -> str:
    context = getattr(raw, "lambda_context", None)
    return str(getattr(context, "aws_request_id", "") or "unknown")
