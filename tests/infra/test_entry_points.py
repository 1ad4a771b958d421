"""The entry points of the image as Lambda runs them: real processes under awslambdaric, on a real Valkey or cluster."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

import app
from chalicelib.pages.assets import shelf
from chalicelib.settings import Settings
from chalicelib.store import connect
from infra import lambda_events
from infra.runtime_api import Function, FunctionError, InitError
from tests.support import servers
from tests.support.check import check_everything
from tests.support.clock import Clock
from tests.support.people import AUTH_KEY, Person
from tests.support.sale import MINUTE_MS, buy, counts, enter, hold, new_seated, settle, state

SCHEDULED = [source.handler_string for source in app.app.event_sources]
"""The handlers of all schedules that app.py declares, such as ``app.drain``."""

TOKENS = {"AUTH_MODE": "jwt", "AUTH_KEYS": AUTH_KEY}
LITTLE_S = 2.5
"""What the drain makes one tick of."""


class Caller(Person):
    """A person whose requests reach the service through the Runtime API."""

    def __init__(self, function: Function, user_id: str, role: str | None = None) -> None:
        super().__init__(user_id, role)
        self.function = function

    def handle(self, event: dict[str, Any]) -> dict[str, Any]:
        """Have the function answer."""
        answer: dict[str, Any] = self.function.invoke(event)
        return answer


@pytest.fixture(scope="module", params=["valkey", "cluster"])
def environ(request: pytest.FixtureRequest, clock: Clock) -> Iterator[dict[str, str]]:
    """Give the settings of a stage, on a server or a cluster of three; what lies there is checked at last."""
    clock.set_offset(ms=0)
    clustered = request.param == "cluster"
    with (servers.cluster if clustered else servers.valkey)(clock=clock) as server:
        yield TOKENS | {"REDIS_ADDR": server.addr, "REDIS_CLUSTER": str(int(clustered))}
        store = connect(Settings(redis_host="127.0.0.1", redis_port=server.port, redis_cluster=clustered))
        check_everything(store)
        store.close()


@pytest.fixture(scope="module")
def function(environ: dict[str, str]) -> Iterator[Function]:
    """Give one process that answers requests."""
    with Function("app.app", environ) as started:
        yield started


@pytest.fixture
def olga(function: Function) -> Caller:
    """Give an organiser."""
    return Caller(function, "olga", "organiser")


def test_a_whole_sale_goes_through_the_runtime_api(function: Function, olga: Caller) -> None:
    """Create, import seats, join, purchase, confirm: each by who may, each answer as API Gateway wants it."""
    ada, bob = Caller(function, "ada"), Caller(function, "bob")
    event, seats = new_seated(olga, 2)
    visitor = enter(ada, event, "ada")
    ticket = hold(ada, visitor, seats[0])
    confirmed = settle(ada, "confirm", ticket)
    assert (confirmed.status, confirmed.json["ticket"]["status"]) == (200, "confirmed")
    assert counts(olga, event) == (1, 0, 1)
    assert bob.get(f"/tickets/{ticket}").code == "ticket_not_found"
    assert buy(bob, enter(bob, event, "bob"), seats[0]).code == "seat_taken"


def test_a_function_wants_a_token_and_logs_no_path(function: Function, olga: Caller) -> None:
    """One line a request, with the pattern of the route: session ids stand in paths."""
    event, _ = new_seated(olga, 1)
    ada = Caller(function, "ada")
    session = enter(ada, event, "ada").session
    assert ada.get(f"/queue/status/{session}").status == 200
    assert ada.get(f"/queue/status/{session}", Authorization="").code == "token_missing"
    lines = [json.loads(line) for line in function.log.splitlines()]
    asked = [line for line in lines if line.get("route") == "GET /api/v1/queue/status/{session_id}"]
    assert [line["status"] for line in asked] == [200, 401]
    assert session not in function.log


def test_a_function_serves_the_pages_and_their_files_as_text(function: Function) -> None:
    """No file is binary, so that neither side has to know which are; and the shell knows that tokens are wanted."""
    shell = function.invoke(lambda_events.request("GET", "/"))
    assert shell["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert 'data-auth-mode="jwt" data-guests="1"' in shell["body"]
    _, _, version, folder, name = re.findall(r'src="(/assets/[^"]+)"', shell["body"])[0].split("/")
    params = {"version": version, "folder": folder, "name": name}
    module = function.invoke(lambda_events.request("GET", "/assets/{version}/{folder}/{name}", params=params))
    assert module["headers"]["Content-Type"] == "text/javascript; charset=utf-8"
    assert module["body"] == shelf().files[f"{folder}/{name}"].text
    assert not module.get("isBase64Encoded")


@pytest.mark.parametrize("handler", SCHEDULED)
def test_every_scheduled_function_answers_its_schedule(environ: dict[str, str], handler: str) -> None:
    """With nothing set but what all functions have; twice, as a warm process does."""
    with Function(handler, environ) as scheduled:
        for _ in range(2):
            assert isinstance(scheduled.invoke(lambda_events.schedule(scheduled.name), LITTLE_S), dict)


def test_the_drain_lets_the_next_in_when_a_turn_is_over(
    function: Function, olga: Caller, environ: dict[str, str], clock: Clock
) -> None:
    """What the first held comes free, and the second has not asked meanwhile."""
    event, seats = new_seated(olga, 2, max_active_sessions=1, away_seconds=86_400)
    ada, bob = Caller(function, "ada"), Caller(function, "bob")
    hold(ada, enter(ada, event, "ada"), seats[0])
    waiting = enter(bob, event, "bob")
    clock.advance(ms=16 * MINUTE_MS)
    with Function("app.drain", environ) as drain:
        done = drain.invoke(lambda_events.schedule("drain"), LITTLE_S)
    assert (done["ticks"], done["activations"] >= 1, done["holds_ended"] >= 1) == (1, True, True)
    assert counts(olga, event) == (2, 0, 0)
    assert state(bob, waiting) == "active"


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        ({"AUTH_MODE": "open"}, "AUTH_MODE"),
        ({"AUTH_KEYS": ""}, "AUTH_KEYS"),
        ({"REDIS_ADDR": "nowhere:x"}, "REDIS_ADDR"),
        ({"CORS_ORIGIN": "*"}, "CORS_ORIGIN"),
    ],
)
@pytest.mark.parametrize("handler", ["app.app", *SCHEDULED])
def test_a_wrong_setting_is_an_init_error_that_names_it(handler: str, broken: dict[str, str], word: str) -> None:
    """Lambda is told before any event is taken, and the process ends."""
    with Function(handler, TOKENS | broken) as function, pytest.raises(InitError, match=word) as failed:
        function.invoke(lambda_events.schedule("drain"))
    assert failed.value.error_type == "ValueError"


def test_a_failing_drain_is_an_error_to_lambda_and_the_same_process_works_again(clock: Clock) -> None:
    """An alarm hears of it; with Redis back no new start is needed."""
    with servers.valkey(clock=clock) as server, Function("app.drain", TOKENS | {"REDIS_ADDR": server.addr}) as drain:
        pid = drain.pid
        assert drain.invoke(lambda_events.schedule("drain"), LITTLE_S)["ticks"] == 1
        server.kill()
        with pytest.raises(FunctionError) as failed:
            drain.invoke(lambda_events.schedule("drain"))
        assert not isinstance(failed.value, InitError)
        assert failed.value.stack_trace
        with servers.valkey(port=server.port, clock=clock):
            assert drain.invoke(lambda_events.schedule("drain"), LITTLE_S)["ticks"] == 1
        assert drain.pid == pid


def test_an_event_of_another_kind_is_no_silent_success() -> None:
    """A schedule that is pointed at a function by mistake."""
    with Function("app.drain", TOKENS) as drain, pytest.raises(FunctionError, match="version"):
        drain.invoke({})


def test_a_request_without_redis_is_a_problem_document_and_no_failure_of_the_function() -> None:
    """A function that fails answers a bare 502 without CORS headers."""
    with Function("app.app", TOKENS | {"REDIS_ADDR": "127.0.0.1:1"}) as function:
        answer = Caller(function, "ada").get("/tickets/user/ada")
    assert answer.status == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["outcome"] == "none"
