"""A network that loses, delays and swallows what a test names: a TCP proxy in front of one Redis server.

Each connection has a thread that works in lockstep: it passes one command on, waits for the whole answer, passes that
back. So it always knows which command an answer belongs to, and that a command whose answer it drops was carried out.
What lockstep excludes: subscriptions, MONITOR, CLIENT REPLY OFF.
"""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple, Self

import hiredis

HANDSHAKE = frozenset({"HELLO", "CLIENT", "PING", "AUTH", "SELECT"})
SCRIPTS = frozenset({"EVALSHA", "EVAL", "FCALL"})

_CHUNK_BYTES = 1 << 16
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_INCOMPLETE = object()


class _Fate(Enum):
    PASS = auto()
    REFUSE = auto()
    LOSE_REPLY = auto()
    SWALLOW = auto()


class _Sentence(NamedTuple):
    fate: _Fate = _Fate.PASS
    delay_s: float = 0.0
    first: Callable[[], object] = lambda: None


class Proxy:
    """A proxy on a free port of 127.0.0.1 that counts its clients' commands and harms those that a test names.

    `total` counts them all, `per_connection` by connection in order of connecting. The k-th command is the k-th one
    counted after the call that names it, from 1, over all connections. Commands in `uncounted` pass unharmed. Every
    method may be called at any time, from any thread.
    """

    def __init__(self, target_port: int, *, uncounted: frozenset[str] = HANDSHAKE) -> None:
        """Start serving at once, in front of the server at `target_port` of 127.0.0.1."""
        self.total = 0
        self.per_connection: list[int] = []
        self._target_port = target_port
        self._uncounted = uncounted
        self._lock = threading.Lock()
        self._sentences: dict[int, _Sentence] = {}
        self._chance = random.Random()
        self._loss_probability = 0.0
        self._lossy_names = SCRIPTS
        self._stopping = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        self.addr = f"127.0.0.1:{self.port}"
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop listening and cut every connection; a second call does nothing."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        socket.create_connection(self._listener.getsockname()).close()  # wakes the accepting thread
        self._acceptor.join()
        with self._lock:
            for connection in self._sockets:
                with contextlib.suppress(OSError):  # its other end has gone first
                    connection.shutdown(socket.SHUT_RDWR)

    def refuse(self, kth: int, *, first: Callable[[], object] = lambda: None) -> None:
        """Reset the connection that sends the k-th command; the server never sees that command.

        `first` is called before the client can notice anything.
        """
        self._sentence(kth, _Sentence(_Fate.REFUSE, first=first))

    def lose_reply(self, kth: int, *, first: Callable[[], object] = lambda: None) -> None:
        """Let the server carry out the k-th command, then reset the connection instead of answering.

        `first` is called between the two, before the client can notice anything.
        """
        self._sentence(kth, _Sentence(_Fate.LOSE_REPLY, first=first))

    def swallow(self, kth: int) -> None:
        """Let the server carry out the k-th command, and keep silent on that connection for good."""
        self._sentence(kth, _Sentence(_Fate.SWALLOW))

    def delay(self, kth: int, *, ms: float) -> None:
        """Hold the k-th command back for so long; it is carried out then even if its client has given up."""
        self._sentence(kth, _Sentence(delay_s=ms / 1000))

    def lose_replies(self, probability: float, seed: int, *, names: frozenset[str] = SCRIPTS) -> None:
        """From now on lose the reply of each command of these names with this probability (0 to 1); 0 ends it.

        The seed fixes the sequence of draws, not which of several competing clients takes the next one.
        """
        with self._lock:
            self._chance.seed(seed)
            self._loss_probability = probability
            self._lossy_names = names

    def _sentence(self, kth: int, sentence: _Sentence) -> None:
        with self._lock:
            self._sentences[self.total + kth] = sentence

    def _count(self, connection: int, name: str) -> _Sentence:
        """Count one command and say what is to become of it."""
        if name in self._uncounted:
            return _Sentence()
        with self._lock:
            self.total += 1
            self.per_connection[connection] += 1
            if self.total in self._sentences:
                return self._sentences.pop(self.total)
            lost = name in self._lossy_names and self._chance.random() < self._loss_probability
            return _Sentence(_Fate.LOSE_REPLY if lost else _Fate.PASS)

    def _accept(self) -> None:
        with self._listener:
            while True:
                client, _ = self._listener.accept()
                if self._stopping.is_set():
                    client.close()
                    return
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """Serve one client until either side ends, or until a command meets a fate that ends the connection."""
        with client:
            try:
                with socket.create_connection(("127.0.0.1", self._target_port)) as server:
                    self._relay(client, server)
            except (OSError, hiredis.ProtocolError):
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)

    def _relay(self, client: socket.socket, server: socket.socket) -> None:
        pair = {client, server}
        for connection in pair:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            if self._stopping.is_set():
                return
            self._sockets |= pair
            number = len(self.per_connection)
            self.per_connection.append(0)
        try:
            requests = hiredis.Reader(notEnoughData=_INCOMPLETE)
            while chunk := client.recv(_CHUNK_BYTES):
                requests.feed(chunk)
                while (request := requests.gets()) is not _INCOMPLETE:
                    self._pass_on(request, number, client, server)
        finally:
            with self._lock:
                self._sockets -= pair

    def _pass_on(self, request: list[bytes], number: int, client: socket.socket, server: socket.socket) -> None:
        """Let one command meet its fate. Raises ConnectionError when the client's connection is to be reset."""
        fate, delay_s, first = self._count(number, request[0].decode().upper())
        if delay_s and self._stopping.wait(delay_s):
            raise ConnectionAbortedError
        if fate is _Fate.REFUSE:
            first()
            raise ConnectionRefusedError
        server.sendall(hiredis.pack_command(tuple(request)))  # type: ignore[arg-type]
        answer = _answer(server)
        if fate is _Fate.LOSE_REPLY:
            first()
            raise ConnectionResetError
        if fate is _Fate.SWALLOW:
            while client.recv(_CHUNK_BYTES):
                pass
            return
        client.sendall(answer)


def _answer(server: socket.socket) -> bytes:
    """Read one whole reply. Raises ConnectionResetError when the server is gone before that."""
    reader = hiredis.Reader(notEnoughData=_INCOMPLETE)
    answer = b""
    while chunk := server.recv(_CHUNK_BYTES):
        answer += chunk
        reader.feed(chunk)
        if reader.gets() is not _INCOMPLETE:
            return answer
    raise ConnectionResetError
