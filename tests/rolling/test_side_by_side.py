"""Two versions of the service on one Redis under a mixed load: one sale, every invariant intact, nobody told of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from chalicelib.ids import code_of
from chalicelib.keys import event_key
from chalicelib.scripting import library
from chalicelib.settings import Settings
from chalicelib.store import Store, connect
from tests.audit import assert_audited
from tests.rolling.fleet import Fleet
from tests.rolling.load import Day, open_hall, trade
from tests.rolling.release import RENAMED, THIS, Release, previous
from tests.rolling.shoppers import Hall
from tests.support import servers
from tests.support.pool import run_processes

pytestmark = pytest.mark.timeout(600)  # a busy machine takes as long as it takes

CLIENTS = 4
A_MINUTE, SHORT = 15_000, 1_000
"""Requests of each client: what takes four of them about a minute on two cores, and what shows that it works."""

SEATS = 200
COUNTED_AT_ONCE = 500
"""Entries of a log that one look at the figures takes, where the other release has left the revenue behind."""

DEEDS = {
    *("POST queue join", "GET queue status", "GET queue serving", "POST queue refresh", "POST queue leave"),
    *("POST tickets purchase", "POST tickets confirm", "POST tickets cancel"),
    *("POST orders", "POST orders confirm", "POST orders cancel", "GET tickets user", "GET queue length"),
    *("GET events", "GET events seatmap states", "GET events seats available", "GET queue position"),
    *("POST events", "DELETE events", "PUT events", "POST events admission", "POST events seats", "drain"),
}
"""What each release must have done, and not only the other one."""

POLLS = {"GET queue status", "GET queue serving"}
"""What people do who have waited for some seconds, as they were told: a short run may be over before."""


@pytest.fixture
def older(tmp_path: Path) -> Release:
    """Give the previous release."""
    return previous(tmp_path)


def sell_together(port: int, older: Release, requests: int, *, cluster: bool = False) -> None:
    """Let both releases open a seated and a standing event and serve all four; assert that it is one sale."""
    releases, environ = (older, THIS), {"REDIS_CLUSTER": "1"} if cluster else {}
    with Fleet(port, releases, "opening", **environ) as fleet:
        halls = [open_hall(fleet, release, seats) for release in releases for seats in (SEATS, 0)]
    clients = [(port, releases, halls, number, requests, environ) for number in range(CLIENTS)]
    days = run_processes(trade, clients, processes=CLIENTS, within_s=500)
    with closing(connect(Settings(redis_host="127.0.0.1", redis_port=port, redis_cluster=cluster))) as store:
        assert_audited(store, [told for day in days for told in day.told])
        assert [difference for day in days for difference in day.differences] == []
        with Fleet(port, (THIS,), "counting", **environ) as fleet:
            for hall in halls:
                kept = [t for day in days for t, event in day.kept.items() if event == hall.event]
                assert_sold_once(store, hall, kept)
                assert_all_is_paid(fleet, store, hall, kept)
    assert_both_took_part(releases, days, DEEDS if requests == A_MINUTE else DEEDS - POLLS)


def assert_sold_once(store: Store, hall: Hall, kept: list[str]) -> None:
    """Assert that what is sold of an event is what its people were told that they have, each a seat of their own."""
    code = code_of(hall.event)
    assert store.command("HGET", event_key("events", code), "sold") == str(len(kept))
    tickets = map(json.loads, store.command("HMGET", event_key("tickets", code), *kept))
    seats = {ticket.get("seat") for ticket in tickets}
    assert len(seats) == len(kept) if hall.seats else seats == {None}


def assert_all_is_paid(fleet: Fleet, store: Store, hall: Hall, kept: list[str]) -> None:
    """Assert that this release comes to know what all of it cost, also what the other one has sold."""
    code = code_of(hall.event)
    entries = store.command("XLEN", event_key("log", code))
    looks = [
        fleet.get(f"/events/{hall.event}/stats").json["now"]["revenue"] for _ in range(entries // COUNTED_AT_ONCE + 1)
    ]
    assert looks[-1] == sum(
        int(json.loads(t)["price"]) for t in store.command("HMGET", event_key("tickets", code), *kept)
    )


def assert_both_took_part(releases: Sequence[Release], days: Sequence[Day], deeds: set[str]) -> None:
    """Assert that each release did all of this, and settled what the other one had held."""
    done, handed_over = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for day in days:
        done += day.done
        handed_over += day.handed_over
    assert [(one.name, deed) for one in releases for deed in deeds if not done[one.name, deed]] == []
    assert len(handed_over) == len(releases) ** 2, handed_over


def libraries(*ports: int) -> set[str]:
    """Give the names of the libraries that some servers have."""
    found = set()
    for port in ports:
        with servers.client(port) as direct:
            found |= {one[1].decode() for one in direct.function_list()}
    return found


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a Valkey."""
    with servers.valkey() as server:
        yield server.port


def test_the_previous_release_and_this_one_sell_together(port: int, older: Release) -> None:
    """For about a minute, and each with its own functions."""
    sell_together(port, older, A_MINUTE)
    assert len(libraries(port)) == 2
    assert f"ticketing_{library().version}" in libraries(port)


def test_this_release_sells_together_with_one_that_differs_in_its_library_alone(port: int) -> None:
    """Which needs no history: each calls its own functions, and leaves the other's alone."""
    sell_together(port, RENAMED, SHORT)
    assert len(libraries(port)) == 2


def test_they_sell_together_on_a_cluster(older: Release) -> None:
    """Each node gets the functions of both when they first ask it."""
    with servers.cluster() as cluster:
        sell_together(cluster.port, older, SHORT, cluster=True)
        assert len(libraries(*(node.port for node in cluster.nodes))) == 2
