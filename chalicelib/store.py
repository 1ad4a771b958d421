"""The only maker of Redis clients: timeouts, the one retry, and what an error of Redis means.

A request must be answered within four seconds, whatever Redis does. So the library's own retries (ten, by default) are
off, and ours is one: allowed at all because every command of the service may be sent twice.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.cluster import RedisCluster
from redis.exceptions import RedisClusterException
from redis.retry import Retry

from chalicelib.errors import DomainError
from chalicelib.settings import Settings

T = TypeVar("T")
Client = redis.Redis | RedisCluster
Command = Sequence[str | int]

CONNECT_TIMEOUT_S = 0.5
REPLY_TIMEOUT_S = 1.0
RETRY_WITHIN_S = 2.0
POOL_WAIT_S = 2.0

# Answers of a server that cannot serve just now, or not us: ours to mend, nothing the caller did.
_NOT_NOW = (
    *("LOADING", "BUSY", "MISCONF", "OOM", "READONLY", "NOREPLICAS", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "MOVED"),
    *("ASK", "NOAUTH", "NOPERM", "WRONGPASS", "max number of clients", "Protocol error: unauthenticated"),
)
_REFUSING = (
    redis.exceptions.AskError,
    redis.exceptions.NoPermissionError,
    redis.exceptions.OutOfMemoryError,
    redis.exceptions.ReadOnlyError,
    redis.exceptions.TryAgainError,
)
# The slot is with another server, or on its way there, or nobody has it for the moment.
_ELSEWHERE = (
    redis.exceptions.AskError,
    redis.exceptions.ClusterDownError,
    redis.exceptions.MovedError,
    redis.exceptions.TryAgainError,
)
# What no key leads to a server: on a cluster the library knows whom to ask.
_WITHOUT_KEY = ("CONFIG GET", "FUNCTION", "INFO", "PING", "TIME")
_CUT_OFF = (redis.ConnectionError, redis.TimeoutError, redis.InvalidResponse)
_NETWORK = (*_CUT_OFF, redis.exceptions.ClusterError, RedisClusterException)


@dataclass
class Meter(threading.local):
    """Counts what this thread has asked of Redis since it was last reset."""

    trips: int = 0
    spent_ms: float = 0.0

    def reset(self) -> None:
        """Start counting anew."""
        self.trips, self.spent_ms = 0, 0.0


class Store:
    """Talks to Redis with at most one retry; trouble is either ``redis_unavailable`` or a bug of ours, nothing else."""

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self.client = client
        self.meter = Meter()
        self._clock = clock

    @property
    def is_cluster(self) -> bool:
        """Tell whether keys of different slots may live on different servers."""
        return isinstance(self.client, RedisCluster)

    def command(self, *words: str | int, near: str | None = None, **parsing: bool) -> Any:
        """Run one command in one round trip; it must be one that may run twice.

        ``near`` is a key on whose server a command without keys is to run. ``parsing`` tells the client how to read an
        answer that depends on the words (``get`` of SET).
        """
        return self._attempt(lambda: self._command(words, near, parsing))

    def pipeline(self, commands: Sequence[Command]) -> list[Any]:
        """Run commands in one round trip to the server of their keys, all of one slot on a cluster.

        Errors of single commands stand in the answer, in their places.
        """
        return self._attempt(lambda: self._pipeline(commands))

    def snapshot(self, reads: Sequence[Command]) -> list[Any]:
        """Run reads on keys of one slot in one instant and one round trip: nothing can happen between two of them."""
        return self._attempt(lambda: self._pipeline(reads, transaction=True))

    def pages(self, key: str, count: int) -> Iterator[dict[str, str]]:
        """Walk through a hash, about so many fields a trip; a field may come twice, none is missed that stays there."""
        cursor = 0
        while True:
            cursor, page = self.command("HSCAN", key, cursor, "COUNT", count)
            yield page
            if cursor == 0:
                break

    def server_of(self, key: str) -> str:
        """Name the server that holds a key: keys with the same answer can share a pipeline."""
        client: Any = self.client
        return str(client.get_node_from_key(key).name) if self.is_cluster else ""

    def close(self) -> None:
        """Give the connections back."""
        self.client.close()

    def _command(self, words: Command, near: str | None, parsing: dict[str, bool]) -> Any:
        client: Any = self.client
        if not self.is_cluster or (near is None and words[0] in _WITHOUT_KEY):
            return client.execute_command(*words, **parsing)
        key = near or str(_first_key(words))
        with self._server(key) as server:
            try:
                return server.execute_command(*words, **parsing)
            except _ELSEWHERE:
                # The library goes where the slot went, or waits for a moment. It could find the server of a key too,
                # but for FCALL it would ask one, in a round trip of its own, which of the words are keys.
                return client.execute_command(*words, target_nodes=client.get_node_from_key(key), **parsing)

    def _pipeline(self, commands: Sequence[Command], *, transaction: bool = False) -> list[Any]:
        # The cluster's own pipeline has no scripts; that of the server takes them.
        with (
            self._server(str(_first_key(commands[0]))) as server,
            server.pipeline(transaction=transaction) as pipe,
        ):
            for words in commands:
                pipe.execute_command(*words)
            return list(pipe.execute(raise_on_error=transaction))

    @contextmanager
    def _server(self, key: str) -> Iterator[Any]:
        """Give the client of the server that has a key; if it is gone, find out for the next try who has it then."""
        client: Any = self.client
        if not self.is_cluster:
            yield client
            return
        node = client.get_node_from_key(key)
        try:
            yield client.get_redis_connection(node)
        except (redis.ConnectionError, redis.TimeoutError):
            _learn(client.nodes_manager, node.name)
            raise

    def _attempt(self, call: Callable[[], T]) -> T:
        started, outcome = self._clock(), "none"
        for last_try in (False, True):
            self.meter.trips += 1
            sent = self._clock()
            try:
                return call()
            except (redis.RedisError, RedisClusterException) as error:
                if not is_unavailable(error):
                    raise
                if may_have_run(error):
                    outcome = "unknown"
                if last_try or not isinstance(error, _NETWORK) or self._clock() - started > RETRY_WITHIN_S:
                    raise DomainError("redis_unavailable", outcome=outcome) from error
            finally:
                self.meter.spent_ms += (self._clock() - sent) * 1000
        raise AssertionError("the second try returns or raises")


def is_unavailable(error: Exception) -> bool:
    """Tell trouble of the server or the way to it from a bug of ours: True is a 503, False a 500."""
    if isinstance(error, (*_NETWORK, *_REFUSING)):
        return not isinstance(error, redis.exceptions.CrossSlotTransactionError)
    return isinstance(error, redis.ResponseError) and str(error).removeprefix("ERR ").startswith(_NOT_NOW)


def may_have_run(error: Exception) -> bool:
    """Tell whether the command may have run although no answer came: only a lost connection leaves that open."""
    if not isinstance(error, _CUT_OFF):
        return False
    errors = redis.exceptions
    refused = errors.AuthenticationError, errors.BusyLoadingError, errors.MaxConnectionsError
    never_sent = "connecting to", "No connection available"
    return not isinstance(error, refused) and not any(words in str(error) for words in never_sent)


def connect(settings: Settings) -> Store:
    """Make the one client of this process; only a cluster is asked anything, its layout, before the first command."""
    common: dict[str, Any] = {
        "username": settings.redis_username or None,
        "password": settings.redis_password or None,
        "ssl": settings.redis_tls,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_timeout": REPLY_TIMEOUT_S,
        "socket_keepalive": True,
        "retry": Retry(NoBackoff(), 0),
        "decode_responses": True,
        # RESP 2 and no client name: a new connection then says nothing before its first command.
        "protocol": 2,
        "driver_info": None,
    }
    if settings.redis_cluster:
        try:
            return Store(RedisCluster(settings.redis_host, settings.redis_port, **common))
        except (redis.RedisError, RedisClusterException) as error:
            raise DomainError("redis_unavailable", outcome="none") from error
    pool: Any = redis.BlockingConnectionPool(  # type: ignore[no-untyped-call]
        host=settings.redis_host,
        port=settings.redis_port,
        db=settings.redis_db,
        max_connections=settings.redis_connections_max,
        timeout=POOL_WAIT_S,
        connection_class=redis.SSLConnection if settings.redis_tls else redis.Connection,
        **{name: value for name, value in common.items() if name != "ssl"},
    )
    return Store(redis.Redis(connection_pool=pool))


def _learn(nodes: Any, failed: str) -> None:
    """Ask one other server of the cluster who has which slots; without an answer all stays as it was.

    One, because each may take as long as a request has: by itself the library asks all of them, one after another, and
    forgets meanwhile that what it had sent may have run.
    """
    known = nodes.startup_nodes
    others = [name for name in known if name != failed] or [failed]
    asked = random.choice(others)  # noqa: S311 - no secret is made of it
    nodes.startup_nodes = {asked: known[asked]}
    try:
        nodes.initialize()
    except (redis.RedisError, RedisClusterException):
        nodes.startup_nodes = known


def _first_key(words: Command) -> str | int:
    return words[3] if words[0] == "FCALL" else words[1]
