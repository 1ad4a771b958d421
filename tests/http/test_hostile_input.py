"""Bad input on every route: refused with its word, as a problem document, never a 5xx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import app
from chalicelib.http.route import Route
from tests.http.good import BODIES, SEAT, path_of
from tests.http.stage import DOCUMENT, Stage, call_gateway, judge, judge_problem, label
from tests.support.api import Answer, path_part
from tests.support.sale import UNKNOWN, nothing_changed

WITH_BODY = [row for row in app.table if row.body]
WITH_PATH = [row for row in app.table if "{" in row.path]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW")


def test_every_route_with_a_body_has_one_here() -> None:
    """A new one without a row fails."""
    assert {label(row) for row in WITH_BODY} == set(BODIES)


BAD_JSON = {
    "half a document": b'{"event_id": "',
    "not JSON": b"<xml/>",
    "form data": b"event_id=1&user_id=2",
    "an array": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "a key twice": b'{"x": 1, "x": 2}',
    "NaN": b'{"x": NaN}',
    "too large a number": b'{"x": 1e400}',
    "too many digits": b'{"x": ' + b"9" * 5000 + b"}",
    "17 levels": b'{"x": ' + b"[" * 17 + b"]" * 17 + b"}",
    "30,000 levels": b'{"x": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "half a surrogate pair": b'{"x": "\\ud800"}',
    "a control character": b'{"x": "\x00"}',
    "a byte order mark": "\ufeff{}".encode(),
}


@pytest.mark.parametrize("raw", BAD_JSON.values(), ids=BAD_JSON)
@pytest.mark.parametrize("row", WITH_BODY, ids=label)
def test_a_body_that_is_no_json_object_is_refused(stage: Stage, row: Route, raw: bytes) -> None:
    """Before anything is done, on every route in the same way."""
    refused(row, stage.api.call(row.method, path_of(row), raw), 400, "invalid_request")


@pytest.mark.parametrize("row", WITH_BODY, ids=label)
def test_a_body_that_is_too_large_is_refused_before_it_is_parsed(stage: Stage, row: Route) -> None:
    """At exactly one byte more than is taken; what is in it does not matter."""
    raw = b" " * (row.bytes_max - 2)
    assert stage.api.call(row.method, path_of(row), raw + b"{}").code != "body_too_large"
    refused(row, stage.api.call(row.method, path_of(row), raw + b"{} "), 413, "body_too_large")


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
@pytest.mark.parametrize("row", WITH_BODY, ids=label)
def test_another_media_type_is_refused(stage: Stage, row: Route, media_type: str) -> None:
    """A page of another site can send these without asking; JSON it cannot."""
    body = json.dumps(BODIES[label(row)])
    answer = stage.api.call(row.method, path_of(row), body, {"Content-Type": media_type})
    refused(row, answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("row", WITH_BODY, ids=label)
def test_an_unknown_field_is_refused_by_its_name(stage: Stage, row: Route) -> None:
    """Nobody sets a price, a place or a role by naming it."""
    for name in ("role", "position", "seq", "_method", "__proto__"):
        body = BODIES[label(row)] | {name: 1}
        answer = stage.api.call(row.method, path_of(row), body)
        refused(row, answer, 400, "invalid_request", field=name)


WRONG: tuple[Any, ...] = ({"a": {}}, [[1]], 1.5, True, -1, 2**63, "\x07", "x" * 60_000, 10**29)


def wrong_values(row: Route) -> Iterator[tuple[dict[str, Any], str]]:
    """Give bodies with one field that no type takes, and that field."""
    assert row.body
    schema = DOCUMENT["components"]["schemas"][row.body.__name__]
    for name in schema.get("properties", {}):
        for value in WRONG:
            if name in {"blocked", "is_seated_event"} and value is True:
                continue
            yield BODIES[label(row)] | {name: value}, name
    for name in schema.get("required", []):
        yield {field: value for field, value in BODIES[label(row)].items() if field != name}, name


@pytest.mark.parametrize("row", WITH_BODY, ids=label)
def test_a_wrong_type_or_range_or_a_missing_field_is_refused_by_its_name(stage: Stage, row: Route) -> None:
    """Every field of every body, with every kind of value that is not its own."""
    with nothing_changed():
        for body, field in wrong_values(row):
            answer = stage.api.call(row.method, path_of(row), body)
            refused(row, answer, 400, "invalid_request", field=field)


BAD_PARTS = [
    *("..", "*", "?", "x", "a b", "a/b", "{x}", "a:b", "%00", "\n", "\u2603", "'); redis.call('FLUSHALL')--"),
    *("x" * 5000, "\r\n*1\r\n$8\r\nFLUSHALL", "<script>", "{0000000000000001}", UNKNOWN + "x", UNKNOWN[:-1]),
]  # fmt: skip


@pytest.mark.parametrize("part", BAD_PARTS, ids=lambda part: repr(part[:20]))
@pytest.mark.parametrize("row", WITH_PATH, ids=label)
def test_a_malformed_id_in_the_path_is_refused(stage: Stage, row: Route, part: str) -> None:
    """Decoded once, by us, and never echoed raw; what can be a name is not there, all else is malformed."""
    name = row.path.partition("{")[2].partition("}")[0]
    path = row.path.replace(f"{{{name}}}", path_part(part)).replace("{user_id}", "ada")
    answer = stage.api.call(row.method, path, BODIES.get(label(row)))
    could_be_a_name = name in {"user_id", "session_id"} and part in {"x", UNKNOWN + "x", UNKNOWN[:-1]}
    if could_be_a_name:
        assert answer.status == 200 if name == "user_id" else answer.code == "session_not_found"
    else:
        refused(row, answer, 400, "invalid_id")
        assert len(part) < 3 or part not in answer.text


@pytest.mark.parametrize("row", WITH_PATH, ids=label)
def test_a_path_that_is_not_utf_8_is_refused(stage: Stage, row: Route) -> None:
    """%ff is a byte that begins nothing."""
    path = path_of(row).replace(UNKNOWN, "%ff", 1).replace("/ada", "/%ff")
    refused(row, stage.api.call(row.method, path, BODIES.get(label(row))), 400, "invalid_id")


BAD_QUERIES = {
    "list_events": ("limit=0", "limit=101", "limit=x", "limit=", "cursor=x", "cursor=1:2", "cursor=9999999999999999"),
    "list_active_events": ("limit=-1", "limit=1e3", "cursor=" + "%00"),
    "available_seats": ("limit=0", "limit=5001", "cursor=-1", "cursor=100001", "cursor=x", "section=" + "x" * 41),
    "draw_entries": ("limit=0", "limit=1001", "limit=x", "cursor=-1", "cursor=x", "cursor=", "cursor=1000000001"),
    "my_events": ("limit=0", "limit=101", "cursor=x"),
    "event_tickets": (
        *("limit=0", "limit=1001", "cursor=x", "cursor=1:2", "cursor=-1", "cursor=1234567890123456", "status=held"),
        *("user_id=..", "user_id=", "user_id=a,past", "seat_id=7", "order_id=x"),
    ),
    "seat_map": ("v=-1", "v=x", "v=1.5"),
    "tickets_of_user": ("cursor=x", "cursor=0123456789AB", "cursor=0123456789ab0"),
}  # fmt: skip


def test_every_route_with_a_query_is_asked_badly() -> None:
    """A new one without a row fails."""
    assert set(BAD_QUERIES) == {label(row) for row in app.table if row.query}


@pytest.mark.parametrize(("name", "query"), [(name, query) for name, all_ in BAD_QUERIES.items() for query in all_])
def test_a_bad_query_is_refused_by_its_name(stage: Stage, name: str, query: str) -> None:
    """Out of range, of another type, or no cursor of ours."""
    row = next(row for row in app.table if label(row) == name)
    answer = stage.api.call("GET", f"{path_of(row)}?{query}")
    refused(row, answer, 400, "invalid_request", field=query.partition("=")[0])


@pytest.mark.parametrize("name", BAD_QUERIES)
def test_a_parameter_that_stands_there_twice_is_refused_by_its_name(stage: Stage, name: str) -> None:
    """Of two values everybody on the way of a request may take another one."""
    row = next(row for row in app.table if label(row) == name)
    field = BAD_QUERIES[name][0].partition("=")[0]
    for values in ("1", "1"), ("1", "2"):
        query = "&".join(f"{field}={value}" for value in values)
        refused(row, stage.api.call("GET", f"{path_of(row)}?{query}"), 400, "invalid_request", field=field)


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "a\tb", "\u00e9", "a\x00"])
@pytest.mark.parametrize("row", [row for row in app.table if row.idempotent], ids=label)
def test_a_malformed_idempotency_key_is_refused(stage: Stage, row: Route, key: str) -> None:
    """1 to 255 visible ASCII characters; an empty one is a mistake, not no key."""
    answer = stage.api.call(row.method, path_of(row), BODIES[label(row)], {"Idempotency-Key": key})
    refused(row, answer, 400, "invalid_request", field="Idempotency-Key")


@pytest.mark.parametrize("path", sorted({row.path for row in app.table}))
def test_another_method_is_refused_with_those_that_are_allowed(stage: Stage, path: str) -> None:
    """405 and Allow; no header and no field makes one method into another."""
    assert stage
    allowed = {row.method for row in app.table if row.path == path}
    for method in set(METHODS) - allowed:
        answer = call_gateway(method, path)
        assert (answer.status, answer.code) == (405, "method_not_allowed"), (method, answer.text)
        assert {part.strip() for part in answer.headers["Allow"].split(",")} == allowed
        judge_problem(answer)


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/desk/new/more", "/assets/x/common", "/docs", "/.git/config", "/api/v2/events", "/api/v1/drain"],
)
def test_an_unknown_path_is_not_found(stage: Stage, path: str) -> None:
    """404 for every method; there is no way to the drain, to documents or to other versions."""
    assert stage
    for method in METHODS:
        answer = call_gateway(method, path)
        assert (answer.status, answer.code) == (404, "path_not_found")
        judge_problem(answer)


def test_a_seat_of_another_event_and_a_seat_named_twice_are_refused(stage: Stage) -> None:
    """In a purchase, an order and a change; with the seats in the answer."""
    other = SEAT.replace("00000000-0001", "00000000-0002")
    buyer = BODIES["purchase"]
    for answer in (
        stage.api.post("/tickets/purchase", buyer | {"seat_id": other}),
        stage.api.post("/orders", buyer | {"seat_ids": [SEAT, other]}),
        stage.api.patch(f"/events/{UNKNOWN}/seats", {"seat_ids": [other], "blocked": True}),
    ):
        assert (answer.status, answer.code, answer.json["seat_ids"]) == (404, "seat_not_found", [other])
    for answer in (
        stage.api.post("/orders", buyer | {"seat_ids": [SEAT, SEAT.upper()]}),
        stage.api.post("/orders", buyer | {"seat_ids": []}),
        stage.api.post("/orders", buyer | {"seat_ids": [SEAT], "quantity": 1}),
        stage.api.post("/orders", buyer),
        stage.api.patch(f"/events/{UNKNOWN}/seats", {"seat_ids": [SEAT, SEAT], "blocked": True}),
        stage.api.patch(f"/events/{UNKNOWN}/seats", {"seat_ids": [SEAT]}),
    ):
        assert (answer.status, answer.code) == (400, "invalid_request"), answer.text


def refused(row: Route, answer: Answer, status: int, code: str, *, field: str | None = None) -> None:
    """Assert a refusal by status, word and field, as the document promises it."""
    assert (answer.status, answer.code) == (status, code), answer.text[:300]
    judge(row, answer)
    if field:
        named = {error["field"].split("[")[0].split(".")[0] for error in answer.json["errors"]}
        assert field in named, answer.text[:300]
