"""A primary with a replica, and the moment at which the replica hears nothing more."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.faults.link import Link
from tests.support import servers
from tests.support.servers import Server, client
from tests.support.wait import wait_until

# No failover by itself, and a paused replica is not given up.
PATIENT = ("--repl-timeout", "3600", "--repl-diskless-sync-delay", "0")


@contextlib.contextmanager
def pair() -> Iterator[tuple[Server, Server]]:
    """Give a primary and its replica, which has all that the primary has."""
    with servers.valkey(options=PATIENT) as primary, replica_of(primary.port) as replica:
        yield primary, replica


@contextlib.contextmanager
def lagging_pair() -> Iterator[tuple[Server, Server, Link]]:
    """Give a primary, its replica, and the line between them, which a test holds: then the replica lags."""
    with servers.valkey(options=PATIENT) as primary, Link(primary.port) as link, replica_of(link.port) as replica:
        yield primary, replica, link


@contextlib.contextmanager
def replica_of(port: int) -> Iterator[Server]:
    """Give a replica of the server at this port, once it has all."""
    options = [*PATIENT, "--replicaof", "127.0.0.1", str(port)]
    with servers.valkey(options=options) as replica, client(replica.port) as asked:
        wait_until(lambda: asked.info("replication")["master_link_status"] == "up", within_s=20, what="a replica")
        yield replica


def leave_behind(primary: Server, link: Link) -> None:
    """Let the replica have all that the primary has, and hear nothing from then on."""

    def is_in_step() -> bool:
        told = asked.info("replication")
        return bool(told["slave0"]["offset"] == told["master_repl_offset"])

    with client(primary.port) as asked:
        wait_until(is_in_step, within_s=20, what="a replica in step")
    link.hold()


def promote(replica: Server) -> None:
    """Make a primary of a replica, with what it has heard so far."""
    with client(replica.port) as asked:
        asked.replicaof("NO", "ONE")
        wait_until(lambda: asked.info("replication")["role"] == "master", what="a new primary")
