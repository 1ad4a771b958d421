"""Holds the Lua scripts to what their headers and the design say; ``python -m tests.lint_lua`` exits 1 with file:line.

Each script is judged as it runs, as a function behind the prelude: it compiles; its first line has no flag but
``allow-oom``; its header is promise, ATOMIC, ARGV, RETURNS, REFUSALS; it refuses with exactly the words of its header,
beside the one that goes without saying, and errors.py has them; it touches no global but those of Lua 5.1 that Redis
allows; of ``redis`` it uses ``call`` and ``sha1hex`` alone, on the keys of the prelude, without KEYS or SCAN; one place
reads the clock; no loop is without a bound; nothing is declared in vain, and nothing outlives a call.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import lupa.lua51
from luaparser import ast, astnodes

from chalicelib.errors import REFUSALS
from chalicelib.scripting import LUA, make_library
from chalicelib.scripting import prelude as read_prelude
from tests.lua_scopes import Finding, is_redis_call, walk

PRELUDE = "prelude"
LINES_MAX = 100
PRELUDE_LINES_MAX = 700

_FIRST_LINE = re.compile(r"#!lua( flags=allow-oom)?")
_SECTIONS = ("", "ATOMIC because ", "ARGV: ", "RETURNS: ok", "REFUSALS: ")
_OF_ALL = frozenset({"schema_unknown"})
_BANNED = frozenset({"KEYS", "SCAN", "HSCAN", "SSCAN", "ZSCAN", "RANDOMKEY", "FLUSHALL", "FLUSHDB"})
_CLOCK_READERS = frozenset({(PRELUDE, "read_clock"), ("list_events.lua", "")})


class Prelude:
    """What a command finds in front of itself: its names, and the words that its functions answer."""

    def __init__(self, text: str) -> None:
        self.text = text
        tree = ast.parse(text)
        self.names, found, writes = walk(tree, {}, is_shared=True)
        self.fresh = {name for _, name, function in writes if function == "enter"}
        self.findings = [*_judge_size(text, PRELUDE_LINES_MAX), *found, *_judge_calls(tree, PRELUDE)]
        self.findings += _judge_writes(writes, self.fresh)
        self.words: dict[str, set[str]] = {}
        for node in tree.body.body:
            if _is(node, astnodes.LocalFunction):
                self.words[node.name.id] = refused_words(node, self.words)


def main() -> int:
    """Print what is wrong with the scripts of the service, and give the exit status."""
    prelude = the_prelude()
    findings = {PRELUDE: prelude.findings}
    for path in sorted(LUA.glob("*.lua")):
        findings[path.name] = judge(path.name, path.read_text(), prelude)
    for name, found in findings.items():
        for line, what in found:
            print(f"{LUA.relative_to(LUA.parents[1])}/{name}:{line}: {what}")  # noqa: T201 - a linter talks
    return 1 if any(findings.values()) else 0


@cache
def the_prelude() -> Prelude:
    """Give the prelude of the service, parsed once: that takes most of a second."""
    return Prelude(read_prelude())


def judge(name: str, text: str, prelude: Prelude) -> list[Finding]:
    """Say what is wrong with one command, in the order of its lines."""
    broken = _compile_error(name, text, prelude)
    if broken:
        return [broken]
    tree = ast.parse(f"--{text}")
    known = {name: replace(local, is_used=True) for name, local in prelude.names.items()}
    _, found, writes = walk(tree, known)
    findings = [*_judge_header(text), *_judge_size(text, LINES_MAX), *found, *_judge_calls(tree, name)]
    findings += _judge_writes(writes, prelude.fresh)
    if not _FIRST_LINE.fullmatch(text.partition("\n")[0]):
        findings.append(Finding(1, "the first line must be #!lua, with no flag but allow-oom"))
    said, done = set(header_words(text)), refused_words(tree, prelude.words) - _OF_ALL
    line = next((n for n, comment in enumerate(text.splitlines(), 1) if comment.startswith("-- REFUSALS:")), 1)
    findings += [Finding(line, f"{word} is in the header, but nothing refuses with it") for word in sorted(said - done)]
    findings += [Finding(line, f"{word} is not in the header") for word in sorted(done - said)]
    findings += [Finding(line, f"{word} is not in errors.py") for word in sorted((said | done) - set(REFUSALS))]
    return sorted(findings)


def refused_words(tree: Any, known: dict[str, set[str]]) -> set[str]:
    """Give the words that a script can answer instead of ok, also through functions whose words are known."""
    words = set(_returned_words(tree))
    statements = {id(node) for block in ast.walk(tree) if _is(block, astnodes.Block) for node in block.body}
    for node in ast.walk(tree):
        if _is(node, astnodes.Call) and _is(node.func, astnodes.Name) and id(node) not in statements:
            words |= known.get(node.func.id, set())
            if node.func.id == "refuse":
                words |= set(_texts(node.args[0]))
    return words


def _returned_words(tree: Any) -> Iterator[str]:
    for node in ast.walk(tree):
        if _is(node, astnodes.Return) and node.values:
            value = node.values[0]
            if _is(value, astnodes.Table):
                value = value.fields[0].value if value.fields else None
            yield from (text for text in _texts(value) if text != "ok")


def _texts(node: Any) -> Iterator[str]:
    """Give the texts that an expression can have as its value: `a and "b" or "c"` can be b or c."""
    if _is(node, astnodes.String):
        yield node.s.decode()
    elif _is(node, astnodes.AndLoOp, astnodes.OrLoOp):
        yield from _texts(node.right)
        if _is(node, astnodes.OrLoOp):
            yield from _texts(node.left)


def _compile_error(name: str, text: str, prelude: Prelude) -> Finding | None:
    lines = make_library(prelude.text, {name: text}).text.splitlines()[1:]
    try:
        lupa.lua51.LuaRuntime().compile("\n".join(lines))
    except lupa.lua51.LuaSyntaxError as error:
        place, _, message = str(error).removeprefix('[string "<python>"]:').partition(": ")
        # What follows enter(KEYS, ARGV) is the script from its second line on.
        return Finding(max(1, int(place) - lines.index("enter(KEYS, ARGV)")), f"does not compile: {message}")
    return None


def _judge_writes(writes: list[tuple[int, str, str]], fresh: set[str]) -> Iterator[Finding]:
    """Judge what is left behind: the prelude stays loaded, so what a call changes there the next one finds."""
    for line, name, _ in writes:
        if name not in fresh:
            yield Finding(line, f"{name} is not made anew by enter(), so the next call would find it")


def _judge_header(text: str) -> Iterator[Finding]:
    wanted = list(_SECTIONS)
    for number, line in enumerate(text.splitlines()[1:], 2):
        comment = line.removeprefix("-- ")
        if comment == line or not wanted:
            break
        if comment.startswith(wanted[0]) and not (wanted[0] == "" and comment.startswith(_SECTIONS[1:])):
            wanted.pop(0)
        elif comment.startswith(_SECTIONS[1:]):
            yield Finding(number, f"the header must say {wanted[0].strip() or 'what it promises'} before this")
            return
    if wanted:
        yield Finding(2, f"the header does not say {wanted[0].strip() or 'what it promises'}")


def header_words(text: str) -> list[str]:
    found = re.search(r"^-- REFUSALS: (.*(?:\n--   .*)*)", text, re.MULTILINE)
    words = re.findall(r"[a-z_]+", found[1]) if found else []
    return [] if words == ["none"] else words


def _judge_size(text: str, lines_max: int) -> Iterator[Finding]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("--", "#!"))]
    if len(lines) >= lines_max:
        yield Finding(1, f"{len(lines)} lines of code; it must stay below {lines_max}")


def _judge_calls(tree: Any, name: str) -> Iterator[Finding]:
    """Judge each command of Redis: which it is, and where the clock is read."""
    for top in tree.body.body:
        function = top.name.id if _is(top, astnodes.LocalFunction) else ""
        for node in ast.walk(top):
            if not is_redis_call(node):
                continue
            command = node.args[0].s.decode() if node.args and _is(node.args[0], astnodes.String) else None
            if command is None:
                yield Finding(node.line, "the command must be a plain text")
            elif command in _BANNED:
                yield Finding(node.line, f"{command} looks at every key")
            elif command == "TIME" and (name, function) not in _CLOCK_READERS:
                yield Finding(node.line, "the clock is read in read_clock of the prelude")


def _is(node: Any, *kinds: type) -> bool:
    return isinstance(node, kinds)


if __name__ == "__main__":
    sys.exit(main())
