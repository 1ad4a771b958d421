"""Clients and schedules that repeat: who hangs up after the commit, and who delivers an event eight times at once."""

from __future__ import annotations

import json
import socket
import struct
from collections import Counter
from pathlib import Path

import pytest

from chalicelib.runtime import runtime
from tests.concurrency.workers import drain_handler, post
from tests.faults.service import check_server, service
from tests.infra.running import Run, free_port
from tests.support import servers
from tests.support.check import check_everything
from tests.support.people import TICKET_KEY
from tests.support.pool import run_processes
from tests.support.sale import counts, crowd, enter, event_body, hold, logged, new_event, states
from tests.support.servers import client
from tests.support.wait import wait_until

TIMES = 8
V1 = "/api/v1"


def hang_up_after(port: int, path: str, body: object, key: str) -> None:
    """Send a whole request over a socket, and reset the connection without reading a byte of the answer."""
    content = json.dumps(body).encode()
    with socket.create_connection(("127.0.0.1", port)) as line:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nIdempotency-Key: {key}\r\n"
        line.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_client_that_hangs_up_after_the_commit_finds_the_result_when_it_comes_back(tmp_path: Path) -> None:
    """Through `make run`, over a raw socket: purchase and confirm were made once, and are told to the repeat."""
    with servers.valkey() as redis, Run(tmp_path, free_port(), REDIS_ADDR=redis.addr, TICKET_KEYS=TICKET_KEY) as run:
        run.up()
        event = run.call("POST", f"{V1}/events", event_body())[1]["id"]
        session = run.call("POST", f"{V1}/queue/join", {"event_id": event, "user_id": "ada"})[1]["session_id"]
        wish = {"event_id": event, "user_id": "ada", "session_id": session}
        hang_up_after(run.port, f"{V1}/tickets/purchase", wish, "k")
        mine = wait_until(lambda: run.call("GET", f"{V1}/tickets/user/ada")[1], what="a ticket")
        (ticket,) = mine
        hang_up_after(run.port, f"{V1}/tickets/{ticket['id']}/confirm", {}, "k")
        path = f"{V1}/tickets/{ticket['id']}"
        wait_until(lambda: run.call("GET", path)[1]["status"] == "confirmed", what="a confirmed ticket")
        confirmed = run.call("GET", path)[1]
        assert run.call("POST", f"{path}/confirm", {})[1]["ticket"] == confirmed
        with service(redis.port, ticket_keys=(TICKET_KEY,)) as api:
            again = api.post("/tickets/purchase", wish, Idempotency_Key="k")
            assert (again.status, again.headers["Idempotent-Replayed"], again.json) == (200, "true", confirmed)
            assert counts(api, event) == (9, 0, 1)
        check_server(redis.port)


@pytest.mark.parametrize("path", ["/tickets/purchase", "/orders"])
def test_an_event_that_is_delivered_eight_times_at_once_is_handled_once(path: str) -> None:
    """The same purchase, then the same confirm, by eight processes: one makes it, all are told the same."""
    with servers.valkey() as server, service(server.port) as api:
        ada = enter(api, new_event(api), "ada")
        wish = {"event_id": ada.event, "user_id": "ada", "session_id": ada.session}
        wish |= {"quantity": 2} if path == "/orders" else {}  # type: ignore[dict-item]
        told = run_processes(post, [(server.port, path, wish, "k")] * TIMES, processes=TIMES)
        assert Counter(status for status, _ in told) == {201: 1, 200: TIMES - 1}
        assert all(body == told[0][1] for _, body in told)
        made = told[0][1]["id"]
        confirm = (f"/orders/{made}" if path == "/orders" else f"/tickets/{made}") + "/confirm"
        settled = run_processes(post, [(server.port, confirm, {}, None)] * TIMES, processes=TIMES)
        assert all(one == settled[0] for one in settled)
        assert settled[0][0] == 200
        held = 2 if path == "/orders" else 1
        assert counts(api, ada.event) == (10 - held, 0, held)
        assert logged(ada.event).count("ticket.confirmed") == held
        check_server(server.port)


def test_a_schedule_that_fires_eight_times_at_once_lets_in_as_many_as_once() -> None:
    """EventBridge delivers at least once: places are given once, in their order."""
    with servers.valkey() as server, service(server.port) as api:
        event = new_event(api, max_active_sessions=1, total_tickets=100)
        visitors = crowd(event, 30)
        hold(api, visitors[0])
        with client(server.port) as direct:  # more places, and nobody has looked since
            code = event[:8] + event[9:13]
            direct.hset(f"events:{{{code}}}", mapping={"max_active_sessions": 10, "next_due_ms": 1})
        run_processes(drain_handler, [(server.port, 1)] * TIMES, processes=TIMES)
        assert states(api, visitors) == "a" * 10 + "w" * 20
        assert logged(event).count("session.activated") == 10
        check_everything(runtime().store)  # and no audit: the log knows of one place
