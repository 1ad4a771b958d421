"""Refusals: one word each, the same in the scripts, in errors.py and in docs/errors.md; and none that nobody says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from luaparser import ast as lua

from chalicelib.errors import REFUSALS, DomainError, InvalidRequest, Kind
from chalicelib.http.problem import _CHALICE_CODES, STATUS, reason
from chalicelib.scripting import LUA
from infra.packaging import gateway
from tests.lint_lua import refused_words, the_prelude

ROOT = Path(__file__).parents[2]
_RAISING = {"DomainError", "GatewayRefusal", "_refuse", "_refuse_and_close"}


def test_every_code_is_one_plain_word_and_every_title_one_sentence() -> None:
    """Codes are unique, being names of a mapping, so it is the source that must not say one twice."""
    said = re.findall(r'^            "(\w+)": "', (ROOT / "chalicelib" / "errors.py").read_text(), re.MULTILINE)
    assert sorted(said) == sorted(REFUSALS)
    for code, refusal in REFUSALS.items():
        assert refusal.code == code
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", code)
        assert re.fullmatch(r"[A-Z][^.]*\.", refusal.title), refusal.title


def test_every_kind_has_its_status_and_no_two_the_same() -> None:
    """So a client may go by the status alone, and a new kind cannot be forgotten."""
    assert set(STATUS) == set(Kind)
    assert len(set(STATUS.values())) == len(STATUS)
    assert {kind for kind in Kind if STATUS[kind] >= 500} == {Kind.BUSY, Kind.INTERNAL}


def test_the_documentation_lists_exactly_the_refusals_there_are() -> None:
    """Each under its status and kind, with its title."""
    listed, heading = {}, ("", "")
    for line in (ROOT / "docs" / "errors.md").read_text().splitlines():
        if found := re.fullmatch(r"## (\d{3} [^:]+): (.+)", line):
            heading = (found[1], found[2])
        elif found := re.fullmatch(r"\| `(\w+)` \| ([A-Z].*\.) \|", line):
            assert found[1] not in listed, f"{found[1]} is listed twice"
            listed[found[1]] = (*heading, found[2])
    assert listed == {
        code: (f"{STATUS[refusal.kind]} {reason(STATUS[refusal.kind])}", refusal.kind.value, refusal.title)
        for code, refusal in REFUSALS.items()
    }


def test_no_refusal_is_there_that_nobody_ever_says() -> None:
    """Every word is returned by a script, raised or answered by Python, or the gateway's; a list alone is neither."""
    scripts = list(LUA.glob("*.lua"))
    by_lua = set().union(
        *(refused_words(lua.parse("--" + path.read_text()), the_prelude().words) for path in scripts)
    )  # the -- makes a comment of #!lua
    by_python = {word for path in (ROOT / "chalicelib").rglob("*.py") for word in _raised(path)}
    by_others = set(_CHALICE_CODES.values()) | set(gateway.WORDS.values())
    assert by_lua | by_python | by_others | {InvalidRequest([]).code} == set(REFUSALS)


def _raised(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        word: ast.expr | None = None
        if isinstance(node, ast.Call) and node.args:
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            word = node.args[0] if name in _RAISING else None
        elif isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "REFUSALS":
            word = node.slice
        if isinstance(word, ast.Constant) and isinstance(word.value, str):
            yield word.value


def test_a_refusal_carries_what_its_script_said() -> None:
    """And a word that is in no list cannot be raised at all."""
    refusal = DomainError("seat_taken", "Two of them.", data=[1, 2], seat_ids=["a"])
    assert (refusal.code, refusal.refusal.kind, refusal.data) == ("seat_taken", Kind.CONFLICT, [1, 2])
    assert (refusal.detail, refusal.extra) == ("Two of them.", {"seat_ids": ["a"]})
    with pytest.raises(KeyError):
        DomainError("seat_stolen")
