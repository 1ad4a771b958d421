"""Bodies and paths drawn at random, near to good ones: whatever comes, the answer is one that the document promises."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import app
from chalicelib.http.route import Route
from chalicelib.ids import IdMaker
from chalicelib.runtime import Runtime, install
from chalicelib.settings import Settings
from tests.http.good import BODIES, path_of
from tests.http.stage import judge, label
from tests.support.api import Api, path_part
from tests.support.fake import fake_store
from tests.support.sale import UNKNOWN, enter, new_seated

WORDS = ["ada", UNKNOWN, "draw", "paused", "2090-12-01T00:00:00Z"]
FIELDS = ["seat_id", "quantity", "price", "count", "end_time", "sale_starts_at", "queue_mode", "mode", "nonce", "x"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
CALM = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """Give a service with one event in it, and the ids that lead there."""
    install(Runtime(Settings(draw_key="the key of these draws"), fake_store(), IdMaker(secrets.randbits)))
    event, seats = new_seated(Api())
    return {"event_id": event, "session_id": enter(Api(), event, "ada").session, "seat_id": seats[0], "user_id": "ada"}


@pytest.mark.parametrize("row", [row for row in app.table if row.body], ids=label)
@CALM
@given(data=st.data())
def test_no_body_makes_a_route_fail(names: dict[str, str], row: Route, data: st.DataObject) -> None:
    """A good body with some fields replaced, left out or added, in an event that is there or not; never a 5xx."""
    body = BODIES[label(row)] | {name: names[name] for name in set(names) & set(BODIES[label(row)])}
    fields = st.sampled_from([*body, *FIELDS])
    drawn: dict[str, Any] = body | data.draw(st.dictionaries(fields, JSON, max_size=3))
    for name in data.draw(st.sets(st.sampled_from(sorted(drawn)), max_size=1)) if drawn else ():
        del drawn[name]
    path = path_of(row).replace(UNKNOWN, names["event_id"])
    answer = Api().call(row.method, path, json.dumps(drawn))
    assert answer.status < 500, answer.text
    judge(row, answer)


@pytest.mark.parametrize("row", [row for row in app.table if "{" in row.path or row.query], ids=label)
@CALM
@given(data=st.data())
def test_no_path_and_no_query_makes_a_route_fail(names: dict[str, str], row: Route, data: st.DataObject) -> None:
    """Any text in the place of an id, any text in the query; never a 5xx."""
    part = data.draw(st.text(min_size=1, max_size=12) | st.sampled_from(sorted(names.values())))
    path = path_of(row).replace(UNKNOWN, path_part(part))
    query = data.draw(st.dictionaries(st.sampled_from(["limit", "cursor", "v", "section"]), st.text(max_size=12)))
    words = "&".join(f"{name}={path_part(value)}" for name, value in query.items())
    answer = Api().call(row.method, f"{path}?{words}", BODIES.get(label(row)))
    assert answer.status < 500, answer.text
    judge(row, answer)


@pytest.mark.parametrize("row", [row for row in app.table if row.body], ids=label)
@CALM
@given(raw=st.binary(max_size=60))
def test_no_bytes_make_a_route_fail(names: dict[str, str], row: Route, raw: bytes) -> None:
    """Not even JSON."""
    answer = Api().call(row.method, path_of(row).replace(UNKNOWN, names["event_id"]), raw)
    assert answer.status < 500, answer.text
    judge(row, answer)
