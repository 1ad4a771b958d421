"""What all tests share: a house (the service on a Redis), its api, its clock, and the check after each test.

Tests below tests/integration run on three real backends, those below tests/faults, stateful, concurrency and rolling
start what they need; all others run on fakeredis.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")
os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "ERROR")

from chalicelib.ids import IdMaker
from chalicelib.runtime import Runtime, install
from chalicelib.settings import Settings
from chalicelib.store import connect
from tests.support import aws, servers
from tests.support.api import Api
from tests.support.check import check_everything
from tests.support.clock import Clock
from tests.support.fake import fake_store
from tests.support.people import AUTH_KEY, TICKET_KEY

DRAW_KEY = "the key of every draw in these tests"
BACKENDS = ("valkey", "redis7", "cluster")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run everything below tests/integration that takes a house on each real backend, or on those its file names."""
    if "backend" in metafunc.fixturenames:
        real = "integration" in Path(metafunc.module.__file__ or "").parts
        backends = getattr(metafunc.module, "BACKENDS", BACKENDS) if real else ("fake",)
        metafunc.parametrize("backend", backends, scope="session", indirect=True)


@pytest.fixture(scope="session")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    """The wall clock of the real backends."""
    return Clock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> Iterator[Settings | None]:
    """A running backend, as the settings that reach it; None is fakeredis."""
    if request.param == "fake":
        yield None
        return
    start: Any = {"valkey": servers.valkey, "redis7": servers.redis7, "cluster": servers.cluster}[request.param]
    clock = request.getfixturevalue("clock")
    clock.set_offset(ms=0)  # the last test may have left it frozen, and nodes that see no time pass form no cluster
    with start(clock=clock) as server:
        yield Settings(redis_host="127.0.0.1", redis_port=server.port, redis_cluster=request.param == "cluster")


@pytest.fixture(scope="session")
def moto_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an AWS in a process of its own; what a test makes there has a name of its own."""
    with aws.moto(tmp_path_factory.mktemp("moto")) as port:
        yield port


@pytest.fixture
def house(backend: Settings | None, request: pytest.FixtureRequest) -> Iterator[Runtime]:
    """The service on an empty Redis; afterwards every key is checked."""
    store = connect(backend) if backend else fake_store()
    if backend:
        request.getfixturevalue("clock").set_offset(ms=0)
    if store.is_cluster:
        store.client.flushall(target_nodes="primaries")
    else:
        store.client.flushall()
    settings = replace(backend or Settings(), draw_key=DRAW_KEY, auth_keys=(AUTH_KEY,), ticket_keys=(TICKET_KEY,))
    made = install(Runtime(settings, store, IdMaker(secrets.randbits)))
    yield made
    check_everything(store)
    store.close()


@pytest.fixture
def api(house: Runtime) -> Api:
    """The service as a client sees it."""
    assert house
    return Api()
