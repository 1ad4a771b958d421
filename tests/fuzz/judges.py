"""What every answer is judged by: the checks of schemathesis but those below, and two of our own."""

from __future__ import annotations

import json
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import EnsureResourceAvailability

import app
from chalicelib.http.problem import SECURITY_HEADERS
from tests.http.stage import judge, judge_problem
from tests.support.api import Answer

UNUSED = {
    "positive_data_acceptance": "what the document allows may still contradict the state of a sale: "
    "well_formed_data_is_understood below is what we promise",
}
_BEYOND_SCHEMAS = (
    "is the same seat as",  # by three of its four fields
    "may have one of",  # what the tickets of an event are looked for by
    "must be given",  # who asks, where no token says it
    "must be one that this service gave",  # a session id, where a token says who asks
)
_NOT_UNDERSTOOD = {"invalid_request", "invalid_id", "unsupported_media_type"}
_ROUTES = {(row.method, row.path): row for row in app.table}


@schemathesis.check
def well_formed_data_is_understood(_ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """What the document allows is never called malformed; a sale may refuse it for what it says.

    What JSON Schema cannot say is that 1.0 is no integer, and what the words above speak of.
    """
    if case.meta is None or not case.meta.generation.mode.is_positive or _has_float(case.body):
        return
    if any(words in response.text for words in _BEYOND_SCHEMAS):
        return
    code = _answer(response).code if response.status_code >= 400 else None
    assert code not in _NOT_UNDERSTOOD, f"well-formed, and refused as {code}"


@schemathesis.check
def the_contract_tests_agree(_ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """The judge of tests/http finds nothing either: it knows the words of refusals and what must come with them.

    On every answer stand the headers of safety.
    """
    assert SECURITY_HEADERS.items() <= _answer(response).headers.items()
    row = _ROUTES.get((str(response.request.method), case.operation.path))
    if row is None:
        judge_problem(_answer(response))
    else:
        judge(row, _answer(response))


def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:  # noqa: ARG001
    """Keep every failure but one: an event that was just made need not have a draw, and says so with a 404."""
    return not isinstance(failure, EnsureResourceAvailability) or "draw_not_found" not in response.text


def _answer(response: Response) -> Answer:
    headers = {"-".join(map(str.capitalize, name.split("-"))): values[0] for name, values in response.headers.items()}
    return Answer(response.status_code, headers, response.text)


def _has_float(body: Any) -> bool:
    if isinstance(body, dict | list):
        return any(map(_has_float, body.values() if isinstance(body, dict) else body))
    return isinstance(body, float)


def read_document(text: str, unread: frozenset[str]) -> dict[str, Any]:
    """Read the document without members of these names.

    Each tuple becomes an array of anything, because schemathesis takes `prefixItems` for a mistake: what stands in them
    is judged by the contract's tests.
    """

    def rest(found: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in found.items() if name not in unread | {"prefixItems"}}

    read: dict[str, Any] = json.loads(text, object_hook=rest)
    return read
