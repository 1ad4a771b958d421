"""The scopes of a Lua script: which names it declares, reads and writes, and which of them are keys of Redis."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from luaparser import ast, astnodes

# What Redis gives to scripts, less what could fail after a write (error), hide a failure (pcall) or read files.
GLOBALS = frozenset(
    {
        *("KEYS", "ARGV", "redis", "cjson", "string", "table", "math", "tonumber", "tostring"),
        *("ipairs", "pairs", "next", "unpack", "type", "select", "setmetatable", "assert"),
    }
)
_LOOPS = {astnodes.While: "while", astnodes.Repeat: "repeat", astnodes.Goto: "goto"}


class Finding(NamedTuple):
    """Something that is wrong, and the line where."""

    line: int
    what: str


@dataclass
class Local:
    """A name and what is known of it; a shared one is the prelude's, and outlives a call."""

    line: int
    is_key: bool = False
    is_used: bool = False
    is_shared: bool = False


class Walked(NamedTuple):
    """What a walk found: top-level names, what is wrong, and (line, name, function) of each write to a shared name."""

    names: dict[str, Local]
    findings: list[Finding]
    writes: list[tuple[int, str, str]]


def walk(tree: Any, known: dict[str, Local], *, is_shared: bool = False) -> Walked:
    """Walk a parsed script that stands behind what is known.

    ``is_shared`` says that its top-level names are for others, who may be the only ones to use them.
    """
    walker = _Walker(known, frozenset(_keys_of(tree)), is_shared=is_shared)
    walker.visit(tree)
    return Walked(walker.top, walker.findings, walker.writes)


def _keys_of(tree: Any) -> Iterator[str]:
    # EVENT, SEATS, ... = unpack(keys), and RATE = keys[#keys]
    for node in ast.walk(tree):
        if isinstance(node, astnodes.Assign | astnodes.LocalAssign) and len(node.values) == 1:
            call = node.values[0]
            all_of_them = isinstance(call, astnodes.Call) and _is_name(call.func, "unpack")
            if all_of_them and _is_name(call.args[0], "keys"):
                yield from (target.id for target in node.targets)
            if isinstance(call, astnodes.Index) and _is_name(call.value, "keys"):
                yield from (target.id for target in node.targets)


