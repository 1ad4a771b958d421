"""Repair leaves alone what is no counter: fifty faults, each on the same backend, since no command is in play."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.api import Api
from tests.support.auditing import named, repair
from tests.support.planted import COUNTERS, IN_SALE
from tests.support.sale import nothing_changed
from tests.support.spoilable import Sale

BACKENDS = ("valkey",)


@pytest.mark.parametrize("word", [word for word in IN_SALE if word not in COUNTERS])
def test_what_is_no_counter_is_only_named(api: Api, sale: Sale, word: Any) -> None:
    """Every key of the event is as it was, and the fault is still there."""
    where = IN_SALE[word](sale)
    with nothing_changed():
        answer = repair(api, sale.event)
    assert (answer["repaired"], named(answer["integrity"])) == ([], [(word, where)])
