"""The test support itself: a test that leans on a clock or a pool that does nothing proves nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis

from infra.child import StartError
from tests.support.clock import Clock
from tests.support.pool import run_processes
from tests.support.servers import Server, client, cluster, redis7, valkey
from tests.support.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[2]
HOUR_MS = 3_600_000
DUE_US = 1_800_000_000_000_123
SCRIPT_TIME = "return redis.call('TIME')"
INCREMENT = "return redis.call('INCR', KEYS[1])"


def script_time_us(server: Server) -> int:
    """Return the time that a Lua script reads, in microseconds since 1970."""
    with client(server.port) as redis_client:
        seconds, microseconds = redis_client.eval(SCRIPT_TIME, 0)
    return int(seconds) * 1_000_000 + int(microseconds)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """Give a clock that shows real time."""
    return Clock(tmp_path)


@pytest.fixture(params=[valkey, redis7], ids=["valkey", "redis7"])
def timed(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Server]:
    """Give a server of each kind, under the test's clock."""
    with request.param(clock=clock) as running:
        yield running


def test_a_script_sees_the_clock_move_at_once(timed: Server, clock: Clock) -> None:
    """The very next command after a move, forward or back, reads the new time."""
    for offset_ms in (0, 900_000, -HOUR_MS, HOUR_MS):
        clock.set_offset(ms=offset_ms)
        before_us = clock.now_us()
        assert before_us <= script_time_us(timed) <= clock.now_us()
        assert abs(before_us - offset_ms * 1000 - time.time_ns() // 1000) < 1_000_000


def test_a_frozen_clock_stands_at_its_microsecond(timed: Server, clock: Clock) -> None:
    """Every command reads exactly the frozen time, until it is moved by hand or let go."""
    clock.freeze(DUE_US)
    assert {script_time_us(timed) for _ in range(50)} == {DUE_US}
    clock.advance(ms=1)
    assert script_time_us(timed) == DUE_US + 1000
    clock.advance(us=-7)
    assert script_time_us(timed) == DUE_US + 993
    clock.set_offset(ms=0)
    assert script_time_us(timed) < DUE_US


def test_a_server_lives_on_when_its_clock_stands_or_steps_back(timed: Server, clock: Clock) -> None:
    """Its event loop neither stops (it expires keys by itself) nor spins (half a second of rest costs nothing)."""
    with client(timed.port) as redis_client:
        for _ in range(2):
            redis_client.set("short", "lived", px=1000)
            clock.freeze()
            clock.advance(ms=1001)
            wait_until(lambda: redis_client.dbsize() == 0, what="the key expired in the background")
            clock.advance(ms=-HOUR_MS)
            assert cpu_seconds_idle(redis_client) < 0.1
            clock.set_offset(ms=-2 * HOUR_MS)
            assert cpu_seconds_idle(redis_client) < 0.1


def cpu_seconds_idle(redis_client: redis.Redis, *, real_s: float = 0.5) -> float:
    """Return what processor time the server takes in so much real time without commands."""

    def used() -> float:
        cpu = redis_client.info("cpu")
        return float(cpu["used_cpu_user"] + cpu["used_cpu_sys"])

    before, end = used(), time.monotonic() + real_s
    wait_until(lambda: time.monotonic() >= end)
    return used() - before


def test_without_a_compiler_the_clock_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without gcc gets a sentence, not a FileNotFoundError; a worker has the environment of the test."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match="install gcc"):
        run_processes(Clock, [(tmp_path,)], processes=1)


def test_a_cluster_runs_scripts_on_the_node_of_their_hash_tag(clock: Clock) -> None:
    """EVALSHA works for tags of all three nodes, and goes on when the clock under them jumps by an hour."""
    with cluster(clock=clock) as nodes, redis.RedisCluster(host=HOST, port=nodes.port) as redis_client:
        tags = [f"{{{number:012x}}}" for number in range(30)]
        owners = {redis_client.get_node_from_key(tag).port for tag in tags}
        assert owners == {node.port for node in nodes.nodes}
        sha = redis_client.script_load(INCREMENT)
        for count, step_ms in enumerate((0, HOUR_MS, -HOUR_MS), start=1):
            clock.advance(ms=step_ms)
            assert [redis_client.evalsha(sha, 1, f"count:{tag}") for tag in tags] == [count] * 30


def test_a_paused_server_answers_when_resumed() -> None:
    """While it is paused a client only times out; the command that waited is done first thing afterwards."""
    with valkey() as server:
        connected = client(server.port, timeout_s=0.5)
        connected.ping()
        server.pause()
        with pytest.raises(redis.TimeoutError):
            connected.incr("n")
        server.resume()
        assert client(server.port).get("n") == b"1"
        server.pause()


def test_a_killed_server_comes_back_on_its_port_with_its_data(tmp_path: Path) -> None:
    """What was acknowledged before SIGKILL is there after."""
    server = valkey(data_dir=tmp_path)
    assert client(server.port).incr("n") == 1
    server.kill()
    with pytest.raises(redis.ConnectionError):
        client(server.port).ping()
    with valkey(data_dir=tmp_path, port=server.port) as again:
        assert client(again.port).get("n") == b"1"


def test_a_taken_port_is_said_so() -> None:
    """A port that was asked for by number is never silently swapped for another, nor its owner taken for ours."""
    with valkey() as owner, pytest.raises(StartError, match="taken"):
        valkey(port=owner.port)


def test_a_killed_test_run_leaves_no_server(tmp_path: Path) -> None:
    """The server dies with its starter even if that had no chance to stop it."""
    program = "import time; from tests.support.servers import valkey; print(valkey().port, flush=True); time.sleep(60)"
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    ) as run:
        assert run.stdout
        port = int(run.stdout.readline())
        client(port).ping()
        run.send_signal(signal.SIGKILL)
    wait_until(lambda: not listens(port), what="the end of the orphaned server")


