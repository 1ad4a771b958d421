"""The service as it is measured: its Lambda handlers in this process, on a Valkey of its own that keeps nothing."""

from __future__ import annotations

import json
import logging
import os
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any

import app
from chalicelib.http import telemetry
from chalicelib.http.route import PREFIX
from chalicelib.ids import IdMaker
from chalicelib.runtime import Runtime, install
from chalicelib.settings import Settings
from chalicelib.store import Store, connect
from infra import embedded, lambda_events

_DRAW_KEY = "the key of every draw in a measurement"
_CONTEXT = SimpleNamespace(
    aws_request_id="bench",
    function_name="bench",
    memory_limit_in_mb=1024,
    invoked_function_arn="arn:aws:lambda:eu-west-1:000000000000:function:bench",
    get_remaining_time_in_millis=lambda: 0,  # the drain makes one tick then
)


@dataclass(frozen=True)
class Request:
    """A request to one route, by its path template; without one, a run of the drain."""

    method: str = ""
    template: str = ""
    body: Any = None
    params: dict[str, str] = field(default_factory=dict)

    def event(self) -> dict[str, Any]:
        """Give what API Gateway or EventBridge would hand to Lambda."""
        if not self.template:
            return lambda_events.schedule("drain")
        return lambda_events.request(
            self.method,
            PREFIX + self.template,
            params=self.params,
            headers={"Content-Type": "application/json"},
            body=None if self.body is None else json.dumps(self.body),
        )


@dataclass(frozen=True)
class Sample:
    """What one request cost: microseconds in the handler, round trips to Redis."""

    spent_us: float
    trips: int


class Service:
    """The handlers, their store, and the place where what they print goes."""

    def __init__(self, store: Store, port: int, sink: IO[str]) -> None:
        self.store = store
        self.port = port
        self._sink = sink

    def ask(self, method: str, template: str, body: Any = None, **params: str) -> Any:
        """Send one request and give its answer, read as JSON. Raises RuntimeError when it is refused."""
        with redirect_stdout(self._sink):
            answer = app.app(Request(method, template, body, params).event(), _CONTEXT)
        return json.loads(_checked(answer)["body"])

    def measure(self, requests: Sequence[Request]) -> list[Sample]:
        """Send requests one after the other. Raises RuntimeError when one is refused."""
        samples = []
        with redirect_stdout(self._sink):
            for request in requests:
                event, handler = request.event(), app.app if request.template else app.drain
                started = time.perf_counter()
                answer = handler(event, _CONTEXT)
                spent_us = (time.perf_counter() - started) * 1e6
                _checked(answer)
                samples.append(Sample(spent_us, self.store.meter.trips))
        return samples


@contextmanager
def running() -> Iterator[Service]:
    """Run the service for the length of the block. It writes its log and its metrics, to nowhere."""
    with embedded.start(None) as server, Path(os.devnull).open("w") as sink, connected(server.port) as house:
        _log_to(sink)
        try:
            yield Service(house.store, server.port, sink)
        finally:
            _log_to(sys.stdout)


@contextmanager
def connected(port: int) -> Iterator[Runtime]:
    """Make the server at this port the one of this process, be it a worker, for the length of the block."""
    settings = Settings(redis_host="127.0.0.1", redis_port=port, draw_key=_DRAW_KEY)
    store = connect(settings)
    try:
        yield install(Runtime(settings, store, IdMaker(secrets.randbits)))
    finally:
        store.close()


def _log_to(stream: IO[str]) -> None:
    """Have the logger, which keeps the stdout of its making, write somewhere else."""
    for handler in telemetry.logger.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(stream)


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    if answer.get("statusCode", 200) >= 400:
        raise RuntimeError(f"the service refuses: {answer['body']}")
    return answer
