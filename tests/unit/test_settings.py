"""Settings: every one can be said by its variable, and a bad value is refused naming the variable."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest

from chalicelib.settings import Settings

KEY_1, KEY_2 = "A" * 43, "-_" + "z" * 41
AUTH_KEY = "k" * 32
NEEDS = {
    "AUTH_MODE": {"AUTH_KEYS": AUTH_KEY},
    "RETENTION_DAYS": {"ARCHIVE_BUCKET": "past-events"},
    "AUTH_JWKS_URL": {"AUTH_ISSUER": "https://id.example/", "AUTH_AUDIENCE": "tickets"},
}
"""What a variable may not be set without."""
GIVEN = {
    "redis_host": ("REDIS_ADDR", "cache.internal:7000", "cache.internal"),
    "redis_port": ("REDIS_ADDR", "cache.internal:7000", 7000),
    "redis_db": ("REDIS_DB", "3", 3),
    "redis_username": ("REDIS_USERNAME", "ticketing", "ticketing"),
    "redis_password": ("REDIS_PASSWORD", "p:w d", "p:w d"),
    "redis_tls": ("REDIS_TLS", "TRUE", True),
    "redis_cluster": ("REDIS_CLUSTER", "1", True),
    "redis_connections_max": ("REDIS_CONNECTIONS_MAX", "8", 8),
    "auth_mode": ("AUTH_MODE", "jwt", "jwt"),
    "auth_keys": ("AUTH_KEYS", f"{AUTH_KEY}, {KEY_1}", (AUTH_KEY, KEY_1)),
    "auth_jwks_url": ("AUTH_JWKS_URL", "https://id.example/keys", "https://id.example/keys"),
    "auth_issuer": ("AUTH_ISSUER", "https://id.example/", "https://id.example/"),
    "auth_audience": ("AUTH_AUDIENCE", "tickets", "tickets"),
    "auth_leeway_seconds": ("AUTH_LEEWAY_SECONDS", "0", 0),
    "requests_per_minute": ("REQUESTS_PER_MINUTE", "60", 60),
    "events_per_organiser": ("EVENTS_PER_ORGANISER", "3", 3),
    "durability": ("DURABILITY", "fsync", "fsync"),
    "cors_origin": ("CORS_ORIGIN", "https://shop.example", "https://shop.example"),
    "draw_key": ("DRAW_KEY", "sixteen or more letters", "sixteen or more letters"),
    "ticket_keys": ("TICKET_KEYS", f"{AUTH_KEY}, {KEY_1}", (AUTH_KEY, KEY_1)),
    "admission_keys": ("ADMISSION_KEYS", f"{KEY_1}, {KEY_2},", (KEY_1, KEY_2)),
    "event_bus": ("EVENT_BUS", "sales", "sales"),
    "archive_bucket": ("ARCHIVE_BUCKET", "past-events", "past-events"),
    "retention_days": ("RETENTION_DAYS", "30", 30),
    "polls_per_second": ("POLLS_PER_SECOND", "100", 100),
    "metrics_namespace": ("METRICS_NAMESPACE", "ticketing-prod", "ticketing-prod"),
    "log_level": ("LOG_LEVEL", "DEBUG", "DEBUG"),
    "aws_chalice_cli_mode": ("AWS_CHALICE_CLI_MODE", "true", True),
}


def test_every_setting_has_its_variable_in_this_table() -> None:
    """A new setting without a row here is not known to work."""
    assert {field.name for field in fields(Settings)} == set(GIVEN)


def test_the_stages_set_only_variables_that_are_read() -> None:
    """A typing error in .chalice/config.json would be silent in Lambda."""
    config = json.loads((Path(__file__).parents[2] / ".chalice" / "config.json").read_text())
    named = {name for part in (config, *config["stages"].values()) for name in part.get("environment_variables", {})}
    assert named <= {variable for variable, _, _ in GIVEN.values()}


@pytest.mark.parametrize("name", GIVEN)
def test_each_variable_is_read(name: str) -> None:
    """Into the field of its name, and into nothing else."""
    variable, text, value = GIVEN[name]
    needed = NEEDS.get(variable, {})
    read, default = Settings.from_environ(needed | {variable: text}), Settings.from_environ(needed)
    assert getattr(read, name) == value
    touched = {field.name for field in fields(Settings) if getattr(read, field.name) != getattr(default, field.name)}
    assert touched <= {known for known, (said_by, _, _) in GIVEN.items() if said_by == variable}


def test_nothing_said_is_a_redis_on_this_machine() -> None:
    """As with the original: localhost:6379, database 0, no password."""
    assert Settings.from_environ({}) == Settings() == Settings(redis_host="localhost", redis_port=6379, redis_db=0)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("cache", "cache", 6379), (":7000", None, 0), ("[::1]:7000", "::1", 7000), ("10.0.0.1:1", "10.0.0.1", 1)],
)
def test_an_address_is_a_host_and_perhaps_a_port(text: str, host: str | None, port: int) -> None:
    """Without a port it is Redis's own; an IPv6 address stands in brackets; without a host it is refused."""
    if host is None:
        with pytest.raises(ValueError, match="REDIS_ADDR"):
            Settings.from_environ({"REDIS_ADDR": text})
    else:
        read = Settings.from_environ({"REDIS_ADDR": text})
        assert (read.redis_host, read.redis_port) == (host, port)


