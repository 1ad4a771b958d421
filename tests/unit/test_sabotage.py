"""The list of sabotages fits the service as it is, so that it cannot rot; ``make sabotage`` is what runs them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.sabotage.planted import PLANTED
from tests.sabotage.sabotage import Change, Sabotage
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


def test_a_sabotage_changes_its_files_and_nothing_else(tmp_path: Path) -> None:
    """Each text is replaced in its file; what is not there exactly once is refused, since it would harm nothing."""
    house = tmp_path / "chalicelib"
    house.mkdir()
    for name, text in (("a.py", "one two"), ("b.py", "one one"), ("c.py", "one")):
        (house / name).write_text(text)
    Sabotage("x", "a.py", "one", "1", "", "", more=(Change("a.py", "two", "2"), Change("c.py", "one", "1"))).apply(
        tmp_path
    )
    assert [(house / name).read_text() for name in ("a.py", "b.py", "c.py")] == ["1 2", "one one", "1"]
    for file, old in (("a.py", "one"), ("b.py", "one")):
        with pytest.raises(ValueError, match="not there once"):
            Sabotage("x", file, old, "1", "", "").apply(tmp_path)
