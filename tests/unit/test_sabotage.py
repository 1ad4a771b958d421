"""The list of sabotages fits the service as it is, so that it cannot rot; ``make sabotage`` is what runs them."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sabotage.planted import PLANTED
from tests.sabotage.sabotage import Sabotage
from tests.sabotage.trial import ROOT


@pytest.mark.parametrize("sabotage", PLANTED, ids=lambda sabotage: sabotage.name)
def test_what_a_sabotage_changes_is_there_once(sabotage: Sabotage) -> None:
    """In its file of today; and its first guess names tests that are there."""
    for change in sabotage.changes:
        text = (ROOT / "chalicelib" / change.file).read_text()
        assert text.count(change.old) == 1, (change.file, change.old)
        assert change.new != change.old
    assert (ROOT / "tests" / sabotage.guess).exists()


def test_every_sabotage_has_a_name_of_its_own() -> None:
    """By which a survivor is known; and they are many."""
    names = Counter(sabotage.name for sabotage in PLANTED)
    assert [name for name, times in names.items() if times > 1] == []
    assert len(PLANTED) >= 24
