"""The table of attacks is complete, and every test that it names is there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.http.attacks import ATTACKS, IDENTITY, INPUT

ROOT = Path(__file__).parents[2]
NEVER_GIVEN = {27, 30, 33, 41, 46, 48, 56, 57, 58, 61, 62}


def test_every_attack_has_its_row() -> None:
    """Once, with tests or with the sentence that says why there are none."""
    assert set(ATTACKS) == set(range(1, 65)) - NEVER_GIVEN
    assert not set(INPUT) & set(IDENTITY)
    assert all(ATTACKS.values())


@pytest.mark.parametrize("number", [number for number, tests in ATTACKS.items() if isinstance(tests, list)])
def test_the_tests_of_an_attack_are_there(number: int) -> None:
    """In the file that is named, under that name."""
    for test in ATTACKS[number]:
        path, _, name = test.partition("::")
        tree = ast.parse((ROOT / path).read_text())
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, test
