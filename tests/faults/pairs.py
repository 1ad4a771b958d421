"""A primary with a replica, and the moment at which the replica hears nothing more."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.support import servers
from tests.support.servers import Server, client
from tests.support.wait import wait_until

# No failover by itself, and a paused replica is not given up.
PATIENT = ("--repl-timeout", "3600", "--repl-diskless-sync-delay", "0")


@contextlib.contextmanager
def pair() -> Iterator[tuple[Server, Server]]:
    """Give a primary and its replica, which has all that the primary has."""
    with servers.valkey(options=PATIENT) as primary:
        options = [*PATIENT, "--replicaof", "127.0.0.1", str(primary.port)]
        with servers.valkey(options=options) as replica, client(replica.port) as asked:
            wait_until(lambda: asked.info("replication")["master_link_status"] == "up", within_s=20, what="a replica")
            yield primary, replica


def promote(replica: Server) -> None:
    """Make a primary of a replica, with what it has heard so far."""
    with client(replica.port) as asked:
        asked.replicaof("NO", "ONE")
        wait_until(lambda: asked.info("replication")["role"] == "master", what="a new primary")
