"""What the person who typed `make run` asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from infra.child import StartError

ROOT = Path(__file__).resolve().parent.parent
_PORT_MAX = 65_535


@dataclass(frozen=True)
class Options:
    """PORT, REDIS_ADDR, REDIS_SERVER, FRESH and DATA_DIR; without REDIS_ADDR the run has a server of its own."""

    port: int
    redis_addr: str
    redis_server: str
    fresh: bool
    data_dir: Path

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Read and check the environment; an empty variable is as good as none. Raises StartError."""
        port = environ.get("PORT") or "8080"
        if not (port.isascii() and port.isdigit() and 0 < int(port) <= _PORT_MAX):
            raise StartError(f"PORT must be a number from 1 to {_PORT_MAX}, not {port!r}")
        fresh = environ.get("FRESH") or "0"
        if fresh not in {"0", "1"}:
            raise StartError(f"FRESH must be 1 or nothing, not {fresh!r}")
        options = cls(
            port=int(port),
            redis_addr=environ.get("REDIS_ADDR", ""),
            redis_server=environ.get("REDIS_SERVER", ""),
            fresh=fresh == "1",
            data_dir=Path(environ.get("DATA_DIR") or ROOT / ".data").resolve(),
        )
        if options.fresh and options.redis_addr:
            raise StartError("FRESH=1 empties data of our own only: it cannot be used together with REDIS_ADDR")
        return options

    @property
    def server_dir(self) -> Path:
        """The folder of the data, one for each kind of server: they do not read each other's files."""
        return self.data_dir / Path(self.redis_server or "valkey").name
