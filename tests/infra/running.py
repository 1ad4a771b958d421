"""`make run` as tests use it: the real runner, in a process of its own, on a free port and its own data."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from infra.child import try_lock
from tests.support.wait import wait_until

ROOT = Path(__file__).resolve().parents[2]
_UP = "Ctrl-C stops everything."
_START_S = 15.0
_STOP_S = 10.0
_JSON = {"Content-Type": "application/json"}


class Run:
    """One `make run`; as a context manager it is interrupted at the end of the block."""

    def __init__(self, data_dir: Path, port: int, **environ: str) -> None:
        """Start the runner; `up` waits until it says that all is there."""
        self.port = port
        self.data_dir = data_dir
        self._output = data_dir / "terminal.txt"
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "infra.local"],
                cwd=ROOT,
                env=_environ(data_dir, port, environ),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.interrupt()

    @property
    def output(self) -> str:
        """What stands on the terminal by now."""
        return self._output.read_text()

    @property
    def server_pid(self) -> int:
        """The process of the embedded server."""
        return int((self.data_dir / "valkey" / "server.pid").read_text())

    @property
    def service_pid(self) -> int:
        """The process of `chalice local`."""
        return int(self._service_pid_file.read_text())

    @property
    def _service_pid_file(self) -> Path:
        return self.data_dir / f"service-{self.port}.pid"

    def up(self) -> Self:
        """Wait for the banner; fail with the output if the runner ends instead."""
        wait_until(lambda: _UP in self.output or self._process.poll() is not None, within_s=_START_S, what="the banner")
        assert _UP in self.output, self.output
        return self

    def interrupt(self) -> int:
        """Press Ctrl-C and return the exit code; a repeat only returns it."""
        self._process.send_signal(signal.SIGINT)
        return self.ended()

    def kill(self) -> None:
        """End the runner with no chance to clean up."""
        self._process.kill()
        self._process.wait()

    def ended(self) -> int:
        """Wait for the end of the runner and return its exit code."""
        return self._process.wait(_STOP_S)

    def left_nothing(self) -> bool:
        """Tell whether its children are gone: each holds a lock for as long as it lives."""
        return all(_is_unlocked(file) for file in (self.data_dir / "valkey" / "server.pid", self._service_pid_file))

    def call(self, method: str, path: str, body: object = None, token: str = "") -> tuple[int, Any]:
        """Send one request to the service, perhaps with a token; return the status and the JSON of the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            headers = _JSON | ({"Authorization": f"Bearer {token}"} if token else {})
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def events(self) -> list[dict[str, Any]]:
        """List the events of the service."""
        events: list[dict[str, Any]] = self.call("GET", "/api/v1/events")[1]["events"]
        return events

    def examples(self) -> list[str]:
        """Return the lines of the banner that are meant to be pasted."""
        return [line.strip() for line in self.output.splitlines() if line.strip().startswith("curl ")]

    def paste(self, line: str) -> int:
        """Run a curl line as a shell would, or read it as curl would where there is none; return the status."""
        if shutil.which("curl"):
            quiet = f"{line} --silent --output /dev/null --write-out '%{{http_code}}'"
            done = subprocess.run(quiet, shell=True, check=True, capture_output=True, text=True)
            return int(done.stdout)
        words = shlex.split(line)
        body = json.loads(words[words.index("-d") + 1]) if "-d" in words else None
        posts = body or "POST" in words
        address = next(word for word in words if word.startswith("http"))
        return self.call("POST" if posts else "GET", urlsplit(address).path, body)[0]


def refused(data_dir: Path, port: int, **environ: str) -> str:
    """Start a run that must not come up, and return the one line that it says; it must exit with 1."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.local"],
        cwd=ROOT,
        env=_environ(data_dir, port, environ),
        capture_output=True,
        text=True,
        timeout=_START_S,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done
    return done.stderr


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environ(data_dir: Path, port: int, more: Mapping[str, str]) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("REDIS_") and name != "FRESH"}
    return outside | {"DATA_DIR": str(data_dir), "PORT": str(port)} | dict(more)


def _is_unlocked(file: Path) -> bool:
    lock = try_lock(file)
    if lock is not None:
        os.close(lock)
    return lock is not None
