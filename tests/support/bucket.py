"""A bucket on this machine: S3 as moto plays it, and a way to it that fails when a test says so.

The way is an HTTP proxy: it counts requests and passes them on, but for those that it is to harm.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from unittest.mock import patch

import boto3
from moto.server import ThreadedMotoServer

NAME = "past-events"
_HOP_BY_HOP = {"content-length", "connection", "transfer-encoding", "date", "server"}
_WORDS = {403: "AccessDenied", 500: "InternalError"}

Harm = Literal["refuse", "lose answer", 403, 500]
"""A connection that ends before S3 has seen the request, or after it has answered; or an answer of S3."""


class Way:
    """Passes requests on to S3, counts them in `total`, and harms those that a test names."""

    def __init__(self, target: tuple[str, int]) -> None:
        """Listen on a free port of 127.0.0.1."""
        self.total = 0
        self._target, self._lock = target, threading.Lock()
        self._harms: dict[int, tuple[Harm | None, Callable[[], object]]] = {}
        self._always: Harm | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def harm(self, kth: int, how: Harm | None, *, first: Callable[[], object] = lambda: None) -> None:
        """Harm the k-th request from now on, from 1; `first` is called before the client can notice anything.

        Without a harm that is all that happens, when S3 has answered.
        """
        with self._lock:
            self._harms[self.total + kth] = how, first

    def harm_all(self, how: Harm | None) -> None:
        """Harm every request until further notice; None ends it."""
        self._always = how

    def fate(self) -> tuple[Harm | None, Callable[[], object]]:
        """Count one request and say what is to become of it."""
        with self._lock:
            self.total += 1
            return self._harms.pop(self.total, (self._always, lambda: None))

    def ask(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Pass a request on, and give the answer."""
        there = http.client.HTTPConnection(*self._target)
        try:
            there.request(request.command, request.path, body, dict(request.headers.items()))
            answer = there.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            there.close()


def _handler(way: Way) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            harm, first = way.fate()
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if isinstance(harm, int):
                word = _WORDS[harm]
                self._answer(harm, {}, f"<Error><Code>{word}</Code><Message>{word}</Message></Error>".encode())
                return
            answer = None if harm == "refuse" else way.ask(self, body)
            first()
            if harm or answer is None:
                self.close_connection = True
                self.connection.close()
            else:
                self._answer(*answer)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _serve  # noqa: N815 - the base class calls them so

        def _answer(self, status: int, headers: dict[str, str], text: bytes) -> None:
            is_head = self.command == "HEAD"
            self.send_response(status)
            for name, value in headers.items():
                if name not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", headers.get("content-length", "0") if is_head else str(len(text)))
            self.end_headers()
            if not is_head:
                self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def s3() -> Iterator[Way]:
    """Run S3 with one bucket; what it keeps is this process's, whoever else runs one."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    way = Way(server.get_host_and_port())
    try:
        with patch.dict(os.environ, environ(way)):
            boto3.client("s3").create_bucket(Bucket=NAME)
        yield way
    finally:
        way.stop()
        server.stop()


def environ(way: Way) -> dict[str, str]:
    """Give what the environment must have for boto3 to take this way."""
    known = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "us-east-1"}
    return known | {"AWS_ENDPOINT_URL": way.url}


def empty() -> None:
    """Take everything out of the bucket."""
    for name in kept():
        boto3.client("s3").delete_object(Bucket=NAME, Key=name)


def kept() -> list[str]:
    """List what is in the bucket."""
    return [found["Key"] for found in boto3.client("s3").list_objects_v2(Bucket=NAME).get("Contents", [])]


def report(name: str) -> list[dict[str, Any]]:
    """Read a report back."""
    body = boto3.client("s3").get_object(Bucket=NAME, Key=name)["Body"].read()
    return [json.loads(line) for line in gzip.decompress(body).splitlines()]


def replace(name: str, body: bytes) -> None:
    """Put something else in the place of a report."""
    boto3.client("s3").put_object(Bucket=NAME, Key=name, Body=body)
