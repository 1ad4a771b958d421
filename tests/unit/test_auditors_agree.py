"""Two auditors, written apart: what the check after every test finds in an event, the service's own auditor names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.ids import code_of
from tests.support.api import Api
from tests.support.auditing import audit, named
from tests.support.check import check_event
from tests.unit.test_check import SPOILT, Scene, scene

__all__ = ["scene"]

_BESIDE = {"a key that is not in the schema", "a key of no event", "a deadline that Redis keeps"}
"""What is wrong beside an event: no audit of one event can see it."""


def complains(scene: Scene) -> bool:
    """Tell whether the check of the tests finds anything wrong in the event."""
    try:
        check_event(scene.store, code_of(scene.event))
    except (AssertionError, ValueError, KeyError):
        return True
    return False


def test_neither_complains_of_a_sound_event(scene: Scene) -> None:
    """A draw in full swing."""
    assert named(audit(Api(), scene.event)) == []
    assert not complains(scene)


@pytest.mark.parametrize("name", sorted(SPOILT.keys() - _BESIDE))
def test_what_one_finds_the_other_names(scene: Scene, name: str) -> None:
    """Asked after the audit, which opens a sale again that was said to be closed, so that both see the same."""
    spoil: Callable[[Scene], Any] = SPOILT[name]
    spoil(scene)
    assert complains(scene)
    found = audit(Api(), scene.event)
    assert bool(named(found)) == complains(scene), name
