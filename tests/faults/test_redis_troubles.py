"""A Redis in trouble: the caller hears 503 within four seconds, and the truth about what was done."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.faults.service import assert_unavailable, check_server, in_time, service
from tests.support import servers
from tests.support.sale import (
    UNKNOWN,
    Visitor,
    buy,
    enter,
    event_body,
    hold,
    join,
    leave,
    new_event,
    new_seated,
    refresh,
    settle,
    state,
)
from tests.support.servers import Server, client

NOBODY = Visitor(UNKNOWN, "ada", UNKNOWN)


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server that may be harmed; afterwards what it holds must add up."""
    with servers.valkey() as running:
        yield running
        running.resume()
        check_server(running.port)


def test_a_server_that_is_not_there_is_a_503(server: Server) -> None:
    """Connection refused: nothing was done, and that is what is said; health says unreachable."""
    with servers.valkey() as gone:
        port = gone.port
    assert server
    with service(port) as api:
        assert_unavailable(in_time(lambda: join(api, UNKNOWN, "ada")), "none")
        assert_unavailable(in_time(lambda: buy(api, NOBODY)), "none")
        assert_unavailable(in_time(lambda: api.get(f"/queue/status/{UNKNOWN}")), "none")
        health = in_time(lambda: api.get("/health"))
        assert (health.status, health.json["redis"]) == (503, "unreachable")


def test_a_server_that_hangs_is_a_503_and_what_came_in_runs_once(server: Server) -> None:
    """It takes commands and answers none: unknown. They run when it wakes, and a repeat finds what they made."""
    with service(server.port) as api:
        event = new_event(api)
        ada = enter(api, event, "ada")
        server.pause()
        assert_unavailable(in_time(lambda: join(api, event, "bob")), "unknown")
        assert_unavailable(in_time(lambda: buy(api, ada)), "unknown")
        assert in_time(lambda: api.get("/health")).json["redis"] == "unreachable"
        server.resume()
        assert join(api, event, "bob").status in {200, 201}
        assert api.get(f"/queue/length/{event}").json["length"] == 0
        assert len(api.get("/tickets/user/ada").json) == 1  # the purchase and its retry are one


@pytest.mark.parametrize("password", ["", "wrong-canary"])
def test_a_wrong_password_is_our_trouble_and_not_the_callers(password: str) -> None:
    """503, never 401; and the password is in no answer."""
    with servers.valkey() as guarded, service(guarded.port, redis_password=password) as api:
        client(guarded.port).config_set("requirepass", "right-canary")
        answer = in_time(lambda: join(api, UNKNOWN, "ada"))
        assert_unavailable(answer, "none")
        assert "canary" not in answer.text
        assert in_time(lambda: api.get("/health")).json["redis"] == "unreachable"


def test_a_replica_is_a_503_for_whatever_would_write(server: Server) -> None:
    """A stale endpoint after a failover: nothing was done."""
    with service(server.port) as api:
        event = new_event(api)
        ada = enter(api, event, "ada")
        ticket = hold(api, ada)
        client(server.port).replicaof("127.0.0.1", 1)  # of nobody: it keeps what it has, and takes no writes
        assert_unavailable(in_time(lambda: join(api, event, "bob")), "none")
        assert_unavailable(in_time(lambda: buy(api, ada)), "none")
        assert_unavailable(in_time(lambda: settle(api, "confirm", ticket)), "none")
        assert_unavailable(in_time(lambda: api.get(f"/queue/status/{ada.session}")), "none")
        assert_unavailable(in_time(lambda: api.post("/events", event_body())), "none")
        client(server.port).replicaof("NO", "ONE")
        assert settle(api, "confirm", ticket).status == 200


def test_a_full_memory_takes_nobody_in_and_lets_everybody_finish(server: Server) -> None:
    """Join, purchase and create are 503 as a whole; status, refresh, confirm, cancel and leave still work."""
    with service(server.port) as api:
        event, seats = new_seated(api)
        ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
        first, second = hold(api, ada, seats[0]), hold(api, ada, seats[1])
        direct = client(server.port)
        direct.config_set("maxmemory", 1)
        assert_unavailable(in_time(lambda: join(api, event, "carl")), "none")
        assert_unavailable(in_time(lambda: buy(api, bob, seats[2])), "none")
        assert_unavailable(in_time(lambda: api.post("/events", event_body())), "none")
        assert state(api, ada) == state(api, bob) == "active"
        assert refresh(api, ada).status == 200
        assert settle(api, "confirm", first).status == 200
        assert settle(api, "cancel", second).status == 200
        assert leave(api, bob).status == 200
        assert api.get(f"/events/{event}/seatmap/states").json["states"] == "s" + "a" * 9
        direct.config_set("maxmemory", 0)
        assert join(api, event, "carl").status == 201
        assert buy(api, enter(api, event, "dora"), seats[2]).status == 201


def test_scripts_that_the_server_forgets_are_brought_again(server: Server) -> None:
    """After SCRIPT FLUSH and FUNCTION FLUSH, at any moment, nobody notices."""
    stop = threading.Event()

    def forget() -> None:
        with client(server.port) as direct:
            while not stop.wait(0.02):
                direct.execute_command("SCRIPT", "FLUSH")
                direct.execute_command("FUNCTION", "FLUSH")

    with service(server.port) as api:
        event = new_event(api)
        forgetting = threading.Thread(target=forget)
        forgetting.start()
        try:
            answers = [join(api, event, f"user{n}") for n in range(100)]
        finally:
            stop.set()
            forgetting.join()
        assert {answer.status for answer in answers} <= {201, 503}
        assert [answer.status for answer in answers].count(201) > 50


@pytest.mark.parametrize(
    ("policy", "status", "says"),
    [
        ("noeviction", 200, "ok"),
        ("volatile-lru", 200, "ok"),
        ("allkeys-lru", 503, "evicting"),
    ],
)
def test_health_is_red_while_sales_may_be_evicted(server: Server, policy: str, status: int, says: str) -> None:
    """What has no TTL is safe from the volatile policies, and nothing that is sold has one."""
    client(server.port).config_set("maxmemory-policy", policy)
    with service(server.port) as api:
        for path in ("/health", "/api/v1/health"):
            health = api.get(path)
            assert (health.status, health.json["redis"]) == (status, says)
            assert ("Retry-After" in health.headers) is (status == 503)
            assert (health.json["reason"] is None) is (status == 200)
