"""A real Valkey for the processes, and the audit of everything in it afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.settings import Settings
from chalicelib.store import Store, connect
from tests.audit import Told, assert_audited
from tests.concurrency.workers import api_on
from tests.support import servers
from tests.support.api import Api
from tests.support.clock import Clock


@pytest.fixture(scope="module")
def server(clock: Clock) -> Iterator[servers.Server]:
    """A Valkey for this file."""
    clock.set_offset(ms=0)
    with servers.valkey(clock=clock) as running:
        yield running


@pytest.fixture
def told() -> list[Told]:
    """What a test was answered, if it says so: the audit holds it against the event."""
    return []


@pytest.fixture
def port(server: servers.Server, clock: Clock, told: list[Told]) -> Iterator[int]:
    """The port of an empty Redis whose content is audited in the end."""
    store: Store = connect(Settings(redis_host="127.0.0.1", redis_port=server.port))
    clock.set_offset(ms=0)
    store.client.flushall()
    yield server.port
    assert_audited(store, told)
    store.close()


@pytest.fixture
def api(port: int) -> Api:
    """The service in this process, on the same Redis as the workers."""
    return api_on(port)
