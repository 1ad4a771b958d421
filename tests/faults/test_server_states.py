"""A server that is loading, busy, full of clients, closed to us or wrong about the time."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from chalicelib.runtime import runtime
from tests.faults.service import assert_unavailable, check_server, in_time, service
from tests.support import servers
from tests.support.api import Answer
from tests.support.clock import Clock
from tests.support.sale import (
    HOUR_MS,
    SECOND_MS,
    buy,
    counts,
    enter,
    hold,
    join,
    logged,
    new_event,
    new_seated,
    said,
    settle,
)
from tests.support.servers import Server, client
from tests.support.wait import wait_until

KEYS = 15_000
DELAY_US = 200  # a key: so the server loads for more than two seconds, and looks up every 1,024 keys


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server that may be harmed; afterwards what it holds must add up."""
    with servers.valkey() as running:
        yield running
        check_server(running.port)


def test_a_server_that_is_still_loading_is_a_503(tmp_path: Path) -> None:
    """LOADING: nothing was done; as soon as it is there the sale goes on where it was."""
    with servers.valkey(data_dir=tmp_path) as before, service(before.port) as api:
        port, event = before.port, new_event(api)
        ticket = hold(api, enter(api, event, "ada"))
        with client(port) as direct, direct.pipeline(transaction=False) as filling:
            for n in range(KEYS):
                filling.set(f"lock:{n}", 1)
            filling.execute()
    answers: list[Answer] = []

    def ask() -> None:
        with client(port) as direct:
            wait_until(lambda: is_loading(direct), within_s=20, what="a loading server")
            answers.append(in_time(lambda: settle(api, "confirm", ticket)))
            answers.append(in_time(lambda: api.get("/health")))
            assert is_loading(direct), "it was there too soon to tell"

    with service(port) as api:
        asking = threading.Thread(target=ask)
        asking.start()
        with servers.valkey(port=port, data_dir=tmp_path, options=["--key-load-delay", str(DELAY_US)]) as loaded:
            asking.join()
            assert_unavailable(answers[0], "none")
            assert (answers[1].status, answers[1].json["redis"]) == (503, "unreachable")
            assert settle(api, "confirm", ticket).status == 200
            with client(port) as direct:
                direct.delete(*(f"lock:{n}" for n in range(KEYS)))
            check_server(loaded.port)


def is_loading(direct: redis.Redis) -> bool:
    """Tell whether the server says that it loads its data."""
    try:
        return not direct.ping()
    except redis.exceptions.BusyLoadingError:
        return True
    except redis.ConnectionError:
        return False


def test_a_server_in_a_script_that_does_not_end_is_a_503(server: Server) -> None:
    """BUSY: nothing was done; when the script is killed all goes on."""
    with service(server.port) as api, client(server.port) as direct:
        event = new_event(api)
        direct.config_set("busy-reply-threshold", 20)
        endless = threading.Thread(target=run_endless, args=(server.port,))
        endless.start()
        wait_until(lambda: is_busy(direct), what="a busy server")
        assert_unavailable(in_time(lambda: join(api, event, "ada")), "none")
        direct.script_kill()
        endless.join()
        assert join(api, event, "ada").status == 201


def run_endless(port: int) -> None:
    """Run a script that ends when it is killed."""
    with client(port, timeout_s=30) as direct, contextlib.suppress(redis.ResponseError):
        direct.eval("while true do end", 0)


def is_busy(direct: redis.Redis) -> bool:
    """Tell whether the server says that it is busy."""
    try:
        return not direct.ping()
    except redis.ResponseError as error:
        return str(error).startswith("BUSY")


def test_a_server_that_takes_no_more_clients_is_a_503(server: Server) -> None:
    """maxclients: whoever has a connection is served, whoever needs one is told to come back."""
    with service(server.port) as api, client(server.port) as direct:
        event = new_event(api)
        direct.config_set("maxclients", 2)
        assert join(api, event, "ada").status == 201
        with service(server.port) as late:
            # Whether the reason or the reset is read first is chance, and so is what can be said of the outcome.
            assert said(in_time(lambda: join(late, event, "bob"))) == (503, "redis_unavailable")
            direct.config_set("maxclients", 100)
            assert join(late, event, "bob").status == 201


def test_a_pool_without_a_free_connection_is_a_503(server: Server) -> None:
    """A process with more threads than connections: whoever waited two seconds was not served, and did nothing."""
    with service(server.port, redis_connections_max=1) as api:
        event = new_event(api)
        pool = runtime().store.client.connection_pool  # type: ignore[union-attr]
        taken = pool.get_connection()
        assert_unavailable(in_time(lambda: join(api, event, "ada")), "none")
        pool.release(taken)
        assert join(api, event, "ada").status == 201


@pytest.mark.parametrize("forbidden", ["-fcall", "-@all"])
def test_a_user_who_may_not_is_our_trouble_and_not_the_callers(server: Server, forbidden: str) -> None:
    """NOPERM: 503, never 403, and nothing of it in the answer."""
    with service(server.port) as api, client(server.port) as direct:
        event = new_event(api)
        direct.acl_setuser("admin", enabled=True, nopass=True, keys=["*"], commands=["+@all"])
        direct.acl_setuser("default", enabled=True, nopass=True, keys=["*"], commands=["+@all", forbidden])
        answer = in_time(lambda: join(api, event, "ada"))
        assert_unavailable(answer, "none")
        with redis.Redis(port=server.port, username="admin", password="any") as admin:
            admin.acl_setuser("default", enabled=True, nopass=True, keys=["*"], commands=["+@all"])
        assert join(api, event, "ada").status == 201


def test_tls_to_a_server_that_speaks_none_is_a_503(server: Server) -> None:
    """In time: neither side waits for the other to go on."""
    with service(server.port, redis_tls=True) as api:
        answer = in_time(lambda: join(api, "00000000-0001-8000-8000-000000000001", "ada"))
        assert (answer.status, answer.code) == (503, "redis_unavailable")
        assert in_time(lambda: api.get("/health")).json["redis"] == "unreachable"


def test_a_server_clock_that_jumps_makes_no_second_owner(clock: Clock) -> None:
    """An hour on, holds end early; an hour back, what was lost stays lost, and the step is logged: one owner always."""
    clock.set_offset(ms=0)
    with servers.valkey(clock=clock) as server, service(server.port) as api:
        event, seats = new_seated(api)
        ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
        first, kept = hold(api, ada, seats[0]), hold(api, bob, seats[1])
        assert settle(api, "confirm", kept).status == 200
        clock.advance(ms=HOUR_MS)
        second = hold(api, enter(api, event, "carl"), seats[0])
        assert said(settle(api, "confirm", first)) == (410, "hold_expired")
        clock.advance(ms=-HOUR_MS)
        assert said(settle(api, "confirm", first)) == (410, "hold_expired")
        assert said(buy(api, enter(api, event, "ada"), seats[0])) == (409, "seat_taken")
        assert settle(api, "confirm", second).status == 200
        assert logged(event).count("clock.stepped_back") == 1
        clock.advance(ms=-1 * SECOND_MS)
        assert settle(api, "confirm", kept).status == 200
        assert logged(event).count("clock.stepped_back") == 1, "a second is waited for"
        assert counts(api, event) == (8, 0, 2)
        check_server(server.port)