class _Walker:
    def __init__(self, known: dict[str, Local], keys: frozenset[str], *, is_shared: bool) -> None:
        self.scopes = [known]
        self.findings: list[Finding] = []
        self.writes: list[tuple[int, str, str]] = []
        self.top: dict[str, Local] = {}
        self._keys, self._is_shared = keys, is_shared
        self._line, self._inside = 1, ""

    def visit(self, node: Any) -> None:
        if node is None or isinstance(node, astnodes.Comment):
            return
        self._line = node.line or self._line
        if type(node) in _LOOPS:
            self._say(f"{_LOOPS[type(node)]} has no bound that can be seen")
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        if handler:
            handler(node)
        else:
            self._visit_all(vars(node).values())

    def _visit_all(self, nodes: Any) -> None:
        for node in nodes:
            if isinstance(node, list):
                self._visit_all(node)
            elif isinstance(node, astnodes.Node):
                self.visit(node)

    @contextmanager
    def _scope(self) -> Iterator[None]:
        self.scopes.append({})
        yield
        ended = self.scopes.pop()
        if len(self.scopes) == 1:
            self.top = ended
            if self._is_shared:
                return
        for name, local in ended.items():
            if not local.is_used and not name.startswith("_"):
                self.findings.append(Finding(local.line, f"{name} is never used"))

    def _say(self, what: str) -> None:
        self.findings.append(Finding(self._line, what))

    def _declare(self, names: list[Any], *, are_keys: bool = False) -> None:
        for name in names:
            if isinstance(name, astnodes.Name):
                is_top = len(self.scopes) == 2
                self.scopes[-1][name.id] = Local(
                    name.line or self._line,
                    is_key=are_keys or (is_top and name.id in self._keys),
                    is_shared=is_top and self._is_shared,
                )

    def _find(self, name: str) -> Local | None:
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), None)

    def _block(self, node: Any) -> None:
        with self._scope():
            self._visit_all(node.body)

    def _name(self, node: Any) -> None:
        local = self._find(node.id)
        if local:
            local.is_used = True
        elif node.id not in GLOBALS:
            self._say(f"{node.id} is not declared")
        elif node.id == "redis":
            self._say("redis is good for redis.call and redis.sha1hex alone")

    def _index(self, node: Any) -> None:
        dotted = node.notation is astnodes.IndexNotation.DOT
        if _is_name(node.value, "redis") and dotted and node.idx.id in {"call", "sha1hex"}:
            return
        self.visit(node.value)
        if not dotted:
            self.visit(node.idx)

    def _field(self, node: Any) -> None:
        if node.between_brackets:
            self.visit(node.key)
        self.visit(node.value)

    def _invoke(self, node: Any) -> None:
        self.visit(node.source)
        self._visit_all(node.args)

    def _call(self, node: Any) -> None:
        self.visit(node.func)
        self._visit_all(node.args)
        if is_redis_call(node) and len(node.args) > 1 and not self._is_key(node.args[1]):
            self._say("the key must be one of the prelude's, or KEYS[1]")

    def _is_key(self, node: Any) -> bool:
        if isinstance(node, astnodes.Name):
            local = self._find(node.id)
            return local is not None and local.is_key
        if isinstance(node, astnodes.Call):
            return _is_name(node.func, "unpack") and len(node.args) == 1 and _is_name(node.args[0], "KEYS")
        return isinstance(node, astnodes.Index) and _is_name(node.value, "KEYS") and getattr(node.idx, "n", 0) == 1

    def _localassign(self, node: Any) -> None:
        self._visit_all(node.values)
        self._declare(node.targets, are_keys=len(node.values) == 1 and self._is_key(node.values[0]))

    def _assign(self, node: Any) -> None:
        self._visit_all(node.values)
        for target in node.targets:
            if not isinstance(target, astnodes.Name):
                self.visit(target)
                continue
            local = self._find(target.id)
            if local is None:
                self._say(f"{target.id} would be a global")
            elif local.is_shared:
                self.writes.append((self._line, target.id, self._inside))

    def _localfunction(self, node: Any) -> None:
        self._declare([node.name])
        outer, self._inside = self._inside, self._inside or node.name.id
        self._body_of(node)
        self._inside = outer

    def _function(self, node: Any) -> None:
        self._say("a function must be local")
        self._body_of(node)

    _method = _function

    def _anonymousfunction(self, node: Any) -> None:
        self._body_of(node)

    def _body_of(self, node: Any) -> None:
        with self._scope():
            self._declare(node.args)
            self.visit(node.body)

    def _fornum(self, node: Any) -> None:
        self._visit_all([node.start, node.stop, node.step])
        with self._scope():
            self._declare([node.target])
            self.visit(node.body)

    def _forin(self, node: Any) -> None:
        self._visit_all(node.iter)
        with self._scope():
            self._declare(node.targets, are_keys=self._yields_keys(node.iter[0]))
            self.visit(node.body)

    def _yields_keys(self, node: Any) -> bool:
        # for _, key in ipairs({ACTIVE, HOLDS}) do
        if not (isinstance(node, astnodes.Call) and _is_name(node.func, "ipairs")):
            return False
        fields = getattr(node.args[0], "fields", [])
        return bool(fields) and all(self._is_key(field.value) for field in fields)


def is_redis_call(node: Any) -> bool:
    """Tell whether a node is a ``redis.call``."""
    called = node.func if isinstance(node, astnodes.Call) else None
    return isinstance(called, astnodes.Index) and _is_name(called.value, "redis") and called.idx.id == "call"


def _is_name(node: Any, name: str) -> bool:
    return isinstance(node, astnodes.Name) and node.id == name
