"""A real Valkey for the processes, and the check of everything in it afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.settings import Settings
from chalicelib.store import Store, connect
from tests.concurrency.workers import api_on
from tests.support import servers
from tests.support.api import Api
from tests.support.check import check_everything
from tests.support.clock import Clock


@pytest.fixture(scope="module")
def server(clock: Clock) -> Iterator[servers.Server]:
    """A Valkey for this file."""
    clock.set_offset(ms=0)
    with servers.valkey(clock=clock) as running:
        yield running


@pytest.fixture
def port(server: servers.Server, clock: Clock) -> Iterator[int]:
    """The port of an empty Redis whose content is checked in the end."""
    store: Store = connect(Settings(redis_host="127.0.0.1", redis_port=server.port))
    clock.set_offset(ms=0)
    store.client.flushall()
    yield server.port
    check_everything(store)
    store.close()


@pytest.fixture
def api(port: int) -> Api:
    """The service in this process, on the same Redis as the workers."""
    return api_on(port)
