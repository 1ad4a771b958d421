"""AWS on loopback: moto as a real process, and a front before it that harms those calls that a test names."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

import boto3

from infra.child import Child
from tests.support.wait import wait_until

HOST = "127.0.0.1"
REGION = "eu-west-1"
_START_S = 20.0


def environ(port: int) -> dict[str, str]:
    """Give the variables by which boto3 finds the AWS at this port, and nobody's real account."""
    return {
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
    }


@contextmanager
def moto(directory: Path) -> Iterator[int]:
    """Run moto until the end of the block; gives its port, when it answers. Its files stand in `directory`."""
    with socket.create_server((HOST, 0)) as free:
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)]
    files = {"pid_file": directory / "moto.pid", "log_file": directory / "moto.log"}
    server = Child("moto", command, **files, env=os.environ | environ(port))

    def answers() -> bool:
        assert server.ended() is None, server.ended()
        try:
            return _ask(port, "GET", "/moto-api/", {}, b"")[0].status == 200
        except OSError:
            return False

    try:
        wait_until(answers, within_s=_START_S, what="moto's first answer")
        yield port
    finally:
        server.stop()


class Bus:
    """A bus of its own on a moto, with one rule that sends whatever is told on it to a queue."""

    def __init__(self, port: int, name: str) -> None:
        """Make the bus, the queue and the rule."""
        self.name = name
        self._sqs, events = (self._client(port, service) for service in ("sqs", "events"))
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.create_event_bus(Name=name)
        events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps({"source": ["ticketing"]}))
        events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "queue", "Arn": arn}])

    def received(self) -> list[dict[str, Any]]:
        """Take all that has come to the queue, as EventBridge wrote it, in the order of the numbers of each event."""
        found: list[dict[str, Any]] = []
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(message["Body"]) for message in messages]
            handles = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=handles)
        return sorted(found, key=lambda message: (message["detail"]["event_id"], message["detail"]["number"]))

    @staticmethod
    def _client(port: int, service: str) -> Any:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": REGION}
        return boto3.Session(**keys).client(service, endpoint_url=f"http://{HOST}:{port}")


@dataclass(frozen=True)
class _Sentence:
    """What becomes of one call: answered instead of being passed on, cut off before or after, or refused in part."""

    status: int = 0
    code: str = ""
    cut: str = ""
    first: Callable[[], object] = lambda: None
    places: tuple[int, ...] = ()


class Front:
    """A server on a free port that passes calls on to a moto, counts them in `total`, and harms those that are named.

    The k-th call is the k-th one after the one that names it, from 1. `refuses`, given the detail of an entry, says
    whether EventBridge is to refuse it, whenever it comes.
    """

    def __init__(self, target_port: int) -> None:
        """Start serving at once."""
        self.total = 0
        self.refuses: Callable[[dict[str, Any]], bool] = lambda _: False
        self._target_port = target_port
        self._lock = threading.Lock()
        self._sentences: dict[int, _Sentence] = {}
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm, wbufsize = True, -1  # else each answer waits for an acknowledgement

            def do_POST(self) -> None:
                front._serve(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, kth: int, status: int, code: str) -> None:
        """Answer the k-th call with an error of AWS; moto never sees it."""
        self._sentence(kth, _Sentence(status=status, code=code))

    def refuse_entries(self, kth: int, *places: int) -> None:
        """Let the k-th call, of PutEvents, fail in these entries, from 0, and succeed in all others."""
        self._sentence(kth, _Sentence(places=places))

    def cut_before(self, kth: int, *, first: Callable[[], object] = lambda: None) -> None:
        """Cut the connection instead of passing the k-th call on; `first` is called before the client can notice."""
        self._sentence(kth, _Sentence(cut="before", first=first))

    def cut_after(self, kth: int, *, first: Callable[[], object] = lambda: None) -> None:
        """Cut the connection when moto has done what the k-th call asks; `first` is called before that."""
        self._sentence(kth, _Sentence(cut="after", first=first))

    def _sentence(self, kth: int, sentence: _Sentence) -> None:
        with self._lock:
            self._sentences[self.total + kth] = sentence

    def _serve(self, call: BaseHTTPRequestHandler) -> None:
        body = call.rfile.read(int(call.headers["Content-Length"]))
        with self._lock:
            self.total += 1
            sentence = self._sentences.pop(self.total, _Sentence())
        if sentence.cut == "before":
            return self._cut(call, sentence)
        if sentence.status:
            return _answer(call, sentence.status, json.dumps({"__type": sentence.code, "message": "by the front"}))
        is_put = call.headers["X-Amz-Target"] == "AWSEvents.PutEvents"
        status, text = self._put(call, body, sentence.places) if is_put else self._pass_on(call, body)
        return self._cut(call, sentence) if sentence.cut else _answer(call, status, text)

    def _pass_on(self, call: BaseHTTPRequestHandler, body: bytes) -> tuple[int, str]:
        headers = {name: value for name, value in call.headers.items() if name.lower() != "content-length"}
        response, text = _ask(self._target_port, "POST", call.path, headers, body)
        return response.status, text

    def _put(self, call: BaseHTTPRequestHandler, body: bytes, places: tuple[int, ...]) -> tuple[int, str]:
        """Pass on what is not to be refused, and answer for all of it."""
        entries = json.loads(body)["Entries"]
        refused = {n for n, e in enumerate(entries) if n in places or self.refuses(json.loads(e["Detail"]))}
        passed = [entry for n, entry in enumerate(entries) if n not in refused]
        status, text = self._pass_on(call, json.dumps({"Entries": passed}).encode()) if passed else (200, "")
        if status != 200:
            return status, text
        taken = iter(json.loads(text)["Entries"] if passed else [])
        failed = {"ErrorCode": "InternalFailure", "ErrorMessage": "by the front"}
        results = [failed if n in refused else next(taken) for n in range(len(entries))]
        return 200, json.dumps({"FailedEntryCount": len(refused), "Entries": results})

    @staticmethod
    def _cut(call: BaseHTTPRequestHandler, sentence: _Sentence) -> None:
        sentence.first()
        call.close_connection = True
        call.connection.shutdown(socket.SHUT_RDWR)


def _answer(call: BaseHTTPRequestHandler, status: int, text: str) -> None:
    call.send_response(status)
    call.send_header("Content-Type", "application/x-amz-json-1.1")
    call.send_header("Content-Length", str(len(text.encode())))
    call.end_headers()
    call.wfile.write(text.encode())


def _ask(port: int, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response, response.read().decode()
    finally:
        connection.close()
