"""The server behind `chalice local`: what a raw connection sees of it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest
from chalice import local
from chalice.app import Chalice, CORSConfig, Response
from chalice.config import Config

from chalicelib.http import devserver

_HEAD = b"Host: localhost\r\nContent-Type: application/json\r\n"
_LAST = b"Connection: close\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Serve a small app as `chalice local` would after `patch`."""
    app = Chalice("small", configure_logs=False)
    app.api.cors = CORSConfig(allow_origin="https://tickets.example", expose_headers=["ETag"])
    app.route("/things", methods=["GET"])(lambda: {"things": []})
    app.route("/things", methods=["POST"])(lambda: {"bytes": _body_bytes(app)})
    app.route("/things", methods=["DELETE"])(lambda: Response("", status_code=204))
    with pytest.MonkeyPatch.context() as undo:
        undo.setattr(local, "LocalDevServer", local.LocalDevServer)
        devserver.patch()
        devserver.patch()
        served = local.create_local_server(app, Config(), "127.0.0.1", 0)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served.server.server_address[1]
    served.shutdown()
    served.server.server_close()
    thread.join()


def _body_bytes(app: Chalice) -> int:
    assert app.current_request
    return len(app.current_request.raw_body)


def _raw(port: int, request: bytes) -> tuple[bytes, bytes]:
    """Send bytes, read until the server closes, and split the answer into head and body."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize("method", [b"GET", b"POST", b"OPTIONS", b"BREW"])
@pytest.mark.parametrize("more", [b"", b"Authorization: Bearer abc\r\n", b"Authorization: \xff\r\n"])
def test_an_unknown_path_is_404_and_a_page_of_another_origin_may_read_it(port: int, method: bytes, more: bytes) -> None:
    """Stock Chalice says 403, without CORS headers, and something about signatures when there is a token."""
    head, body = _raw(port, method + b" /nowhere HTTP/1.1\r\n" + _HEAD + more + _LAST + b"\r\n")
    assert head.startswith(b"HTTP/1.1 404 ")
    assert b"\r\nContent-Type: application/problem+json" in head
    assert b"\r\nAccess-Control-Allow-Origin: https://tickets.example" in head
    assert json.loads(body)["code"] == "path_not_found"


@pytest.mark.parametrize(
    ("framing", "status", "code"),
    [
        (b"Transfer-Encoding: chunked", 411, "length_required"),
        (b"Content-Length: 2\r\nTransfer-Encoding: chunked", 411, "length_required"),
        (b"Content-Length: two", 400, "invalid_request"),
        (b"Content-Length: -2", 400, "invalid_request"),
        (b"Content-Length: +2", 400, "invalid_request"),
        (b"Content-Length: \xb2", 400, "invalid_request"),
        (b"Content-Length: 2\r\nContent-Length: 2", 400, "invalid_request"),
        (b"Content-Length: " + b"9" * 5_000, 400, "invalid_request"),
        (b"Content-Length: 10485761", 413, "body_too_large"),
        (b"Expect: 100-continue\r\nContent-Length: 10485761", 413, "body_too_large"),
    ],
)
def test_a_body_without_a_clear_end_is_refused_and_ends_the_connection(
    port: int, framing: bytes, status: int, code: str
) -> None:
    """What follows such a head is never taken for a request: here it is one, and stays without an answer."""
    request = b"POST /things HTTP/1.1\r\n" + _HEAD + framing + b"\r\n\r\nGET /things HTTP/1.1\r\n" + _HEAD + b"\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"\r\nConnection: close" in head
    assert json.loads(body)["code"] == code


def test_a_client_that_sends_too_much_still_reads_why(port: int) -> None:
    """The connection is not reset under it while it sends."""
    size = devserver.BODY_BYTES_MAX + 1
    head, body = _raw(port, b"POST /things HTTP/1.1\r\n" + _HEAD + b"Content-Length: %d\r\n\r\n" % size + bytes(size))
    assert head.startswith(b"HTTP/1.1 413 ")
    assert json.loads(body)["code"] == "body_too_large"


def test_the_largest_body_that_api_gateway_takes_arrives(port: int) -> None:
    """What is too much for a route is the route's to say."""
    size = devserver.BODY_BYTES_MAX
    length = b"Content-Length: %d\r\n" % size
    head, body = _raw(port, b"POST /things HTTP/1.1\r\n" + _HEAD + length + _LAST + b"\r\n" + bytes(size))
    assert head.startswith(b"HTTP/1.1 200 ")
    assert json.loads(body) == {"bytes": size}


@pytest.mark.parametrize(
    "request_line",
    [
        *(b"NONSENSE", b"GET /things HTTP/2.0", b"GET /" + b"a" * 70_000 + b" HTTP/1.1"),
        b"GET /things HTTP/1.1\r\n" + b"X: y\r\n" * 100_000,
    ],
    ids=["nonsense", "version", "length", "headers"],
)
def test_what_is_not_http_is_told_so(port: int, request_line: bytes) -> None:
    """A problem document, not a page of HTML, and no 5xx."""
    head, body = _raw(port, request_line + b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["code"] == "invalid_request"


def test_a_long_path_leads_nowhere(port: int) -> None:
    """Eight kB are read and answered like any other path that is not there."""
    head, body = _raw(port, b"GET /things/" + b"a/" * 4_000 + b" HTTP/1.1\r\n" + _HEAD + _LAST + b"\r\n")
    assert head.startswith(b"HTTP/1.1 404 ")
    assert json.loads(body)["code"] == "path_not_found"


def test_a_client_that_waits_to_be_asked_for_its_body_is_asked(port: int) -> None:
    """At once: the answer must not lie in a buffer while both sides wait."""
    head = b"POST /things HTTP/1.1\r\n" + _HEAD + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head)
        assert connection.recv(1_000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert b'{"bytes":2}' in connection.recv(65_536)


def test_answers_without_a_body_leave_the_connection_in_step(port: int) -> None:
    """HEAD, 204 and a preflight send no body, so each next answer begins where it should."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    for method, status in (("HEAD", 405), ("DELETE", 204), ("OPTIONS", 200), ("BREW", 405), ("GET", 200)):
        connection.request(method, "/things")
        response = connection.getresponse()
        content = response.read()
        assert response.status == status
    assert content == b'{"things":[]}'
    assert response.headers["Content-Type"] == "application/json"
    connection.request("DELETE", "/things")
    response = connection.getresponse()
    response.read()
    assert response.headers["Content-Length"] is None
    assert response.headers["Content-Type"] is None
    connection.close()