BAD = [
    *(("REDIS_ADDR", text) for text in ("", "host:", "host:x", "host:0", "host:65536", "host:-1", "host:\u0661")),
    *(("REDIS_DB", text) for text in ("x", "-1", "1.5", "\u0661")),
    *(("REDIS_CONNECTIONS_MAX", text) for text in ("0", "many")),
    *(("POLLS_PER_SECOND", text) for text in ("0", "-1", "many")),
    *(("DURABILITY", text) for text in ("disk", "FSYNC", "memory,fsync")),
    ("DRAW_KEY", "fifteen letters"),
    *(("ADMISSION_KEYS", text) for text in ("x", KEY_1[1:], KEY_1 + "A", KEY_1 + "=", f"{KEY_1},two")),
    ("ADMISSION_KEYS", f"{KEY_1} {KEY_2}"),
    *(("ADMISSION_KEYS", KEY_1[1:] + last) for last in ("+", "/", ".", "\u0661")),
    *(("AUTH_MODE", text) for text in ("none", "JWT", "open ")),
    *((name, text) for name in ("AUTH_KEYS", "TICKET_KEYS") for text in ("k" * 31, f"{AUTH_KEY},{'k' * 31}")),
    *(("AUTH_JWKS_URL", text) for text in ("http://id.example/keys", "file:///etc/passwd", "id.example", "ftp://x/y")),
    *((name, text) for name in ("AUTH_LEEWAY_SECONDS", "REQUESTS_PER_MINUTE") for text in ("-1", "1.5", "x")),
    *((name, "0") for name in ("REQUESTS_PER_MINUTE", "EVENTS_PER_ORGANISER")),
    *((name, "perhaps") for name in ("REDIS_TLS", "REDIS_CLUSTER", "AWS_CHALICE_CLI_MODE")),
]


@pytest.mark.parametrize(("variable", "text"), BAD)
def test_a_bad_value_is_refused_naming_its_variable(variable: str, text: str) -> None:
    """An operator reads which one it was; nothing is guessed."""
    with pytest.raises(ValueError, match=variable):
        Settings.from_environ({variable: text})


def test_nothing_goes_that_is_not_copied() -> None:
    """An end to how long events stay needs the place that they go to."""
    with pytest.raises(ValueError, match="ARCHIVE_BUCKET"):
        Settings.from_environ({"RETENTION_DAYS": "30"})


LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "ticketing-prod", "AUTH_MODE": "jwt", "AUTH_KEYS": AUTH_KEY}


@pytest.mark.parametrize(
    ("variable", "env"),
    [
        ("AUTH_MODE", LAMBDA | {"AUTH_MODE": "open"}),
        ("AUTH_MODE", {"AWS_LAMBDA_FUNCTION_NAME": "ticketing-prod"}),
        ("CORS_ORIGIN", LAMBDA | {"CORS_ORIGIN": "*"}),
        ("AUTH_KEYS", {"AUTH_MODE": "jwt"}),
        ("AUTH_ISSUER", LAMBDA | {"AUTH_ISSUER": "ticketing"}),
        ("AUTH_ISSUER", {"AUTH_MODE": "jwt", "AUTH_JWKS_URL": "https://id.example/keys", "AUTH_AUDIENCE": "tickets"}),
        ("AUTH_AUDIENCE", {"AUTH_MODE": "jwt", "AUTH_JWKS_URL": "https://id.example/keys", "AUTH_ISSUER": "x"}),
    ],
)
def test_what_would_let_anybody_in_is_refused_at_the_start(variable: str, env: dict[str, str]) -> None:
    """On Lambda there is no open mode and no open CORS; tokens need something to be checked with."""
    with pytest.raises(ValueError, match=variable):
        Settings.from_environ(env)


def test_a_laptop_may_be_open_and_lambda_may_not() -> None:
    """The local server says that it is one, also where it looks like Lambda."""
    assert Settings.from_environ({}).auth_mode == "open"
    assert Settings.from_environ(LAMBDA).auth_mode == "jwt"
    local = {"AWS_LAMBDA_FUNCTION_NAME": "ticketing-dev", "AWS_CHALICE_CLI_MODE": "true", "CORS_ORIGIN": "*"}
    assert Settings.from_environ(local).auth_mode == "open"
    assert Settings.from_environ({"AUTH_MODE": "jwt", "AUTH_JWKS_URL": "http://127.0.0.1:7/k"} | NEEDS["AUTH_JWKS_URL"])


def test_a_cluster_has_one_database() -> None:
    """The combination that no server takes is refused at once."""
    with pytest.raises(ValueError, match="REDIS_DB"):
        Settings.from_environ({"REDIS_CLUSTER": "1", "REDIS_DB": "1"})


@pytest.mark.parametrize(
    ("variable", "text"), [row for row in BAD if row[0] in {"ADMISSION_KEYS", "DRAW_KEY", "AUTH_KEYS", "TICKET_KEYS"}]
)
def test_a_bad_secret_is_refused_without_showing_it(variable: str, text: str) -> None:
    """The refusal stands in a log; a secret with one character too many is still a secret."""
    with pytest.raises(ValueError, match=variable) as caught:
        Settings.from_environ({variable: text})
    assert not any(part in str(caught.value) for part in text.split(","))


def test_the_keys_are_not_shown() -> None:
    """Neither the one that draws nor those that sign."""
    secrets = {"DRAW_KEY": "sixteen or more letters", "ADMISSION_KEYS": KEY_1, "AUTH_KEYS": AUTH_KEY}
    shown = repr(Settings.from_environ(secrets | {"TICKET_KEYS": KEY_2}))
    assert KEY_2 not in shown
    assert AUTH_KEY not in shown
    assert "sixteen" not in shown
    assert KEY_1 not in shown


def test_the_password_is_not_shown() -> None:
    """Settings may be printed; the secret in them may not."""
    assert "hunter2" not in repr(Settings.from_environ({"REDIS_PASSWORD": "hunter2"}))
