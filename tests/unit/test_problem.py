"""Problem documents: the same members for every refusal, and on a 503 when to come back and what may have happened."""

from __future__ import annotations

import json
from typing import Any

import pytest
from chalice.app import Response

from chalicelib.errors import REFUSALS, DomainError, Kind
from chalicelib.http import problem


def read(response: Response) -> dict[str, Any]:
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    document: dict[str, Any] = json.loads(response.body)
    assert document["status"] == response.status_code
    return document


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_becomes_the_same_document(code: str) -> None:
    """Type, title, status, code, request_id; a 503 has an outcome too, and it and a 429 have Retry-After."""
    refusal = REFUSALS[code]
    busy, too_fast = refusal.kind is Kind.BUSY, refusal.kind is Kind.TOO_FAST
    response = problem.from_error(DomainError(code, data=[1] if too_fast else None), "request-1")
    document = read(response)
    common = {"type": f"urn:ticketing:problem:{code}", "title": refusal.title, "code": code, "request_id": "request-1"}
    assert document == common | {"status": problem.STATUS[refusal.kind]} | ({"outcome": "none"} if busy else {})
    assert ("Retry-After" in response.headers) is (busy or too_fast)


def test_the_outcome_of_a_503_is_what_the_store_says() -> None:
    """Unknown stays unknown."""
    assert read(problem.from_error(DomainError("redis_unavailable", outcome="unknown"), "r"))["outcome"] == "unknown"


def test_not_all_are_asked_back_at_once() -> None:
    """Between 1 and 5 seconds, drawn."""
    waits = {problem.from_error(DomainError("redis_unavailable"), "r").headers["Retry-After"] for _ in range(200)}
    assert waits == {"1", "2", "3", "4", "5"}


@pytest.mark.parametrize(("quiet_ms", "seconds"), [(1, "1"), (1000, "1"), (1001, "2"), (14_999, "15")])
def test_who_asks_too_fast_is_told_to_the_second_when_to_ask_again(quiet_ms: int, seconds: str) -> None:
    """Rounded up: who waits so long is not refused again."""
    assert problem.from_error(DomainError("polling_too_fast", data=[quiet_ms]), "r").headers["Retry-After"] == seconds


def test_what_a_refusal_adds_is_in_its_document() -> None:
    """A sentence of detail, and members of its own."""
    document = read(problem.from_error(DomainError("seat_taken", "Two seats.", seat_ids=["a", "b"]), "r"))
    assert (document["detail"], document["seat_ids"]) == ("Two seats.", ["a", "b"])


def test_a_bug_tells_nothing() -> None:
    """The words of an exception stay in the log."""
    assert set(read(problem.internal_error("r"))) == {"type", "title", "status", "code", "request_id"}


@pytest.mark.parametrize(
    ("status", "code", "becomes"),
    [
        *((400, "invalid_request", 400), (403, "path_not_found", 404), (404, "path_not_found", 404)),
        *((405, "method_not_allowed", 405), (415, "unsupported_media_type", 415), (500, "internal_error", 500)),
        (418, "internal_error", 500),
    ],
)
def test_what_chalice_says_by_itself_is_said_in_our_words(status: int, code: str, becomes: int) -> None:
    """Its headers stay, but for the media type, and its sentence, which may repeat the request, does not."""
    made = Response(
        {"Message": "No view for /x"}, headers={"Allow": "GET", "content-type": "text/x"}, status_code=status
    )
    response = problem.from_chalice(made, "r")
    document = read(response)
    assert (document["code"], response.status_code, response.headers["Allow"]) == (code, becomes, "GET")
    assert "/x" not in response.body
    assert "content-type" not in response.headers
