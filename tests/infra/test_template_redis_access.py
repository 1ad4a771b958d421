"""The user of the template in a real Valkey: the whole service works with its rights, and nothing else does."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from chalicelib.ids import IdMaker, code_of
from chalicelib.keys import event_key
from chalicelib.runtime import Runtime, install
from chalicelib.scripting import LUA
from chalicelib.settings import Settings
from chalicelib.store import Store, connect
from tests.conftest import DRAW_KEY
from tests.http.good import GOOD, one_active, one_waiting
from tests.http.stage import Stage
from tests.infra.packaged import translated
from tests.infra.stack import Stack
from tests.support import servers
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.people import AUTH_KEY, TICKET_KEY
from tests.support.sale import drained, hold, settle

PASSWORDS = '{"current": "the password of now", "previous": "the one before"}'
OUTSIDE = [
    *("FLUSHALL", "FLUSHDB", "KEYS *", "SCAN 0", "CONFIG SET maxmemory 1", "CONFIG GET *", "SHUTDOWN NOSAVE"),
    *("DEBUG SLEEP 0", "SAVE", "BGSAVE", "REPLICAOF NO ONE", "MONITOR", "ACL WHOAMI", "CLIENT LIST", "SCRIPT FLUSH"),
    *("EVAL return(1) 0", "FUNCTION FLUSH", "FUNCTION DELETE ticketing", "CLUSTER RESET", "CLUSTER FAILOVER"),
    *("SUBSCRIBE news", "PUBLISH news x", "SWAPDB 0 1", "MEMORY USAGE x", "LATENCY RESET", "MODULE LIST"),
]
"""What would harm a sale, or read what is nobody's business."""
NOT_SENT = {
    "READONLY": "an answer of a server",
    "CONFIG": "only with DURABILITY=fsync, which ElastiCache cannot have",
    "WAITAOF": "only with DURABILITY=fsync, which ElastiCache cannot have",
}
BY_THE_CLIENT = {"COMMAND", "CLUSTER", "ASKING", "MULTI", "EXEC"}


def users() -> list[dict[str, Any]]:
    """Give the users of the template after a rotation, last the default one, by whom a server is set up."""
    stack = Stack(translated(), {"RedisPassword": PASSWORDS}, SecretsRevision="2")
    return sorted(stack.resources("AWS::ElastiCache::User").values(), key=lambda user: user["UserName"] == "default")


def allowed() -> list[str]:
    """Give the commands that the service's user may run."""
    (text,) = (user["AccessString"] for user in users() if user["UserName"] == "ticketing")
    return [word[1:].upper() for word in text.split() if word.startswith("+")]


@pytest.fixture(scope="module", params=["valkey", "cluster"])
def restricted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Clock]]:
    """A server or a cluster that knows the users of the template and nobody else, and its clock."""
    clock = Clock(tmp_path_factory.mktemp("clock"))
    with ExitStack() as stack:
        server: Any = stack.enter_context(getattr(servers, request.param)(clock=clock))
        for node in getattr(server, "nodes", [server]):
            admin: Any = stack.enter_context(servers.client(node.port))
            for user in users():
                words = [*user["AccessString"].split(), *(f">{password}" for password in user["Passwords"])]
                admin.execute_command("ACL", "SETUSER", user["UserName"], "resetpass", *words)
        yield server, clock


def settings_of(server: Any, password: str = "the password of now") -> Settings:
    """Give the settings by which the service reaches the restricted server."""
    return Settings(
        redis_host="127.0.0.1",
        redis_port=server.port,
        redis_username="ticketing",
        redis_password=password,
        redis_cluster=isinstance(server, servers.Cluster),
        draw_key=DRAW_KEY,
        auth_keys=(AUTH_KEY,),
        ticket_keys=(TICKET_KEY,),
    )


@pytest.fixture
def store(restricted: tuple[Any, Clock]) -> Iterator[Store]:
    """A client with the rights of the template."""
    made = connect(settings_of(restricted[0]))
    yield made
    made.close()


