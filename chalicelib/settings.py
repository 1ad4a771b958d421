"""The environment, read once: nothing else in the service looks at it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

Durability = Literal["memory", "fsync", "replica"]

ADMISSION_KEY = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in base64url without padding
_TRUE = {"1", "true", "yes", "on"}
_PORT_MAX = 65_535
_SECRET_CHARACTERS_MIN = 16
_FALSE = {"", "0", "false", "no", "off"}


@dataclass(frozen=True)
class Settings:
    """What the operator decides. Each field is the environment variable of the same name in capitals.

    Raises ValueError, naming the variable, when one cannot be read.
    """

    redis_host: str = "localhost"
    redis_port: int = 6379
    redis_db: int = 0
    redis_username: str = ""
    redis_password: str = field(default="", repr=False)
    redis_tls: bool = False
    redis_cluster: bool = False
    redis_connections_max: int = 64
    durability: Durability = "memory"
    cors_origin: str = ""
    draw_key: str = field(default="", repr=False)
    admission_keys: tuple[str, ...] = field(default=(), repr=False)
    polls_per_second: int = 5_000
    log_level: str = "INFO"
    aws_chalice_cli_mode: bool = False

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; unset variables have the defaults above, REDIS_ADDR is host:port."""
        env = os.environ if environ is None else environ
        host, port = _address(env.get("REDIS_ADDR", "localhost:6379"))
        settings = cls(
            redis_host=host,
            redis_port=port,
            redis_db=_whole(env, "REDIS_DB", 0, least=0),
            redis_username=env.get("REDIS_USERNAME", ""),
            redis_password=env.get("REDIS_PASSWORD", ""),
            redis_tls=_switch(env, "REDIS_TLS"),
            redis_cluster=_switch(env, "REDIS_CLUSTER"),
            redis_connections_max=_whole(env, "REDIS_CONNECTIONS_MAX", 64, least=1),
            durability=_durability(env),
            cors_origin=env.get("CORS_ORIGIN", ""),
            draw_key=_secret(env, "DRAW_KEY"),
            admission_keys=_keys(env, "ADMISSION_KEYS"),
            polls_per_second=_whole(env, "POLLS_PER_SECOND", 5_000, least=1),
            log_level=env.get("LOG_LEVEL", "INFO"),
            aws_chalice_cli_mode=_switch(env, "AWS_CHALICE_CLI_MODE"),
        )
        if settings.redis_cluster and settings.redis_db:
            raise ValueError("REDIS_DB must be 0 with REDIS_CLUSTER: a cluster has one database")
        return settings


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon:
        host, port = text, "6379"
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) <= _PORT_MAX:
        raise ValueError(f"REDIS_ADDR must be host:port, not {text!r}")
    return host.strip("[]"), int(port)


def _whole(env: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    text = env.get(name, "") or str(default)
    if not text.isascii() or not text.isdigit() or int(text) < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, not {text!r}")
    return int(text)


def _durability(env: Mapping[str, str]) -> Durability:
    text = env.get("DURABILITY", "") or "memory"
    if text not in get_args(Durability):
        raise ValueError(f"DURABILITY must be one of {', '.join(get_args(Durability))}, not {text!r}")
    return cast(Durability, text)


def _secret(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "")
    if text and len(text) < _SECRET_CHARACTERS_MIN:
        raise ValueError(f"{name} must have at least {_SECRET_CHARACTERS_MIN} characters")
    return text


def _keys(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in env.get(name, "").split(",") if key.strip())
    for place, key in enumerate(keys, 1):
        if ADMISSION_KEY.fullmatch(key) is None:
            raise ValueError(f"{name}: key {place} of {len(keys)} is not 32 bytes in base64url without padding")
    return keys


def _switch(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name, "").lower()
    if text not in _TRUE | _FALSE:
        raise ValueError(f"{name} must be 1 or 0, not {text!r}")
    return text in _TRUE
