"""The environment, read once: nothing else in the service looks at it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast, get_args
from urllib.parse import urlsplit

Durability = Literal["memory", "fsync", "replica"]

OUR_ISSUER = "ticketing"
"""Who issues tokens of our own, and for whom."""

ADMISSION_KEY = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in base64url without padding
_TRUE = {"1", "true", "yes", "on"}
_PORT_MAX = 65_535
_SECRET_CHARACTERS_MIN = 16
_SIGNING_KEY_CHARACTERS_MIN = 32  # HMAC-SHA256 wants a key at least as long as its digest (RFC 7518, 3.2)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
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
    auth_mode: Literal["open", "jwt"] = "open"
    auth_keys: tuple[str, ...] = field(default=(), repr=False)
    auth_jwks_url: str = ""
    auth_issuer: str = ""
    auth_audience: str = ""
    auth_leeway_seconds: int = 10
    requests_per_minute: int = 240
    events_per_organiser: int = 1_000
    draw_key: str = field(default="", repr=False)
    admission_keys: tuple[str, ...] = field(default=(), repr=False)
    ticket_keys: tuple[str, ...] = field(default=(), repr=False)
    polls_per_second: int = 5_000
    event_bus: str = ""
    archive_bucket: str = ""
    retention_days: int = 0
    metrics_namespace: str = "ticketing"
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
            auth_mode=_auth_mode(env),
            auth_keys=_signing_keys(env, "AUTH_KEYS"),
            auth_jwks_url=_auth_jwks_url(env),
            auth_issuer=env.get("AUTH_ISSUER", ""),
            auth_audience=env.get("AUTH_AUDIENCE", ""),
            auth_leeway_seconds=_whole(env, "AUTH_LEEWAY_SECONDS", 10, least=0),
            requests_per_minute=_whole(env, "REQUESTS_PER_MINUTE", 240, least=1),
            events_per_organiser=_whole(env, "EVENTS_PER_ORGANISER", 1_000, least=1),
            draw_key=_secret(env, "DRAW_KEY"),
            admission_keys=_keys(env, "ADMISSION_KEYS"),
            ticket_keys=_signing_keys(env, "TICKET_KEYS"),
            polls_per_second=_whole(env, "POLLS_PER_SECOND", 5_000, least=1),
            event_bus=env.get("EVENT_BUS", ""),
            archive_bucket=env.get("ARCHIVE_BUCKET", ""),
            retention_days=_whole(env, "RETENTION_DAYS", 0, least=0),
            metrics_namespace=env.get("METRICS_NAMESPACE", "") or "ticketing",
            log_level=env.get("LOG_LEVEL", "INFO"),
            aws_chalice_cli_mode=_switch(env, "AWS_CHALICE_CLI_MODE"),
        )
        settings._check(on_lambda="AWS_LAMBDA_FUNCTION_NAME" in env and not settings.aws_chalice_cli_mode)
        return settings

    def _check(self, *, on_lambda: bool) -> None:
        if self.redis_cluster and self.redis_db:
            raise ValueError("REDIS_DB must be 0 with REDIS_CLUSTER: a cluster has one database")
        if on_lambda and self.auth_mode == "open":
            raise ValueError("AUTH_MODE must be jwt on Lambda: with open anybody could act for everybody")
        if on_lambda and self.cors_origin == "*":
            raise ValueError("CORS_ORIGIN must be one origin on Lambda, not *")
        if self.auth_mode == "jwt" and not self.auth_keys and not self.auth_jwks_url:
            raise ValueError("AUTH_KEYS or AUTH_JWKS_URL must be set with AUTH_MODE=jwt")
        if self.retention_days and not self.archive_bucket:
            raise ValueError("ARCHIVE_BUCKET must be set with RETENTION_DAYS: nothing goes that was not copied")
        if self.auth_issuer == OUR_ISSUER:
            raise ValueError(f"AUTH_ISSUER must not be {OUR_ISSUER}: so are called those who issue our own tokens")
        if self.auth_jwks_url and not (self.auth_issuer and self.auth_audience):
            raise ValueError("AUTH_ISSUER and AUTH_AUDIENCE must be set with AUTH_JWKS_URL")


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


def _listed(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in env.get(name, "").split(",") if part.strip())


def _keys(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    keys = _listed(env, name)
    for place, key in enumerate(keys, 1):
        if ADMISSION_KEY.fullmatch(key) is None:
            raise ValueError(f"{name}: key {place} of {len(keys)} is not 32 bytes in base64url without padding")
    return keys


def _auth_mode(env: Mapping[str, str]) -> Literal["open", "jwt"]:
    mode = env.get("AUTH_MODE", "") or "open"
    if mode not in {"open", "jwt"}:
        raise ValueError(f"AUTH_MODE must be open or jwt, not {mode!r}")
    return cast(Literal["open", "jwt"], mode)


def _signing_keys(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    keys = _listed(env, name)
    for place, key in enumerate(keys, 1):
        if len(key) < _SIGNING_KEY_CHARACTERS_MIN:
            raise ValueError(f"{name}: key {place} of {len(keys)} has fewer than 32 characters")
    return keys


def _auth_jwks_url(env: Mapping[str, str]) -> str:
    url = env.get("AUTH_JWKS_URL", "")
    parts = urlsplit(url)
    if url and parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("AUTH_JWKS_URL must be https")
    return url


def _switch(env: Mapping[str, str], name: str) -> bool:
    text = env.get(name, "").lower()
    if text not in _TRUE | _FALSE:
        raise ValueError(f"{name} must be 1 or 0, not {text!r}")
    return text in _TRUE
