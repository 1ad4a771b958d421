"""The OpenAPI 3.1 document, made from the route table and the models: what is not in them is not promised."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from chalicelib import __version__
from chalicelib.errors import REFUSALS
from chalicelib.fields import NAME_SCHEMA
from chalicelib.http.auth import REFUSALS as ACCESS_REFUSALS
from chalicelib.http.auth import Access
from chalicelib.http.problem import MEDIA_TYPE, STATUS, reason
from chalicelib.http.route import JSON, Reply, Request, Route, Routes

PATH = "/openapi.json"
_REF = "#/components/schemas/{model}"
_ALWAYS = ("invalid_request", "redis_unavailable", "schema_unknown", "internal_error", "unsupported_media_type")

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A refusal (RFC 9457). `code` is the one word to act on.",
    "required": ["type", "title", "status", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": sorted(REFUSALS)},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "seat_ids": {"type": "array", "items": {"type": "string", "format": "uuid"}},
        "available": {"type": "integer"},
        "checked_in_at": {"type": "string", "format": "date-time"},
        "outcome": {"type": "string", "enum": ["none", "unknown"]},
    },
}
_BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Who asks. A service in open mode, on a laptop, looks at no token.",
}
_PATH_PARAMETERS: dict[str, dict[str, Any]] = {"user_id": NAME_SCHEMA, "session_id": NAME_SCHEMA}
_UUID = {"type": "string", "format": "uuid"}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "1 to 255 visible ASCII characters; a repeat with the same body is answered, not done again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def route_for(table: Routes) -> Route:
    """Give the route that serves the document of this table, itself included."""

    @cache
    def text() -> str:
        return json.dumps(document(table))

    def openapi(_request: Request) -> Reply:
        return Reply(text(), headers={"Cache-Control": "public, max-age=60"})

    return Route("GET", PATH, Access.PUBLIC, openapi, "Read this document", {200: dict[str, Any]})


def document(table: Routes) -> dict[str, Any]:
    """Make the document from the route table."""
    schemas: dict[str, Any] = {"Problem": _PROBLEM}
    paths: dict[str, dict[str, Any]] = {}
    for row in table:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ticketing",
            "version": __version__,
            "description": "Sells seats to a stampede, each once, to a fair queue.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": {"bearer": _BEARER}},
    }


def _operation(row: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": row.name
        + ("" if row.path.startswith("/api") else "_unprefixed" if row.name == "health" else ""),
        "summary": row.summary,
        "security": [] if row.access is Access.PUBLIC else [{"bearer": []}],
        "responses": _responses(row, schemas),
    }
    parameters = [_path_parameter(name) for name in re.findall(r"{(\w+)}", row.path)] + _query_parameters(row)
    if row.idempotent:
        parameters.append(_IDEMPOTENCY_KEY)
    if parameters:
        operation["parameters"] = parameters
    if row.body:
        content = {JSON: {"schema": _schema(row.body, schemas, "validation")}}
        operation["requestBody"] = {"required": not row.body_optional, "content": content}
    return operation


def _responses(row: Route, schemas: dict[str, Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, model in row.answers.items():
        responses[str(status)] = {"description": reason(status)}
        if model is not None:
            responses[str(status)]["content"] = {JSON: {"schema": _schema(model, schemas, "serialization")}}
    by_status: dict[int, list[str]] = {}
    large = ("body_too_large",) if row.body else ()
    ids = ("invalid_id",) if "{" in row.path or row.body else ()
    for code in dict.fromkeys((*_ALWAYS, *large, *ids, *ACCESS_REFUSALS[row.access], *row.refusals)):
        by_status.setdefault(STATUS[REFUSALS[code].kind], []).append(code)
    for status, codes in sorted(by_status.items()):
        content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}}
        described = responses.setdefault(str(status), {"description": f"{reason(status)}: {', '.join(sorted(codes))}"})
        described["content"] = described.get("content", {}) | content
    return dict(sorted(responses.items()))


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _PATH_PARAMETERS.get(name, _UUID)}


def _query_parameters(row: Route) -> list[dict[str, Any]]:
    if row.query is None:
        return []
    fields = _schema(row.query, {}, "validation", inline=True)["properties"]
    return [{"name": name, "in": "query", "schema": _without_null(schema)} for name, schema in fields.items()]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    # In a query a parameter is there or not; there is no way to write null.
    kinds = [kind for kind in schema.get("anyOf", []) if kind.get("type") != "null"]
    plain = kinds[0] if kinds else schema
    return {name: value for name, value in plain.items() if name != "title" and value is not None}


def _schema(model: Any, schemas: dict[str, Any], mode: Any, *, inline: bool = False) -> dict[str, Any]:
    made = TypeAdapter(model).json_schema(ref_template=_REF, mode=mode)
    schemas.update(made.pop("$defs", {}))
    name = getattr(model, "__name__", "")
    if inline or made.get("type") != "object" or "properties" not in made:
        return made
    schemas[name] = made
    return {"$ref": _REF.format(model=name)}
