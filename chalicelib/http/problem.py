"""The only place where an error becomes HTTP: a problem document of RFC 9457."""

from __future__ import annotations

import json
import random
from http import HTTPStatus
from typing import Any

from chalice.app import Response

from chalicelib.errors import REFUSALS, DomainError, Kind, Refusal

STATUS = {
    Kind.INVALID: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD_NOT_ALLOWED: 405,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.LENGTH_REQUIRED: 411,
    Kind.TOO_LARGE: 413,
    Kind.UNSUPPORTED: 415,
    Kind.UNPROCESSABLE: 422,
    Kind.TOO_FAST: 429,
    Kind.INTERNAL: 500,
    Kind.BUSY: 503,
}
MEDIA_TYPE = "application/problem+json"
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
"""On every answer: what is sent is data, to be neither guessed at, run, framed nor told to the next page."""
STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
"""On every answer outside open mode: two years of nothing but TLS."""
RETRY_AFTER_S = (1, 5)
_OF_NO_TOKEN = {"token_missing", "ticket_code_invalid"}
_RENAMED = {413: "Request Entity Too Large", 422: "Unprocessable Entity"}  # Python 3.13 calls them otherwise

# What Chalice answers by itself, before or instead of a view.
_CHALICE_CODES = {
    400: "invalid_request",
    403: "path_not_found",
    404: "path_not_found",
    405: "method_not_allowed",
    415: "unsupported_media_type",
}


def from_error(error: DomainError, request_id: str) -> Response:
    """Turn a refusal into its answer; a 503 says when to ask again and whether the command may have run."""
    headers = {}
    extra = dict(error.extra)
    if error.refusal.kind is Kind.BUSY:
        # Jittered, so that all who were refused at once do not come back at once.
        headers["Retry-After"] = str(random.randint(*RETRY_AFTER_S))  # noqa: S311 - spreads load, guards nothing
        extra.setdefault("outcome", "none")
    elif error.refusal.kind is Kind.UNAUTHENTICATED:
        # RFC 6750, 3.1: who brought no token is told no error of it; nor is who brought a good one, and a wrong code.
        headers["WWW-Authenticate"] = "Bearer" if error.code in _OF_NO_TOKEN else 'Bearer error="invalid_token"'
    elif error.refusal.kind is Kind.TOO_FAST:
        headers["Retry-After"] = str(-(-int(error.data[0]) // 1000))
    return _response(error.refusal, request_id, error.detail, extra, headers)


def internal_error(request_id: str) -> Response:
    """Give the answer to a bug of ours; what went wrong stands in the log only."""
    return _response(REFUSALS["internal_error"], request_id)


def from_chalice(response: Response, request_id: str) -> Response:
    """Turn an error that Chalice made itself (405, 415, 500 ...) into a problem document, keeping its headers."""
    refusal = REFUSALS[chalice_code(response)]
    headers = {name: value for name, value in response.headers.items() if name.lower() != "content-type"}
    return _response(refusal, request_id, headers=headers)


def chalice_code(response: Response) -> str:
    """Give our word for an error that Chalice made itself."""
    return _CHALICE_CODES.get(response.status_code, "internal_error")


def document(refusal: Refusal, request_id: str, detail: str | None = None, extra: dict[str, Any] | None = None) -> str:
    """Write a problem document as JSON text."""
    status = STATUS[refusal.kind]
    members: dict[str, Any] = {
        "type": f"urn:ticketing:problem:{refusal.code}",
        "title": refusal.title,
        "status": status,
        "code": refusal.code,
        "request_id": request_id,
    }
    if detail:
        members["detail"] = detail
    return json.dumps(members | (extra or {}), ensure_ascii=False)


def reason(status: int) -> str:
    """Give the standard phrase of a status, the same on every Python."""
    return _RENAMED.get(status) or HTTPStatus(status).phrase


def _response(
    refusal: Refusal,
    request_id: str,
    detail: str | None = None,
    extra: dict[str, Any] | None = None,
    headers: dict[str, Any] | None = None,
) -> Response:
    return Response(
        body=document(refusal, request_id, detail, extra),
        status_code=STATUS[refusal.kind],
        headers={"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"} | (headers or {}),
    )
