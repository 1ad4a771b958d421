"""What is on disk when the server or its machine dies, and what becomes of a disk that is spoilt or full."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chalicelib.runtime import runtime
from infra import embedded
from infra.child import StartError
from tests.faults.disk import PowerCut, confirm_all, fill, make_room, newest_aof, without_xfsz
from tests.faults.service import LONG, assert_unavailable, check_server, in_time, service
from tests.support import servers
from tests.support.api import Api
from tests.support.pool import run_processes
from tests.support.sale import crowd, enter, hold, join, new_event, new_seated, refresh, settle
from tests.support.servers import Server
from tests.support.wait import wait_until

KILLS = 20 if LONG else 2
CROWD, EACH = 4, 70
ALWAYS, EVERYSEC, NO_FSYNC = (("--appendonly", "yes", "--appendfsync", how) for how in ("always", "everysec", "no"))
LONG_WAYS = [("memory", ALWAYS), ("memory", EVERYSEC)]
WAYS = [("fsync", ALWAYS), ("memory", NO_FSYNC), *(LONG_WAYS if LONG else [])]


def confirmed_under(server: Server, durability: str, end: Callable[[], object], after: int) -> list[str]:
    """Let four processes confirm tickets, and `end` the server when so many are; gives what they were told."""
    with service(server.port) as api:
        event = new_event(api, total_tickets=CROWD * EACH, max_active_sessions=CROWD * EACH)
        tickets = [hold(api, visitor) for visitor in crowd(event, CROWD * EACH)]
        store = runtime().store

        def kill() -> None:
            key = f"events:{{{event[:8] + event[9:13]}}}"
            wait_until(lambda: int(store.client.hget(key, "sold")) >= after, within_s=30, what="confirms")  # type: ignore[arg-type]
            end()

        killer = threading.Thread(target=kill)
        killer.start()
        arguments = [(server.port, tickets[n::CROWD], durability) for n in range(CROWD)]
        told = run_processes(confirm_all, arguments, processes=CROWD)
        killer.join()
    return [ticket for part in told for ticket in part]


def lost_of(acknowledged: Sequence[str], data_dir: Path) -> int:
    """Start a server on what is left, and count the acknowledged confirms that it does not know; the rest adds up."""
    with servers.valkey(data_dir=data_dir) as restarted, service(restarted.port) as api:
        confirmed = [ticket for ticket in acknowledged if status_of(api, ticket) == "confirmed"]
        assert {settle(api, "confirm", ticket).status for ticket in confirmed} <= {200}, "a repeat is refused"
        check_server(restarted.port)
    return len(acknowledged) - len(confirmed)


def status_of(api: Api, ticket: str) -> str:
    """Tell the status of a ticket, or that it is not there."""
    answer = api.get(f"/tickets/{ticket}")
    return answer.code or str(answer.json["status"])


@pytest.mark.parametrize("seed", range(KILLS))
def test_no_acknowledged_confirm_is_lost_when_the_server_is_killed(
    tmp_path: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    """DURABILITY=fsync, appendfsync always, kill -9 at any moment under four confirming processes."""
    server = servers.valkey(data_dir=tmp_path, options=ALWAYS)
    acknowledged = confirmed_under(server, "fsync", server.kill, after=random.Random(seed).randrange(20, 200))
    assert len(acknowledged) >= 15
    lost = lost_of(acknowledged, tmp_path)
    record_property("figure", f"kill {seed + 1} with fsync: {lost} of {len(acknowledged)} acknowledged confirms lost")
    assert lost == 0


def test_a_kill_with_everysec_costs_what_was_not_yet_written(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Nothing as a rule, for the kernel has it; a write that was put off behind a slow fsync is lost: counted."""
    server = servers.valkey(data_dir=tmp_path, options=EVERYSEC)
    acknowledged = confirmed_under(server, "memory", server.kill, after=150)
    lost = lost_of(acknowledged, tmp_path)
    record_property("figure", f"kill -9 with everysec: {lost} of {len(acknowledged)} acknowledged confirms lost")
    assert lost <= len(acknowledged)


