"""DURABILITY: a confirm is acknowledged when its level is reached, and not before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chalicelib.runtime import runtime
from tests.faults.pairs import pair
from tests.faults.service import assert_not_durable, check_server, in_time, service
from tests.support import servers
from tests.support.api import Api
from tests.support.proxy import Proxy
from tests.support.sale import enter, hold, new_event, order, settle
from tests.support.servers import Server, client

Start = Callable[..., Server]
STARTS = [servers.valkey, servers.redis7]
ALWAYS, EVERYSEC, NEVER = (("--appendonly", "yes", "--appendfsync", how) for how in ("always", "everysec", "no"))


@pytest.fixture
def both() -> Iterator[tuple[Server, Server]]:
    """Give a primary and its replica; what the primary holds must add up in the end."""
    with pair() as (primary, replica):
        yield primary, replica
        replica.resume()
        check_server(primary.port)


def a_ticket(api: Api) -> str:
    """Give a reserved ticket."""
    return hold(api, enter(api, new_event(api), "ada"))


def an_order(api: Api) -> str:
    """Give an order of two reserved tickets."""
    return str(order(api, enter(api, new_event(api), "ada"), 2).json["id"])


@pytest.mark.parametrize("start", STARTS, ids=["valkey", "redis7"])
def test_fsync_acknowledges_what_is_on_disk(start: Start, tmp_path: Path) -> None:
    """With appendfsync always, by WAITAOF or, before Redis 7.2, because the server says so; still one round trip."""
    with start(data_dir=tmp_path) as server, service(server.port, durability="fsync") as api:
        for path in (f"/tickets/{a_ticket(api)}", f"/orders/{an_order(api)}"):
            for _ in range(2):
                assert in_time(lambda path=path: api.post(f"{path}/confirm")).status == 200  # type: ignore[misc]
                assert runtime().store.meter.trips == 1
        assert (api.get("/health").status, api.get("/health").json["durability"]) == (200, "fsync")
        check_server(server.port)


@pytest.mark.parametrize("start", STARTS, ids=["valkey", "redis7"])
def test_fsync_on_a_server_without_a_file_is_red_and_acknowledges_nothing(start: Start) -> None:
    """503, outcome unknown; once the file is there, the repeat gives the ticket as the first confirm left it."""
    with start() as server, service(server.port, durability="fsync") as api, client(server.port) as direct:
        ticket = a_ticket(api)
        assert_not_durable(in_time(lambda: settle(api, "confirm", ticket)))
        assert (api.get("/health").status, api.get("/health").json["redis"]) == (503, "not_persistent")
        before = api.get(f"/tickets/{ticket}").json
        direct.config_set("appendonly", "yes")
        direct.config_set("appendfsync", "always")
        again = in_time(lambda: settle(api, "confirm", ticket))
        assert (again.status, again.json["ticket"], before["status"]) == (200, before, "confirmed")
        assert api.get("/health").status == 200
        check_server(server.port)
        server.kill()  # Redis 7 would write its first file to the end before it stops


@pytest.mark.parametrize(
    ("start", "policy"),
    [(servers.valkey, EVERYSEC), (servers.redis7, EVERYSEC), (servers.valkey, NEVER)],
    ids=["WAITAOF says so too soon", "there is no WAITAOF", "WAITAOF waits in vain"],
)
def test_fsync_wants_a_server_that_fsyncs_always(start: Start, policy: tuple[str, ...]) -> None:
    """With any other policy health is red and nothing is acknowledged, whatever WAITAOF says."""
    with start(options=policy) as server, service(server.port, durability="fsync") as api:
        ticket = a_ticket(api)
        assert_not_durable(in_time(lambda: settle(api, "confirm", ticket)))
        assert api.get("/health").json["redis"] == "not_persistent"


def test_fsync_on_a_cluster_is_one_round_trip_too(tmp_path: Path) -> None:
    """The wait goes to the node of the ticket's event."""
    assert tmp_path
    with servers.cluster(options=ALWAYS) as three:
        with service(three.port, redis_cluster=True, durability="fsync") as api:
            for _ in range(6):
                assert settle(api, "confirm", a_ticket(api)).status == 200
                assert runtime().store.meter.trips == 1
        with service(three.port, redis_cluster=True, durability="replica") as api:
            assert_not_durable(in_time(lambda: settle(api, "confirm", a_ticket(api))))