@pytest.fixture
def stage(restricted: tuple[Any, Clock], store: Store) -> Stage:
    """The service with these rights."""
    server, clock = restricted
    clock.set_offset(ms=0)
    house = install(Runtime(settings_of(server), store, IdMaker(secrets.randbits)))
    return Stage(house, Api(), lambda seconds: clock.advance(ms=int(seconds * 1000)))


@pytest.mark.parametrize("route", GOOD)
def test_every_route_is_served_with_the_rights_of_the_template(stage: Stage, route: str) -> None:
    """Also the first of all, which gives the server its functions."""
    answer = GOOD[route](stage)
    assert answer.status in {200, 201, 204}, answer.text


def test_the_drain_works_with_these_rights(stage: Stage) -> None:
    """Its lease, its list of events and its steps."""
    event = one_waiting(stage).event
    stage.later(3_600)
    assert drained().sessions_ended >= 1
    assert not drained().failing
    assert stage.api.get(f"/events/{event}/integrity").json["differences"] == []


def test_a_confirm_may_wait_for_a_replica(stage: Stage) -> None:
    """There is none here, so it is done and not yet kept; without the right it would be refused."""
    house = stage.house
    ticket = hold(stage.api, one_active(stage))
    install(Runtime(Settings(durability="replica", draw_key=DRAW_KEY), house.store, house.ids))
    assert settle(stage.api, "confirm", ticket).code == "not_durable"
    install(house)
    assert stage.api.get(f"/tickets/{ticket}").json["status"] == "confirmed"


@pytest.mark.parametrize("command", OUTSIDE)
def test_what_the_service_does_not_do_is_refused(store: Store, command: str) -> None:
    """By the server, whoever has the password."""
    client: Any = store.client
    node = client.get_redis_connection(client.get_default_node()) if store.is_cluster else client
    with pytest.raises(redis.ResponseError, match=r"has no permissions|DEBUG command not allowed"):
        node.execute_command(*command.split())


@pytest.mark.parametrize("password", ["the password of now", "the one before"])
def test_both_passwords_open_while_the_functions_change_over(restricted: tuple[Any, Clock], password: str) -> None:
    """Who was started with the old one goes on, and may connect anew."""
    made = connect(settings_of(restricted[0], password))
    assert made.command("PING")
    made.close()


@pytest.mark.parametrize("who", [{}, {"username": "ticketing", "password": "a guess"}, {"password": "the one before"}])
def test_nobody_else_gets_in(restricted: tuple[Any, Clock], who: dict[str, str]) -> None:
    """The default user of every server is off; its name is no way round the other's password."""
    with (
        redis.Redis(host="127.0.0.1", port=restricted[0].port, retry=Retry(NoBackoff(), 0), **who) as stranger,  # type: ignore[arg-type]
        pytest.raises(
            (redis.AuthenticationError, redis.ResponseError), match=r"already authenticated|user is disabled"
        ),
    ):
        stranger.execute_command("GET", event_key("events", code_of("0" * 36)))


def test_each_right_is_used_and_each_command_is_allowed() -> None:
    """The list is that of the sources, to the word: a command that is added there is added to the template."""
    sent = set[str]()
    known = {word.upper() for word in servers_commands()}
    for file in LUA.parent.rglob("*.py"):
        sent |= set(re.findall(r'"([A-Z]{2,})(?: [A-Z]+)?"', file.read_text())) & known
    for file in LUA.rglob("*.lua"):
        sent |= set(re.findall(r"redis\.p?call\('([A-Z]+)'", file.read_text()))
    assert {command.partition("|")[0] for command in allowed()} == (sent - NOT_SENT.keys()) | BY_THE_CLIENT


def servers_commands() -> list[str]:
    """Give the names of all commands of a Valkey."""
    with servers.valkey() as server, servers.client(server.port) as client:
        return [name.decode() for name in client.command_list()]
