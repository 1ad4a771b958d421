"""Events that the tests of the auditor may spoil: they are removed before the check that follows every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.api import Api
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
