"""A line between two machines that a test makes slow, silent, or cuts: bytes are passed on, and nobody reads them."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from typing import Self

_CHUNK_BYTES = 1 << 16
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Link:
    """A relay on a free port of 127.0.0.1 to a server; every method may be called at any time, from any thread."""

    def __init__(self, target_port: int) -> None:
        """Start relaying at once."""
        self.delay_s = 0.0
        self.connections = 0
        self._target_port = target_port
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._forgotten: set[socket.socket] = set()
        self._holding = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def hold(self) -> None:
        """From now on swallow what either side says, on lines there are and on new ones; nobody is told."""
        self._holding.set()

    def forget(self) -> None:
        """Swallow what is said on the lines there are, as a gateway does with flows that were idle; new ones work."""
        self._forgotten |= {end for pair in self._pairs for end in pair}

    def cut(self) -> None:
        """Reset every line there is, in the middle of whatever is said."""
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                    end.shutdown(socket.SHUT_RDWR)  # wakes the thread that listens
                end.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                server = socket.create_connection(("127.0.0.1", self._target_port))
            except OSError:
                client.close()
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._pairs.append((client, server))
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(_CHUNK_BYTES):
                if self._holding.is_set() or source in self._forgotten:
                    continue
                time.sleep(self.delay_s)
                sink.sendall(chunk)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)
