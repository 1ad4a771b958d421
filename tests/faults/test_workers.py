"""Workers in trouble: stopped past a deadline, wrong about the time, of two versions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.service import check_server, service
from tests.faults.worker import Worker
from tests.support import servers
from tests.support.clock import Clock
from tests.support.proxy import Proxy
from tests.support.sale import (
    MINUTE_MS,
    Visitor,
    buy,
    counts,
    enter,
    hold,
    join,
    logged,
    new_seated,
    said,
    settle,
    state,
)
from tests.support.servers import Server, client
from tests.support.wait import wait_until

QUARTER_MS = 15 * MINUTE_MS


@pytest.fixture
def server(clock: Clock) -> Iterator[Server]:
    """Give a server whose clock can be moved; in the end what it holds must add up."""
    clock.set_offset(ms=0)
    with servers.valkey(clock=clock) as running:
        yield running
        check_server(running.port)


@pytest.mark.parametrize("ran", [False, True], ids=["before its command ran", "after its command ran"])
def test_a_worker_that_is_stopped_past_the_deadline_says_what_the_script_said(
    server: Server, clock: Clock, *, ran: bool
) -> None:
    """Stopped in the middle of a confirm, for longer than the hold lasts: it goes on, and tells no lie either way."""
    with Proxy(server.port) as proxy, Worker(proxy.port) as worker, service(server.port) as api:
        event, seats = new_seated(api, hold_seconds=60)
        ada, bob = enter(worker, event, "ada"), enter(api, event, "bob")
        ticket, seen = hold(worker, ada, seats[0]), proxy.total
        if not ran:
            proxy.delay(1, ms=1500)  # on its way while the worker is stopped and the hold runs out
        worker.send("POST", f"/tickets/{ticket}/confirm")
        if ran:
            wait_until(lambda: counts(api, event) == (9, 0, 1), what="the confirm")
        else:
            wait_until(lambda: proxy.total > seen, what="a command on its way")
        worker.pause()
        clock.advance(ms=2 * MINUTE_MS)
        assert buy(api, bob, seats[0]).status == (409 if ran else 201)
        worker.resume()
        assert said(worker.receive()) == ((200, None) if ran else (410, "hold_expired"))
        assert api.get(f"/tickets/{ticket}").json["status"] == ("confirmed" if ran else "expired")


def test_a_workers_clock_decides_nothing(
    server: Server, clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A quarter of an hour fast or slow: holds of a minute last a minute of the server's, whoever looks."""
    ahead, behind = (_clock(tmp_path_factory, offset_ms) for offset_ms in (QUARTER_MS, -QUARTER_MS))
    with Worker(server.port, **ahead) as fast, Worker(server.port, **behind) as slow, service(server.port) as api:
        event, seats = new_seated(api, hold_seconds=60, session_seconds=600)
        ada, bob = enter(fast, event, "ada"), enter(slow, event, "bob")
        first, second = hold(fast, ada, seats[0]), hold(slow, bob, seats[1])
        assert 800 < fast.now_s - clock.now_us() / 1e6 < 1000
        assert -1000 < slow.now_s - clock.now_us() / 1e6 < -800
        assert said(buy(fast, ada, seats[1])) == said(buy(slow, bob, seats[0])) == (409, "seat_taken")
        third = hold(slow, bob, seats[2])
        assert settle(fast, "confirm", second).status == settle(slow, "confirm", first).status == 200
        answers = [worker.get(f"/tickets/{third}").text for worker in (fast, slow, api)]
        assert len(set(answers)) == 1, "an answer depends on who gives it"
        clock.advance(ms=MINUTE_MS)
        assert buy(fast, enter(fast, event, "carl"), seats[2]).status == 201
        assert said(settle(slow, "confirm", third)) == (410, "hold_expired")
        assert state(fast, bob) == state(slow, bob)


def _clock(directories: pytest.TempPathFactory, offset_ms: int) -> dict[str, str]:
    clock = Clock(directories.mktemp("clock"))
    clock.set_offset(ms=offset_ms)
    return clock.environ()


def test_old_and_new_versions_serve_one_sale_side_by_side(server: Server) -> None:
    """During a deployment: each brings its own library and leaves the other's alone, and the sale is one."""
    with Worker(server.port) as new, Worker(server.port, TESTS_OLDER_LIBRARY="1") as old:
        event, seats = new_seated(new, 30)
        workers = (new, old)
        sessions = [enter(workers[n % 2], event, f"user{n}").session for n in range(10)]
        for n, session in enumerate(sessions):
            here, there = workers[n % 2], workers[1 - n % 2]
            visitor = Visitor(event, f"user{n}", session)
            assert join(there, event, visitor.user).json["session_id"] == session
            ticket = hold(there, visitor, seats[n])
            assert buy(here, visitor, seats[n]).json["id"] == ticket
            assert settle(here, "confirm", ticket).json["ticket"] == settle(there, "confirm", ticket).json["ticket"]
        assert counts(new, event) == counts(old, event) == (20, 0, 10)
        with service(server.port):
            assert logged(event).count("ticket.confirmed") == 10
    with client(server.port) as direct:
        assert len(direct.function_list()) == 2
