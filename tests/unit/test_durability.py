"""What a confirm is asked to wait for, and which answers mean that it is kept."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import redis

from chalicelib.durability import LEVELS, WAIT_MS
from chalicelib.errors import DomainError
from chalicelib.scripting import call, run_kept
from chalicelib.settings import Durability
from chalicelib.store import REPLY_TIMEOUT_S
from tests.unit.test_scripting import CODE, UNKNOWN, heard, store

SETTLE = call("settle", CODE, "", "confirm", "ticket", "an-id", "")
OK = ["ok", 1]
OLD = redis.ResponseError("unknown command 'WAITAOF', with args beginning with: '1' '0' '800'")
AOF_OFF = redis.ResponseError("WAITAOF cannot be used when numlocal is set but appendonly is disabled.")
UNBLOCKED = redis.ResponseError("UNBLOCKED force unblock from blocking operation, instance state changed")
FORBIDDEN = redis.exceptions.NoPermissionError("this user has no permissions to run the 'config|get' command")
GONE = redis.ConnectionError("Error 111 connecting to 127.0.0.1:1. Connection refused.")
ALWAYS = {"appendonly": "yes", "appendfsync": "always"}


def test_every_level_that_may_be_set_is_there_and_none_else() -> None:
    """And no wait is longer than the client waits for its answer."""
    assert set(LEVELS) == set(get_args(Durability))
    assert WAIT_MS < REPLY_TIMEOUT_S * 1000


@pytest.mark.parametrize(
    ("level", "said", "kept"),
    [
        ("memory", [], True),
        ("fsync", [[1, 0], ALWAYS], True),
        ("fsync", [[1, 0], FORBIDDEN], False),
        ("fsync", [[1, 0], ALWAYS | {"appendfsync": "everysec"}], False),
        ("fsync", [[0, 0], ALWAYS], False),
        ("fsync", [[0, 1], ALWAYS], False),
        ("fsync", [AOF_OFF, ALWAYS], False),
        ("fsync", [UNBLOCKED, ALWAYS], False),
        ("fsync", [OLD, ALWAYS], True),
        ("fsync", [OLD, ALWAYS | {"appendfsync": "everysec"}], False),
        ("fsync", [OLD, ALWAYS | {"appendonly": "no"}], False),
        ("fsync", [OLD, FORBIDDEN], False),
        ("replica", [1], True),
        ("replica", [2], True),
        ("replica", [0], False),
        ("replica", [UNBLOCKED], False),
    ],
)
def test_a_confirm_is_acknowledged_only_at_its_level(level: Durability, said: list[Any], *, kept: bool) -> None:
    """In the one round trip; anything but a plain yes of the server is a no, and the outcome unknown."""
    server = store(OK, *said)
    if kept:
        assert run_kept(server, SETTLE, LEVELS[level]) == [1]
    else:
        with pytest.raises(DomainError) as caught:
            run_kept(server, SETTLE, LEVELS[level])
        assert (caught.value.code, caught.value.extra) == ("not_durable", {"outcome": "unknown"})
    assert (server.meter.trips, len(heard(server))) == (1, 1 + len(said))


def test_a_refusal_waits_for_nothing() -> None:
    """It is the answer, whatever is kept: nothing was confirmed."""
    with pytest.raises(DomainError) as caught:
        run_kept(store(["hold_expired"], 0), SETTLE, LEVELS["replica"])
    assert caught.value.code == "hold_expired"


def test_a_command_that_could_not_run_in_its_pipeline_is_waited_for_by_its_repeat() -> None:
    """The answer of the wait in front of which nothing ran is worth nothing; the answer of the command is the first."""
    server = store(UNKNOWN, 1, UNKNOWN, "ticketing", OK, ["ok", 0], 1)
    assert run_kept(server, SETTLE, LEVELS["replica"]) == [1]
    assert heard(server) == ["FCALL", "WAIT", "FCALL", "FUNCTION", "FCALL", "FCALL", "WAIT"]


@pytest.mark.parametrize("repeat", [[["ok", 0], 0], [redis.exceptions.MovedError("1 127.0.0.1:7000"), 1]])
def test_a_repeat_that_is_not_kept_is_not_acknowledged(repeat: list[Any]) -> None:
    """Nor one that did not run."""
    with pytest.raises(DomainError) as caught:
        run_kept(store(UNKNOWN, 1, OK, *repeat), SETTLE, LEVELS["replica"])
    assert (caught.value.code, caught.value.extra) == ("not_durable", {"outcome": "unknown"})


def test_trouble_of_the_repeat_does_not_hide_that_the_command_has_run() -> None:
    """The server is gone before it: then the outcome is unknown, although the repeat was never sent."""
    with pytest.raises(DomainError) as caught:
        run_kept(store(UNKNOWN, 1, OK, GONE, 0, GONE, 0), SETTLE, LEVELS["replica"])
    assert (caught.value.code, caught.value.extra) == ("redis_unavailable", {"outcome": "unknown"})
