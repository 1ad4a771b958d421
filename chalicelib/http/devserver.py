"""`chalice local` as a server to work with: the stock command line, with a better HTTP server behind it.

The stock server takes 44 ms for every answer, because it sends header and body apart and the kernel waits in between;
it takes the chunks of a body for the next request, and speaks HTML or 403 where the service speaks problem documents.
"""

from __future__ import annotations

import contextlib
import functools
import re
import socket
import sys
import time
import uuid
from typing import Any

from chalice import local
from chalice.app import CORSConfig

from chalicelib.errors import REFUSALS
from chalicelib.http import problem

BODY_BYTES_MAX = 10 * 1024 * 1024  # of API Gateway
_LINGER_S = 2.0
_LENGTH = re.compile(r"[0-9]{1,18}")
_WITHOUT_BODY = {204, 304}


def patch() -> None:
    """Have `chalice local` use the server below; a second call changes nothing."""
    local.LocalDevServer = _DEV_SERVER  # type: ignore[misc, assignment]


class GatewayRefusal(local.LocalGatewayException):
    """A request that never reaches the app, with the word for it."""

    def __init__(self, code: str) -> None:
        super().__init__({})
        self.code = code


class Gateway(local.LocalGateway):
    """Finds the route of a request, or refuses with `path_not_found`, where stock Chalice says 403."""

    def _generate_lambda_event(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        try:
            return dict(super()._generate_lambda_event(*args, **kwargs))
        except ValueError:
            raise GatewayRefusal("path_not_found") from None


class Handler(local.ChaliceRequestHandler):
    """Serves one connection: each answer one packet, each error a problem document with CORS headers."""

    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60  # seconds; there is a thread for each connection: the forgotten ones end

    def __init__(self, request: Any, client_address: Any, server: Any, app_object: Any, config: Any) -> None:
        self._cors = app_object.api.cors
        self.local_gateway = Gateway(app_object, config)
        # Past Chalice's own: it would make the stock gateway, and the base class serves before it returns.
        super(local.ChaliceRequestHandler, self).__init__(request, client_address, server)

    def parse_request(self) -> bool:
        """Read the head of a request; False when it was refused and the connection is at its end."""
        return super().parse_request() and self._is_framed()

    def handle_expect_100(self) -> bool:
        """Ask for the body, unless it would be refused anyway; at once, or the client waits for us."""
        asked = self._is_framed() and super().handle_expect_100()
        self.wfile.flush()
        return asked

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Refuse what is not HTTP as we speak it; an unheard-of method is the app's to refuse."""
        if code == 501:  # noqa: PLR2004 - what the base class says for a method without do_METHOD
            self._generic_handle()
            self.wfile.flush()
        else:
            self._refuse_and_close("invalid_request", message)

    def log_request(self, *_: object) -> None:
        """Leave the log of requests to the app."""

    def _is_framed(self) -> bool:
        """Refuse a body whose end cannot be known or is too far; the rest of the connection is then lost."""
        lengths = self.headers.get_all("content-length", [])
        if "transfer-encoding" in self.headers:
            self._refuse_and_close("length_required")
        elif len(lengths) > 1 or (lengths and not _LENGTH.fullmatch(lengths[0])):
            self._refuse_and_close("invalid_request", "Content-Length must be one whole number.")
        elif lengths and int(lengths[0]) > BODY_BYTES_MAX:
            self._refuse_and_close("body_too_large", f"At most {BODY_BYTES_MAX} bytes are taken anywhere.")
        else:
            return True
        return False

    def _send_error_response(self, error: local.LocalGatewayException) -> None:
        if isinstance(error, GatewayRefusal):
            self._refuse(error.code)
        else:
            super()._send_error_response(error)

    def _refuse_and_close(self, code: str, detail: str | None = None) -> None:
        self.request_version = self.protocol_version  # or an unreadable request line would get an answer without a head
        self._refuse(code, detail, {"Connection": "close"})
        self.wfile.flush()
        # Closing on a client that is still sending would cost it our answer: for a moment, what comes is thrown away.
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(_LINGER_S)
        deadline = time.monotonic() + _LINGER_S
        with contextlib.suppress(OSError):
            while self.rfile.read1(65536) and time.monotonic() < deadline:
                pass

    def _refuse(self, code: str, detail: str | None = None, headers: dict[str, str] | None = None) -> None:
        refusal = REFUSALS[code]
        cors = CORSConfig() if self._cors is True else self._cors
        common = problem.SECURITY_HEADERS | {"Content-Type": problem.MEDIA_TYPE, "Cache-Control": "no-store"}
        common |= (cors.get_access_control_headers() if cors else {}) | (headers or {})
        document = problem.document(refusal, str(uuid.uuid4()), detail)
        self._send_http_response(problem.STATUS[refusal.kind], common, document)

    def _send_http_response(self, code: int, headers: dict[str, Any], body: str | bytes | None) -> None:
        content = body.encode() if isinstance(body, str) else body or b""
        self.send_response(code)
        if code in _WITHOUT_BODY:
            content = b""
            headers.pop("Content-Type", None)
        else:
            self.send_header("Content-Length", str(len(content)))
            if content:
                headers.setdefault("Content-Type", "application/json")
        self._send_headers(headers)
        if self.command != "HEAD":
            self.wfile.write(content)


class Server(local.ThreadedHTTPServer):
    """Takes in a crowd at once, and does not mourn clients that hang up."""

    request_queue_size = 2048

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Write a traceback, unless it only says that the client has gone."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


_DEV_SERVER = functools.partial(local.LocalDevServer, handler_cls=Handler, server_cls=Server)
