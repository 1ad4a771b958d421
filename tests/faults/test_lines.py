"""The line to Redis: slow, reset, half-open or forgotten; the answer comes in time, and the next one is its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.faults.link import Link
from tests.faults.service import assert_unavailable, check_server, in_time, service
from tests.support import servers
from tests.support.api import Api
from tests.support.proxy import Proxy
from tests.support.sale import buy, counts, enter, hold, join, logged, new_event, settle
from tests.support.servers import Server, client
from tests.support.wait import wait_until


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Give one server to the tests of this file; in the end what it holds must add up."""
    with servers.valkey() as running:
        yield running
        check_server(running.port)


@pytest.fixture
def line(server: Server) -> Iterator[tuple[Link, Api]]:
    """Give a line and the warm service at its end."""
    with Link(server.port) as link, service(link.port) as api:
        hold(api, enter(api, new_event(api), "warm"))
        yield link, api


@pytest.mark.parametrize(("delay_ms", "status"), [(50, 201), (250, 201), (700, 503)])
def test_a_slow_line_is_waited_for_for_a_second(line: tuple[Link, Api], delay_ms: int, status: int) -> None:
    """Each way; what takes longer is unknown, was done, and is there for the repeat when the line is quick again."""
    link, api = line
    event = new_event(api)
    ada = enter(api, event, "ada")
    link.delay_s = delay_ms / 1000
    bought = in_time(lambda: buy(api, ada, Idempotency_Key="k"))
    link.delay_s = 0
    assert bought.status == status
    if status == 503:
        assert_unavailable(bought, "unknown")
    again = buy(api, ada, Idempotency_Key="k")
    assert again.json["status"] == "reserved"
    assert counts(api, event) == (9, 1, 0)
    wait_until(lambda: logged(event).count("ticket.reserved") == 1, what="one ticket")


def test_a_line_that_swallows_everything_is_unknown_and_mends(line: tuple[Link, Api], server: Server) -> None:
    """Half-open: neither side hears of it. No connection of the pool keeps what was not answered for the next."""
    link, api = line
    ada = enter(api, new_event(api), "ada")
    ticket = hold(api, ada)
    link.hold()
    assert_unavailable(in_time(lambda: settle(api, "confirm", ticket)), "unknown")
    with service(server.port) as mended:
        assert mended.get(f"/tickets/{ticket}").json["status"] == "reserved"
        assert settle(mended, "confirm", ticket).status == 200


def test_idle_connections_that_were_forgotten_cost_one_reconnect(line: tuple[Link, Api]) -> None:
    """A Lambda that is thawed finds its connection dead, and nobody had told it: the caller notices only a pause."""
    link, api = line
    event = new_event(api)
    seen = link.connections
    link.forget()
    assert in_time(lambda: join(api, event, "ada")).status == 201
    assert link.connections == seen + 1
    assert join(api, event, "ada").status == 200


def test_a_connection_that_the_server_closed_meanwhile_costs_nothing(server: Server) -> None:
    """By its own timeout: here we are told, and the caller notices nothing at all."""
    with service(server.port) as api, client(server.port) as direct:
        event = new_event(api)
        for user in ("ada", "bob"):
            assert direct.client_kill_filter(_type="normal", skipme=True) >= 1
            assert in_time(lambda user=user: join(api, event, user)).status == 201  # type: ignore[misc]


@pytest.mark.parametrize("trouble", ["lose_reply", "refuse"])
def test_resets_of_both_tries_are_unknown_and_the_repeat_has_the_first_result(server: Server, trouble: str) -> None:
    """Whether the server ran the command or never saw it."""
    with Proxy(server.port) as proxy, service(proxy.port) as api:
        event = new_event(api)
        ticket = hold(api, enter(api, event, "ada"))
        for kth in (1, 2):
            getattr(proxy, trouble)(kth)
        assert_unavailable(in_time(lambda: settle(api, "confirm", ticket)), "unknown")
        assert settle(api, "confirm", ticket).json["ticket"] == api.get(f"/tickets/{ticket}").json
        assert (counts(api, event), logged(event).count("ticket.confirmed")) == ((9, 0, 1), 1)


def test_a_reset_in_the_middle_of_an_answer_is_an_answer_that_never_came(line: tuple[Link, Api]) -> None:
    """Every line is reset again and again, wherever it is just then; each request has one effect or none."""
    link, api = line
    event = new_event(api, total_tickets=1000, max_active_sessions=1000)
    link.delay_s = 0.002
    over = threading.Event()

    def cut_again_and_again() -> None:
        while not over.wait(0.007):
            link.cut()

    cutting = threading.Thread(target=cut_again_and_again)
    cutting.start()
    try:
        statuses = [in_time(lambda n=n: join(api, event, f"user{n}")).status for n in range(100)]  # type: ignore[misc]
    finally:
        over.set()
        cutting.join()
    assert set(statuses) <= {201, 503}
    assert link.connections > 10, "nothing was cut"
    for n in range(100):
        assert join(api, event, f"user{n}").status in {200, 201}
    assert logged(event).count("session.activated") == 100
