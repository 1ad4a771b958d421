"""The contract of every route: good input is served, every refusal it names is met, and no input makes it fail."""

from __future__ import annotations

import pytest

import app
from chalicelib.errors import REFUSALS
from chalicelib.http.problem import STATUS
from chalicelib.http.route import Route
from chalicelib.ids import code_of
from chalicelib.keys import event_key
from tests.http.good import BODIES, GOOD, path_of
from tests.http.refused import REFUSED
from tests.http.stage import COMMON, Stage, judge, label
from tests.support.sale import UNKNOWN

ROUTES = {label(row): row for row in app.table}
NO_REDIS = {"/openapi.json", "/.well-known/jwks.json", "create_guest"}

# fakeredis has no INFO, so the eviction policy is unknown here; red health is met in tests/faults with real servers.


def test_every_route_and_every_refusal_has_its_row() -> None:
    """A route that is added without a row here fails, and so does a refusal."""
    assert set(GOOD) == set(ROUTES)
    assert len(ROUTES) == len(app.table)
    assert set(REFUSED) == {(label(row), code) for row in app.table for code in row.refusals}


@pytest.mark.parametrize("name", ROUTES)
def test_good_input_is_served_as_the_document_says(stage: Stage, name: str) -> None:
    """With a status it names first or second, and a body of the shape it promises."""
    answer = GOOD[name](stage)
    assert 200 <= answer.status < 300, answer.text
    judge(ROUTES[name], answer)


@pytest.mark.parametrize(("name", "code"), REFUSED, ids=lambda part: part)
def test_each_refusal_is_met(stage: Stage, name: str, code: str) -> None:
    """Under its status, as a problem document that the OpenAPI document describes."""
    answer = REFUSED[name, code](stage)
    assert (answer.status, answer.code) == (STATUS[REFUSALS[code].kind], code), answer.text
    judge(ROUTES[name], answer)


@pytest.mark.parametrize("row", [row for row in app.table if label(row) not in NO_REDIS], ids=label)
def test_without_redis_every_route_says_so(stage: Stage, row: Route) -> None:
    """503 with Retry-After, whatever is asked, and no word of where Redis is."""
    stage.house.store.client.connection_pool.connection_kwargs["server"].connected = False  # type: ignore[union-attr]
    try:
        answer = stage.api.call(row.method, path_of(row), BODIES.get(label(row)))
    finally:
        stage.house.store.client.connection_pool.connection_kwargs["server"].connected = True  # type: ignore[union-attr]
    assert answer.status == 503
    assert "localhost" not in answer.text + str(answer.headers)
    assert 1 <= int(answer.headers["Retry-After"]) <= 5
    judge(row, answer)


@pytest.mark.parametrize("name", sorted(NO_REDIS))
def test_what_needs_no_redis_is_answered_without(stage: Stage, name: str) -> None:
    """The document, the keys of the tokens and a guest's identity are of the service itself."""
    stage.house.store.client.connection_pool.connection_kwargs["server"].connected = False  # type: ignore[union-attr]
    try:
        assert GOOD[name](stage).status < 300
    finally:
        stage.house.store.client.connection_pool.connection_kwargs["server"].connected = True  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["join", "purchase", "get_event"])
def test_a_bug_is_a_500_that_tells_nothing(stage: Stage, name: str) -> None:
    """Here a key of the event is of another type than the scripts expect."""
    key = event_key("events", code_of(UNKNOWN))
    stage.house.store.command("RPUSH", key, "spoilt")
    answer = stage.api.call(ROUTES[name].method, path_of(ROUTES[name]), BODIES.get(name))
    stage.house.store.command("DEL", key)
    assert (answer.status, answer.code) == (500, "internal_error")
    assert set(answer.json) == set(COMMON)
    judge(ROUTES[name], answer)
