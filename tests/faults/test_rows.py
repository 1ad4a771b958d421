"""The table of faults is whole, and names tests that there are."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.faults.rows import ROWS

ROOT = Path(__file__).parents[2]


@cache
def names_in(file: str) -> set[str]:
    """Give the names of the tests in a file."""
    tree = ast.parse((ROOT / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_fault_from_the_first_to_the_last_has_its_row() -> None:
    """In their order, each with an answer and a proof."""
    assert list(ROWS) == [f"F{number}" for number in range(1, 35)]
    assert all(row.name and row.answer.endswith(".") and row.tests for row in ROWS.values())


@pytest.mark.parametrize("name", ROWS)
def test_every_test_that_a_row_names_is_there(name: str) -> None:
    """A test that was given another name would take its proof along."""
    for test in ROWS[name].tests:
        file, _, function = test.partition("::")
        assert function in names_in(file), test