def test_replica_acknowledges_what_a_replica_has(both: tuple[Server, Server]) -> None:
    """The replica has the ticket confirmed when the answer is there."""
    primary, replica = both
    with service(primary.port, durability="replica") as api:
        ticket = a_ticket(api)
        assert settle(api, "confirm", ticket).status == 200
        assert runtime().store.meter.trips == 1
    with client(replica.port) as direct:
        (key,) = direct.keys("tickets:*")
        assert '"status":"confirmed"' in direct.hget(key, ticket).decode()


def test_a_replica_that_lags_acknowledges_nothing_and_no_other_connection_vouches_for_it(
    both: tuple[Server, Server],
) -> None:
    """WAIT on a connection that wrote nothing says 1, falsely; on the writer's it says 0, for repeats as well."""
    primary, replica = both
    with service(primary.port, durability="replica") as api, client(primary.port) as other:
        ticket = a_ticket(api)
        assert other.wait(1, 1000) == 1
        replica.pause()
        assert_not_durable(in_time(lambda: settle(api, "confirm", ticket)))
        before = api.get(f"/tickets/{ticket}").json
        assert other.wait(1, 100) == 1, "the lie that is to be kept out"
        with service(primary.port, durability="replica") as fresh:
            assert_not_durable(in_time(lambda: settle(fresh, "confirm", ticket)))
            replica.resume()
            again = in_time(lambda: settle(fresh, "confirm", ticket))
            assert (again.status, again.json["ticket"]) == (200, before)


@pytest.mark.parametrize("paused", [False, True])
def test_a_function_that_the_server_has_forgotten_is_waited_for_as_well(
    both: tuple[Server, Server], *, paused: bool
) -> None:
    """What ran alone, after the functions were brought, is not acknowledged by the wait that came before it."""
    primary, replica = both
    with service(primary.port, durability="replica") as api:
        ticket = a_ticket(api)
        with client(primary.port) as direct:
            direct.execute_command("FUNCTION", "FLUSH")
            direct.wait(1, 1000)
        if paused:
            replica.pause()
            assert_not_durable(in_time(lambda: settle(api, "confirm", ticket)))
        else:
            assert settle(api, "confirm", ticket).status == 200


def test_a_lost_reply_of_the_wait_is_waited_for_again(both: tuple[Server, Server]) -> None:
    """Our one retry is a repeat on another connection, with a wait of its own."""
    primary, _ = both
    with Proxy(primary.port) as proxy, service(proxy.port, durability="replica") as api:
        ticket = a_ticket(api)
        for lost in (1, 2):
            proxy.lose_reply(lost)
            seen = proxy.total
            assert in_time(lambda: settle(api, "confirm", ticket)).status == 200
            assert proxy.total == seen + lost + 2


def test_health_is_red_on_a_read_only_replica(both: tuple[Server, Server]) -> None:
    """REDIS_ADDR names what a failover has left behind; a writable primary of the same kind is green."""
    primary, replica = both
    for port, status, redis in ((primary.port, 200, "ok"), (replica.port, 503, "read_only")):
        with service(port, durability="replica") as api:
            health = api.get("/health")
            assert (health.status, health.json["redis"], health.json["durability"]) == (status, redis, "replica")


def test_a_server_that_may_not_be_asked_is_not_red_but_for_fsync() -> None:
    """Its policy and role are then unknown, which is not red; whether it keeps what it says must be known."""
    with servers.valkey(options=ALWAYS) as server, client(server.port) as direct:
        direct.acl_setuser("default", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-info", "-config"])
        for level, status in (("memory", 200), ("replica", 200), ("fsync", 503)):
            with service(server.port, durability=level) as api:
                assert (api.get("/health").status, api.get("/health").json["durability"]) == (status, level)
