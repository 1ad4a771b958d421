"""What must be true of a confirm before it is acknowledged; DURABILITY names it.

``WAIT`` and ``WAITAOF`` speak for the writes of their own connection, and on any other would vouch for nothing. So what
is asked here follows the command on its own connection, in its own pipeline.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.settings import Durability
from chalicelib.store import Command

POLICY: Command = ("CONFIG GET", "appendonly", "appendfsync")
WAIT_MS = 800  # less than the client waits for a reply: so "not yet" is an answer and not a silence


@dataclass(frozen=True)
class Level:
    """What follows a command to make sure that its writes are kept, and how the answers are read."""

    asks: tuple[Command, ...]
    is_reached: Callable[[Sequence[Any]], bool]


def fsyncs_always(policy: Any) -> bool:
    """Tell from the answer to ``POLICY`` whether every write is on disk before its answer leaves the server."""
    return bool(policy == {"appendonly": "yes", "appendfsync": "always"})


def _is_on_disk(answers: Sequence[Any]) -> bool:
    synced, policy = answers
    if isinstance(synced, Exception):
        # Before Redis 7.2 there is no WAITAOF: the policy alone must do.
        return "unknown command" in str(synced) and fsyncs_always(policy)
    # The policy counts in any case: with everysec Redis 7.4 and Valkey 9.1 say 1 before the fsync has begun.
    return synced[0] >= 1 and fsyncs_always(policy)


def _is_at_a_replica(answers: Sequence[Any]) -> bool:
    (replicas,) = answers
    return not isinstance(replicas, Exception) and replicas >= 1


LEVELS: dict[Durability, Level] = {
    "memory": Level((), lambda _: True),
    # Both in one breath: an answer that was remembered would be wrong after CONFIG SET or a failover.
    "fsync": Level((("WAITAOF", 1, 0, WAIT_MS), POLICY), _is_on_disk),
    "replica": Level((("WAIT", 1, WAIT_MS),), _is_at_a_replica),
}
