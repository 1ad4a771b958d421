"""The proxy of the test support: each harm it does is the one it says, and it does no other."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import redis

from tests.support.pool import run_processes
from tests.support.proxy import Proxy
from tests.support.servers import Server, client, valkey
from tests.support.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

INCREMENT = "return redis.call('INCR', KEYS[1])"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Give one server to the tests of this file."""
    with valkey() as running:
        yield running


@pytest.fixture
def counter(server: Server) -> redis.Redis:
    """Return a client past any proxy, of a server where the key `n` is not set."""
    direct = client(server.port)
    direct.delete("n")
    return direct


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    """Give a fresh proxy in front of that server."""
    with Proxy(server.port) as running:
        yield running


def test_the_reply_that_is_lost_belongs_to_a_command_that_ran(proxy: Proxy, counter: redis.Redis) -> None:
    """The client sees its connection die, the server has done the work; the next command is untouched."""
    through = client(proxy.port)
    proxy.lose_reply(2)
    assert through.incr("n") == 1
    with pytest.raises(redis.ConnectionError):
        through.incr("n")
    assert counter.get("n") == b"2"
    assert through.incr("n") == 3
    assert (proxy.total, proxy.per_connection) == (3, [2, 1])


@pytest.mark.parametrize(("harm", "seen"), [("refuse", None), ("lose_reply", b"1")])
def test_what_shall_happen_first_happens_before_the_client_notices(
    proxy: Proxy, counter: redis.Redis, harm: str, seen: bytes | None
) -> None:
    """Before the server has seen a command that is refused, after it has carried out one whose reply is lost."""
    order: list[object] = []
    getattr(proxy, harm)(1, first=lambda: order.append(counter.get("n")))
    with pytest.raises(redis.ConnectionError):
        client(proxy.port).incr("n")
    order.append("noticed")
    assert order == [seen, "noticed"]


def test_a_refused_command_never_reaches_the_server(proxy: Proxy, counter: redis.Redis) -> None:
    """The client sees the same as with a lost reply, and nothing was done."""
    proxy.refuse(1)
    with pytest.raises(redis.ConnectionError):
        client(proxy.port).incr("n")
    assert counter.get("n") is None


def test_a_swallowed_command_runs_and_is_never_answered(proxy: Proxy, counter: redis.Redis) -> None:
    """The client waits until its own timeout, though the server did the work at once."""
    through = client(proxy.port, timeout_s=0.5)
    through.ping()
    proxy.swallow(1)
    with pytest.raises(redis.TimeoutError):
        through.incr("n")
    assert counter.get("n") == b"1"


def test_a_delayed_command_runs_after_its_client_gave_up(proxy: Proxy, counter: redis.Redis) -> None:
    """The late arrival of a request that was given up, and perhaps sent again, in the meantime."""
    through = client(proxy.port, timeout_s=0.5)
    through.ping()
    proxy.delay(1, ms=1500)
    with pytest.raises(redis.TimeoutError):
        through.incr("n")
    assert counter.get("n") is None
    wait_until(lambda: counter.get("n") == b"1", what="the delayed command")


def test_only_the_named_commands_lose_replies_and_the_seed_repeats(server: Server, counter: redis.Redis) -> None:
    """The draws of a seed are the same each time; other commands are never harmed; all of them ran."""

    def losses(seed: int) -> list[int]:
        lost = []
        with Proxy(server.port) as proxy, client(proxy.port) as through:
            proxy.lose_replies(0.3, seed)
            for number in range(60):
                through.set("other", number)
                try:
                    through.eval(INCREMENT, 1, "n")
                except redis.ConnectionError:
                    lost.append(number)
        return lost

    assert losses(7) == losses(7) != losses(8)
    assert 0 < len(losses(7)) < 60
    assert counter.get("n") == b"240"


def test_a_proxy_passes_pipelines_and_large_values_whole(proxy: Proxy, counter: redis.Redis) -> None:
    """Framing holds over many chunks, both ways, and each command of a pipeline is counted."""
    large = os.urandom(3_000_000)
    pipeline = client(proxy.port).pipeline(transaction=False)
    pipeline.set("n", large)
    pipeline.get("n")
    pipeline.strlen("n")
    answers = pipeline.execute()
    assert answers == [True, large, len(large)]
    assert proxy.total == 3
    assert counter.strlen("n") == len(large)


def test_a_proxy_carries_32_clients_of_other_processes(proxy: Proxy, counter: redis.Redis) -> None:
    """Nothing is lost, doubled or counted twice under load."""
    seen = run_processes(increment_often, [(proxy.port, 50)] * 32, processes=32)
    assert sorted(n for numbers in seen for n in numbers) == list(range(1, 1601))
    assert proxy.total == 1600
    assert counter.get("n") == b"1600"


def increment_often(port: int, times: int) -> list[int]:
    """Return what so many increments by one client answered."""
    with client(port) as through:
        return [int(through.eval(INCREMENT, 1, "n")) for _ in range(times)]


def test_a_stopped_proxy_cuts_its_clients(proxy: Proxy) -> None:
    """An open connection dies, a new one is refused."""
    through = client(proxy.port)
    through.ping()
    proxy.stop()
    for _ in range(2):
        with pytest.raises(redis.ConnectionError):
            through.ping()