def listens(port: int) -> bool:
    """Say whether anybody accepts connections on this port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def test_results_come_in_the_order_of_the_arguments_from_real_processes() -> None:
    """Each call ran in one of as many processes as were asked for, none of them this one."""
    results = run_processes(square_and_pid, [(n,) for n in range(20)], processes=4)
    assert [square for square, _ in results] == [n * n for n in range(20)]
    assert os.getpid() not in {pid for _, pid in results}


def square_and_pid(number: int) -> tuple[int, int]:
    """Return the square and the process that worked it out."""
    return number * number, os.getpid()


def test_what_a_worker_raises_is_raised_with_its_traceback() -> None:
    """A failure in another process reads like one in this."""
    with pytest.raises(ZeroDivisionError) as caught:
        run_processes(divide, [(1, 1), (1, 0)], processes=2)
    assert "in divide" in str(caught.value.__cause__)


def divide(dividend: int, divisor: int) -> float:
    """Return the quotient."""
    return dividend / divisor


def test_a_stuck_worker_is_killed_at_the_deadline(tmp_path: Path) -> None:
    """The run ends with a count of what was stuck, and no worker is left behind."""
    with pytest.raises(TimeoutError, match="1 of 2 calls"):
        run_processes(record_pid_and_hang, [(tmp_path, "free"), (tmp_path, "stuck")], processes=2, within_s=3)
    stuck = int((tmp_path / "stuck").read_text())
    wait_until(lambda: not Path(f"/proc/{stuck}").exists(), what="the end of the stuck worker")


def record_pid_and_hang(directory: Path, name: str) -> None:
    """Leave this process's pid in a file of that name, and hang if the name is `stuck`."""
    (directory / name).write_text(str(os.getpid()))
    if name == "stuck":
        signal.pause()


def test_waiting_ends_with_the_value_or_with_a_clear_word() -> None:
    """The value that ended the waiting is returned; otherwise the message has what was awaited and what was there."""
    values = iter([0, 0, 3])
    assert wait_until(lambda: next(values)) == 3
    with pytest.raises(AssertionError, match=r"a miracle: not within 0.05 s \(last value: \[\]\)"):
        wait_until(list, within_s=0.05, what="a miracle")
