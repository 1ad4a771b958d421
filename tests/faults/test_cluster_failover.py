"""A shard of a cluster that fails over, and a cluster that falls silent: what warm processes make of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from chalicelib.ids import code_of
from chalicelib.keys import event_key
from chalicelib.runtime import runtime
from chalicelib.scripting import call, run, run_many
from chalicelib.store import Store, connect
from tests.audit import assert_audited
from tests.faults.service import assert_unavailable, in_time, service
from tests.support import servers
from tests.support.sale import counts, enter, hold, join, new_event, settle
from tests.support.servers import Cluster, Server, client
from tests.support.wait import wait_until


@contextlib.contextmanager
def replica_in_cluster(primary: Server) -> Iterator[Server]:
    """Give a replica of a node of a cluster, once it has all."""
    with (
        servers.valkey(options=servers.CLUSTERED) as replica,
        client(replica.port) as its,
        client(primary.port) as lead,
    ):
        asked: Any = its
        told: Any = lead
        name = told.execute_command("CLUSTER", "MYID").decode()
        asked.execute_command("CLUSTER", "MEET", "127.0.0.1", primary.port)
        wait_until(lambda: name in asked.execute_command("CLUSTER", "NODES").decode(), within_s=20, what="a meeting")
        asked.execute_command("CLUSTER", "REPLICATE", name)
        wait_until(lambda: asked.info("replication")["master_link_status"] == "up", within_s=20, what="a replica")
        yield replica


def take_over(cluster: Cluster, primary: Server, replica: Server) -> None:
    """Lose a primary for good, and let its replica have its slots; the other nodes know."""
    primary.kill()
    with client(replica.port) as asked:
        asked.execute_command("CLUSTER", "FAILOVER", "TAKEOVER")
    for other in cluster.nodes:
        if other is not primary:
            with client(other.port) as asked:
                wait_until(lambda asked=asked: replica.port in primaries(asked), within_s=20, what="the news")  # type: ignore[misc]


def primaries(asked: Any) -> set[int]:
    """Give the ports of those who have slots."""
    return {row[2][1] for row in asked.execute_command("CLUSTER", "SLOTS")}


FIRST: dict[str, Callable[[Store, str], Any]] = {
    "a command": lambda store, event: run(store, call("length", code_of(event), event)),
    "a plain command": lambda store, event: store.command("HGET", event_key("events", code_of(event)), "id"),
    "a drain": lambda store, event: run_many(store, [call("length", code_of(event), event)]),
    "an audit": lambda store, event: store.snapshot([["HGET", event_key("events", code_of(event)), "id"]]),
    "a confirm that is waited for": lambda store, event: store.pipeline(
        [["HGET", event_key("events", code_of(event)), "id"], ["WAIT", 0, 1]]
    ),
}
"""What a process may ask first; none of them asks anything else, as a drain does all its life."""


def test_a_warm_process_finds_the_new_primary_whatever_it_asks_first() -> None:
    """At its first question, by the one retry: nobody sees the failover but by a longer wait."""
    with servers.cluster() as three, service(three.port, redis_cluster=True) as api:
        lost = three.nodes[2]
        store, event = runtime().store, new_event(api)
        while store.server_of(event_key("events", code_of(event))) != lost.addr:
            event = new_event(api)
        with contextlib.ExitStack() as closing:
            warm = {first: closing.enter_context(contextlib.closing(connect(runtime().settings))) for first in FIRST}
            before = {first: ask(warm[first], event) for first, ask in FIRST.items()}
            with replica_in_cluster(lost) as replica:
                take_over(three, lost, replica)
                assert {first: ask(warm[first], event) for first, ask in FIRST.items()} == before
                assert {asker.server_of(event_key("events", code_of(event))) for asker in warm.values()} == {
                    replica.addr
                }
                assert in_time(lambda: join(api, event, "ada")).status == 201
                assert_audited(store)


def test_a_cluster_that_falls_silent_is_a_503_in_time_that_does_not_lie() -> None:
    """However many nodes it has: a confirm that was sent may have run, and has. The repeat says so."""
    with servers.cluster() as three, service(three.port, redis_cluster=True) as api:
        event = new_event(api)
        tickets = [hold(api, enter(api, event, user)) for user in ("ada", "bob")]
        for node in three.nodes:
            node.pause()
        for ticket in tickets:
            assert_unavailable(in_time(lambda ticket=ticket: settle(api, "confirm", ticket)), "unknown")  # type: ignore[misc]
        for node in three.nodes:
            node.resume()
        wait_until(lambda: counts(api, event) == (8, 0, 2), what="what was sent")
        assert [settle(api, "confirm", ticket).status for ticket in tickets] == [200, 200]
        assert_audited(runtime().store)
