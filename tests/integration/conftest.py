"""What the tests of the auditor may spoil, removed before the check that follows every test; and an archive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.runtime import Runtime
from tests.support import bucket
from tests.support.api import Api
from tests.support.archiving import archiving
from tests.support.clock import Clock
from tests.support.sale import MINUTE_MS, freeze, instant
from tests.support.spoilable import Draw, Sale


@pytest.fixture
def sale(api: Api, clock: Clock) -> Iterator[Sale]:
    """Give a sale that a test may spoil."""
    freeze(clock)
    made = Sale(api, lambda ms: clock.advance(ms=ms))
    yield made
    made.forget()


@pytest.fixture
def drawn(api: Api, clock: Clock) -> Iterator[Draw]:
    """Give a drawn queue that a test may spoil."""
    freeze(clock)
    made = Draw(api, lambda ms: clock.advance(ms=ms), instant(clock, ms=MINUTE_MS))
    yield made
    made.forget()


@pytest.fixture(scope="session")
def way() -> Iterator[bucket.Way]:
    """S3, and the way to it."""
    with bucket.s3() as found:
        yield found


@pytest.fixture
def archive(house: Runtime, way: bucket.Way, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """The service with an archive in which nothing is."""
    for name, value in bucket.environ(way).items():
        monkeypatch.setenv(name, value)
    bucket.empty()
    return archiving(house)
