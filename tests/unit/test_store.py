"""What an error of Redis means: each class is a 503 that says whether the command may have run, or a bug of ours."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import redis
import redis.asyncio
import redis.sentinel
from redis.exceptions import RedisClusterException

from chalicelib.errors import DomainError
from chalicelib.store import RETRY_WITHIN_S, Store

# Lost on the way: tried once more; what was sent may have run.
CUT_OFF = ("unknown", 2)
# The server, or its client here, said before anything ran that it will not just now: tried once more, nothing was done.
NOT_REACHED = ("none", 2)
# The server answered that it will not; asking the same server again at once is of no use.
REFUSED = ("none", 1)
# What only our own code can cause.
BUG = None

MEANING = {
    "ConnectionError": CUT_OFF,
    "TimeoutError": CUT_OFF,
    "InvalidResponse": CUT_OFF,  # what answers is not Redis, or was cut in the middle of an answer
    "AuthorizationError": CUT_OFF,  # nothing raises it
    "ExternalAuthProviderError": CUT_OFF,  # the server's LDAP; that no command ran cannot be told from the class
    "MasterNotFoundError": CUT_OFF,  # of Sentinel, which we do not use
    "SlaveNotFoundError": CUT_OFF,
    "AuthenticationError": NOT_REACHED,  # our password, never the caller's: 503, not 401
    "BusyLoadingError": NOT_REACHED,
    "MaxConnectionsError": NOT_REACHED,
    "ClusterError": NOT_REACHED,
    "ClusterDownError": NOT_REACHED,
    "MasterDownError": NOT_REACHED,
    "RedisClusterException": NOT_REACHED,
    "SlotNotCoveredError": NOT_REACHED,
    "InvalidPipelineStack": NOT_REACHED,  # of the cluster's own pipeline, which we do not use
    "AskError": REFUSED,
    "MovedError": REFUSED,
    "TryAgainError": REFUSED,
    "ReadOnlyError": REFUSED,
    "OutOfMemoryError": REFUSED,
    "NoPermissionError": REFUSED,
    "RedisError": BUG,
    "ResponseError": BUG,  # by its words it may be trouble of the server, see below
    "AuthenticationWrongNumberOfArgsError": BUG,
    "ClusterCrossSlotError": BUG,  # a key that is not of the event
    "CrossSlotTransactionError": BUG,
    "DataError": BUG,
    "ExecAbortError": BUG,
    "LockError": BUG,
    "LockNotOwnedError": BUG,
    "ModuleError": BUG,
    "NoScriptError": BUG,  # dealt with in scripting.py; anywhere else nobody expects it
    "NoSuchFieldsetError": BUG,
    "PubSubError": BUG,
    "WatchError": BUG,
}


class _Failing:
    """A client that fails, and counts how often it was asked."""

    def __init__(self, error: Exception) -> None:
        self.error, self.asked = error, 0

    def execute_command(self, *_: Any) -> None:
        self.asked += 1
        raise self.error


def classes(parent: type[Exception]) -> Iterator[type[Exception]]:
    yield parent
    for child in parent.__subclasses__():
        yield from classes(child)


KNOWN = sorted({*classes(redis.RedisError), *classes(RedisClusterException)}, key=lambda known: known.__name__)


def outcome_of(error: Exception, *times_s: float) -> tuple[str, int] | None:
    """Tell what a store makes of an error: the outcome in the 503 and how often it asked, or None for a bug."""
    client = _Failing(error)
    clock = iter(times_s) if times_s else itertools.repeat(0.0)
    with pytest.raises((DomainError, redis.RedisError, RedisClusterException)) as caught:
        Store(client, lambda: next(clock)).command("PING")  # type: ignore[arg-type]
    if not isinstance(caught.value, DomainError):
        assert caught.value is error
        assert client.asked == 1
        return None
    assert caught.value.code == "redis_unavailable"
    return caught.value.extra["outcome"], client.asked


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known.__module__}.{known.__name__}")
def test_every_error_class_of_the_client_has_its_meaning(known: type[Exception]) -> None:
    """A class that a new version of the client brings has no row here, and fails."""
    moved = known.__name__ in {"AskError", "MovedError"}
    assert outcome_of(known("1 127.0.0.1:7000" if moved else "x")) == MEANING[known.__name__]


@pytest.mark.parametrize(
    "words",
    [
        *("MISCONF Errors writing to the AOF file", "NOREPLICAS Not enough good replicas", "BUSY a script runs"),
        *("ERR max number of clients reached", "OOM command not allowed", "NOPERM no permissions"),
        "ERR Protocol error: unauthenticated multibulk length",  # a long command without a password
    ],
)
def test_a_server_that_says_it_cannot_is_trouble_even_without_a_class(words: str) -> None:
    """Known by its first word, not by a class."""
    assert outcome_of(redis.ResponseError(words)) == REFUSED


@pytest.mark.parametrize(
    "words", ["WRONGTYPE Operation against a key", "ERR unknown command", "ERR value is not an integer"]
)
def test_an_answer_to_nonsense_is_our_bug(words: str) -> None:
    """It says what it was in the log, and 500 to the caller: asking again would not help."""
    assert outcome_of(redis.ResponseError(words)) is BUG


@pytest.mark.parametrize(
    "words", ["Error 111 connecting to 127.0.0.1:1. Connection refused.", "No connection available."]
)
def test_what_was_never_sent_has_not_run(words: str) -> None:
    """A connection that could not be made leaves no doubt."""
    assert outcome_of(redis.ConnectionError(words)) == NOT_REACHED


def test_a_slow_first_try_leaves_no_time_for_a_second() -> None:
    """So that the caller has an answer within four seconds."""
    late = RETRY_WITHIN_S + 0.1
    assert outcome_of(redis.TimeoutError("Timeout reading"), *[0.0] * 2, *[late] * 9) == ("unknown", 1)


def test_a_doubt_of_the_first_try_is_not_taken_away_by_the_second() -> None:
    """The line breaks, then no connection can be made: what was sent first may have run all the same."""
    errors = iter([redis.ConnectionError("gone"), redis.ConnectionError("Error 111 connecting to 127.0.0.1:1.")])

    class Breaking(_Failing):
        def execute_command(self, *_: Any) -> None:
            raise next(errors)

    with pytest.raises(DomainError) as caught:
        Store(Breaking(redis.RedisError())).command("PING")  # type: ignore[arg-type]
    assert caught.value.extra["outcome"] == "unknown"


def test_the_meter_counts_every_try_and_its_time_once() -> None:
    """Two tries of a second each are two trips and two seconds."""
    ticks = itertools.count()
    now_s = [0.0]

    def tick() -> float:
        return now_s[0]

    class Slow(_Failing):
        def execute_command(self, *_: Any) -> None:
            next(ticks)
            now_s[0] += 1.0
            raise self.error

    store = Store(Slow(redis.ConnectionError("gone")), tick)  # type: ignore[arg-type]
    with pytest.raises(DomainError):
        store.command("PING")
    assert (store.meter.trips, store.meter.spent_ms) == (2, 2000)
    store.meter.reset()
    assert (store.meter.trips, store.meter.spent_ms) == (0, 0)