@pytest.mark.parametrize(("durability", "policy"), WAYS)
def test_a_power_cut_costs_what_the_policy_says(
    tmp_path: Path, durability: str, policy: Sequence[str], record_property: Callable[[str, object], None]
) -> None:
    """The page cache is gone, too. With always nothing is lost; what the others lose is counted."""
    power = PowerCut(tmp_path, policy)
    cut: list[int] = []
    acknowledged = confirmed_under(power.server, durability, lambda: cut.append(power.cut()), after=150)
    lost = lost_of(acknowledged, power.data_dir)
    record_property(
        "figure", f"{durability}, {' '.join(policy[2:])}: {lost} of {len(acknowledged)} acknowledged confirms lost"
    )
    assert lost == 0 or policy != ALWAYS
    assert lost > 0 or policy != NO_FSYNC, "nothing that was not fsynced was lost: the power was not cut"


@pytest.mark.parametrize("cut_bytes", [1, 7, 400, 1500, 4000])
def test_a_file_whose_tail_is_torn_off_is_started_from(tmp_path: Path, cut_bytes: int) -> None:
    """A command is in it as a whole or not at all: what is left adds up, and the sale goes on."""
    with servers.valkey(data_dir=tmp_path) as server, service(server.port) as api:
        event, seats = new_seated(api)
        ticket = hold(api, enter(api, event, "ada"), seats[0])
        settle(api, "confirm", ticket)
        server.kill()
    aof = newest_aof(tmp_path)
    with aof.open("r+b") as file:
        file.truncate(aof.stat().st_size - cut_bytes)
    with servers.valkey(data_dir=tmp_path) as restarted, service(restarted.port) as api:
        check_server(restarted.port)
        assert status_of(api, ticket) in {"reserved", "ticket_not_found"}, (
            "the last command was torn, and is not undone"
        )
        assert join(api, event, "ada").status in {200, 201, 404}


def test_a_spoilt_file_is_not_started_from(tmp_path: Path) -> None:
    """The server refuses, naming the tool that mends it; until then all is 503, and after it what is left adds up."""
    with servers.valkey(data_dir=tmp_path) as server, service(server.port) as api:
        event, seats = new_seated(api)
        ticket = hold(api, enter(api, event, "ada"), seats[0])
        server.kill()
        aof = newest_aof(tmp_path)
        sound = aof.read_bytes()
        at = sound.rindex(b"\r\n*", 0, len(sound) // 2) + 2
        aof.write_bytes(sound[:at] + b"!" + sound[at + 1 :])
        with pytest.raises(StartError, match="check-aof"):
            servers.valkey(data_dir=tmp_path)
        assert_unavailable(in_time(lambda: settle(api, "confirm", ticket)), "none")
    aof.write_bytes(sound)
    with servers.valkey(data_dir=tmp_path) as mended, service(mended.port) as api:
        assert settle(api, "confirm", ticket).status == 200
        check_server(mended.port)


def test_a_full_disk_takes_no_writes_until_there_is_room(tmp_path: Path) -> None:
    """With everysec the server says MISCONF from then on; nothing was done, and the repeat does it."""
    program = without_xfsz(tmp_path)
    home = tmp_path / "data"
    with Server(embedded.start(home, options=EVERYSEC, binary=program)) as server, service(server.port) as api:
        event = new_event(api)
        ada = enter(api, event, "ada")
        ticket = hold(api, ada)
        fill(server, home)
        wait_until(lambda: refresh(api, ada).status == 503, what="a full disk")
        assert_unavailable(in_time(lambda: settle(api, "confirm", ticket)), "none")
        assert_unavailable(in_time(lambda: join(api, event, "bob")), "none")
        make_room(server)
        wait_until(lambda: settle(api, "confirm", ticket).status == 200, what="room")
        server.kill()
    with servers.valkey(data_dir=home) as restarted, service(restarted.port) as api:
        assert api.get(f"/tickets/{ticket}").json["status"] == "confirmed"
        check_server(restarted.port)


def test_a_full_disk_ends_a_server_that_fsyncs_always(tmp_path: Path) -> None:
    """It cannot keep its word and does not pretend: 503, and what was acknowledged is there after a start with room."""
    program = without_xfsz(tmp_path)
    home = tmp_path / "data"
    server = Server(embedded.start(home, options=ALWAYS, binary=program))
    with service(server.port, durability="fsync") as api:
        event = new_event(api, total_tickets=100)
        tickets = [hold(api, visitor) for visitor in crowd(event, 20)]
        acknowledged = [ticket for ticket in tickets[:10] if settle(api, "confirm", ticket).status == 200]
        fill(server, home)
        answer = in_time(lambda: settle(api, "confirm", tickets[10]))
        assert (answer.status, answer.code) == (503, "redis_unavailable")
        server.kill()
    assert len(acknowledged) == 10
    assert lost_of(acknowledged, home) == 0
