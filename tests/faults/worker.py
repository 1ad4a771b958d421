"""The service in a process of its own, as one Lambda is: it can be stopped, killed, and believe in another time.

`Worker` speaks to it in lines of JSON; run as a module this is the other end. It reads its settings from its
environment, once, as Lambda does. Of two more variables, TESTS_OLDER_LIBRARY=1 makes it a worker of another release,
and TESTS_FRESH=1 one that meets every request as a cold Lambda does, in a process that has served none.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from chalicelib import scripting
from tests.support.api import Answer, Api
from tests.support.wait import wait_until

ROOT = Path(__file__).resolve().parents[2]
SCHEDULE = "SCHEDULE"  # stands where a request has its method


class Worker(Api):
    """A process that serves one request after the other; as a context manager it ends with the block."""

    def __init__(self, port: int, root: Path = ROOT, /, **environ: str) -> None:
        """Start it on the Redis or proxy at this port; it makes its connection with the first request.

        In `root` stands the code of the service, perhaps of another release, and no tests: those are always ours.
        """
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.worker"],
            cwd=root,
            env=os.environ | {"REDIS_ADDR": f"127.0.0.1:{port}", "PYTHONPATH": str(ROOT)} | environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.now_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send a request and give its answer."""
        self.send(method, path, body, headers)
        return self.receive()

    def schedule(self, name: str) -> Answer:
        """Run a scheduled function."""
        return self.call(SCHEDULE, name)

    def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> None:
        """Send a request, whose answer is to be received."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps([method, path, body, headers or {}]) + "\n")
        self._process.stdin.flush()

    def receive(self) -> Answer:
        """Wait for the answer to the request that was sent; `now_s` is then what the worker takes for the time."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the worker has ended"
        self.now_s, answer = json.loads(line)
        return Answer(**answer)

    def pause(self) -> None:
        """Stop the process in its tracks."""
        os.kill(self._process.pid, signal.SIGSTOP)
        wait_until(lambda: self._state() == "T", what="a worker that stands still")

    def resume(self) -> None:
        """Let it go on."""
        os.kill(self._process.pid, signal.SIGCONT)

    def _state(self) -> str:
        return Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(") ")[2][0]


def _serve() -> None:
    if os.environ.get("TESTS_OLDER_LIBRARY"):
        older = scripting.make_library("-- of another release\n" + scripting.prelude(), scripting.commands())
        scripting.library = lambda: older  # type: ignore[assignment]
    api, answers = Api(), os.fdopen(os.dup(1), "w")
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)  # the log and the metrics of the service go there
    for line in sys.stdin:
        if os.environ.get("TESTS_FRESH") and (child := os.fork()):
            os.waitpid(child, 0)
            continue
        method, path, body, headers = json.loads(line)
        answer = api.schedule(path) if method == SCHEDULE else api.call(method, path, body, headers)
        answers.write(json.dumps([time.time(), dataclasses.asdict(answer)]) + "\n")
        answers.flush()
        if os.environ.get("TESTS_FRESH"):
            os._exit(0)


if __name__ == "__main__":
    _serve()
