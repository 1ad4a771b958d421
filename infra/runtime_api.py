"""The Lambda Runtime API on this machine: a function's process talks to it as it would to Lambda.

It starts the process that an image starts, hands it events, and gives what comes back. One process is one execution
environment: it has one event at a time, and what it keeps in memory stays from one to the next.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from infra.child import Child

_HOST = "127.0.0.1"
_VERSION = "/2018-06-01/runtime"
_REGION = "eu-west-1"
_LOOK_S = 0.02
_INIT_S = 60.0
_ROOT = Path(__file__).resolve().parent.parent


class FunctionError(Exception):
    """An invocation failed: what the function reported, or what Lambda would say of its process.

    `error_type` is the name of the exception, or one of Lambda's own words such as ``Runtime.ExitError``.
    """

    def __init__(self, error_type: str, message: str, stack_trace: Sequence[str] = ()) -> None:
        super().__init__(f"{error_type}: {message}")
        self.error_type = error_type
        self.message = message
        self.stack_trace = list(stack_trace)


class InitError(FunctionError):
    """The function did not start: nothing was invoked."""


class Function:
    """One execution environment; as a context manager its process ends with the block."""

    def __init__(
        self, handler: str, environ: Mapping[str, str], *, command: Sequence[str] = (), task_root: Path = _ROOT
    ) -> None:
        """Start `command` (without one: this Python with awslambdaric) for a handler such as ``app.drain``.

        Its environment is `environ` and what Lambda sets, nothing of ours. Start it from the main thread. Raises
        StartError when there is no such command.
        """
        self.name = f"ticketing-{handler.rpartition('.')[2]}"
        self._scratch = tempfile.TemporaryDirectory(prefix="function-")
        self._endpoint = _Endpoint(f"arn:aws:lambda:{_REGION}:000000000000:function:{self.name}")
        self._thread = threading.Thread(target=self._endpoint.serve_forever, args=[_LOOK_S])
        self._thread.start()
        self.spawned_at = time.perf_counter()
        try:
            self._child = Child(
                f"the function {handler}",
                [*(command or (sys.executable, "-m", "awslambdaric")), handler],
                pid_file=Path(self._scratch.name, "pid"),
                log_file=Path(self._scratch.name, "log"),
                env=self._environ(handler, task_root) | dict(environ),
                cwd=task_root,
            )
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.stop()
        self._close()

    @property
    def pid(self) -> int:
        """The process of the function."""
        return self._child.pid

    @property
    def log(self) -> str:
        """What the function has printed by now."""
        return self._child.log_file.read_text(errors="replace")

    def invoke(self, event: Any, timeout_s: float = 10.0) -> Any:
        """Hand an event over and give what the handler returned, both as JSON values.

        The handler has `timeout_s` from when it takes the event; a process that needs longer is killed, as Lambda
        does. Raises FunctionError, or InitError when the process never asked for an event.
        """
        invocation = _Invocation(str(uuid.uuid4()), json.dumps(event).encode(), timeout_s)
        handed_over = time.monotonic()
        self._endpoint.events.put(invocation)
        while True:
            ended = self._child.ended()
            try:
                return self._endpoint.said.get(timeout=0 if ended else _LOOK_S).payload()
            except queue.Empty:
                if ended:
                    error = FunctionError if invocation.taken_at else InitError
                    raise error("Runtime.ExitError", ended) from None
            if time.monotonic() > (invocation.taken_at or handed_over + _INIT_S) + timeout_s:
                self._child.kill()
                raise FunctionError("Sandbox.Timedout", f"Task timed out after {timeout_s:.2f} seconds")

    def _close(self) -> None:
        self._endpoint.events.put(None)
        self._endpoint.shutdown()
        self._thread.join()
        self._endpoint.server_close()
        self._scratch.cleanup()

    def _environ(self, handler: str, task_root: Path) -> dict[str, str]:
        return {
            "AWS_LAMBDA_RUNTIME_API": f"{_HOST}:{self._endpoint.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_REGION": _REGION,
            "AWS_DEFAULT_REGION": _REGION,
            "LAMBDA_TASK_ROOT": str(task_root),
            "_HANDLER": handler,
            "LANG": "en_US.UTF-8",
            "PATH": os.environ["PATH"],
        }


@dataclass
class _Invocation:
    id: str
    event: bytes
    timeout_s: float
    taken_at: float = 0.0  # time.monotonic(); 0 until then


@dataclass(frozen=True)
class _Said:
    """What the function said last: ``response``, ``error`` of an invocation, or ``init/error``."""

    what: str
    body: bytes

    def payload(self) -> Any:
        """Give a response; raises what is none."""
        value = json.loads(self.body)
        if self.what == "response":
            return value
        error = FunctionError if self.what == "error" else InitError
        raise error(value["errorType"], value["errorMessage"], value["stackTrace"])


class _Endpoint(ThreadingHTTPServer):
    """The server: `events` wait here to be asked for, and `said` is what was told in return."""

    def __init__(self, arn: str) -> None:
        super().__init__((_HOST, 0), _Conversation)
        self.arn = arn
        self.events: queue.SimpleQueue[_Invocation | None] = queue.SimpleQueue()
        self.said: queue.SimpleQueue[_Said] = queue.SimpleQueue()
        self.current = ""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a process that ends in the middle of a conversation: `invoke` does."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Conversation(BaseHTTPRequestHandler):
    """One connection of the function's process."""

    protocol_version = "HTTP/1.1"
    # Headers and body leave together: two packets would wait for each other for 40 ms.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Endpoint

    def do_GET(self) -> None:
        """Answer ``next`` with an event, as soon as there is one."""
        if self.path != f"{_VERSION}/invocation/next":
            self._answer(404, b"")
            return
        invocation = self.server.events.get()
        if invocation is None:  # nobody will ask any more
            self.close_connection = True
            return
        self.server.current = invocation.id
        invocation.taken_at = time.monotonic()
        deadline_ms = int((time.time() + invocation.timeout_s) * 1000)
        self._answer(
            200,
            invocation.event,
            {
                "Lambda-Runtime-Aws-Request-Id": invocation.id,
                "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
                "Lambda-Runtime-Invoked-Function-Arn": self.server.arn,
                "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Sampled=0",
            },
        )

    def do_POST(self) -> None:
        """Take what became of the event, or of the start."""
        body = self._chunks() if self.headers.get("Transfer-Encoding", "") == "chunked" else self._whole()
        expected = {f"{_VERSION}/invocation/{self.server.current}/{what}": what for what in ("response", "error")}
        what = (expected | {f"{_VERSION}/init/error": "init/error"}).get(self.path)
        if what is None:
            self._answer(400, b'{"errorType": "InvalidRequestID", "errorMessage": "no such invocation"}')
            return
        self.server.said.put(_Said(what, body))
        self._answer(202, b'{"status": "OK"}')

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {}), "Content-Length": len(body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def _whole(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _chunks(self) -> bytes:
        # What awslambdaric's client in C++ sends, and what http.server leaves to us.
        parts = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)
