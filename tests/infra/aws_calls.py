"""Which actions of AWS the code of each function can come to ask for, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import boto3
from botocore import xform_name

_PERMISSION = {"s3:HeadObject": "s3:GetObject", "s3:ListObjectsV2": "s3:ListBucket", "s3:ListObjects": "s3:ListBucket"}
"""Where the permission has another name than the call."""
_TRANSFERS = {name: {"s3:PutObject", "s3:AbortMultipartUpload"} for name in ("upload_file", "upload_fileobj")}
"""What boto3's own methods come to: in parts when the file is large, given up when a part fails."""


def calls_of(root: Path, handler: str) -> set[str]:
    """Return the actions that a handler of app.py can come to: `app`, or the name of a scheduled function.

    They are the calls on boto3's clients in the modules that the handler reaches by its imports. The request handler
    reaches what app.py uses outside of the scheduled functions.
    """
    tree = ast.parse((root / "app.py").read_text())
    scheduled = {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any("app.schedule" in ast.unparse(decorator) for decorator in node.decorator_list)
    }
    bodies: list[ast.stmt] = [scheduled[handler]] if handler in scheduled else []
    if handler == "app":
        bodies = [node for node in tree.body if node not in scheduled.values() and not _is_import(node)]
    used = {node.id for body in bodies for node in ast.walk(body) if isinstance(node, ast.Name)}
    imported = {name: module for node in tree.body for name, module in _names(root, node)}
    reached: set[Path] = set()
    waiting = {imported[name] for name in used if name in imported}
    waiting |= {module for body in bodies for node in ast.walk(body) for _, module in _names(root, node)}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        nodes = ast.walk(ast.parse(module.read_text()))
        waiting |= {other for node in nodes for _, other in _names(root, node)} - reached
    return {action for module in reached for action in actions(module.read_text())}


def actions(source: str) -> set[str]:
    """Return the actions that a module asks for: the methods it calls that clients have of the services it names."""
    nodes = list(ast.walk(ast.parse(source)))
    if not any(name.split(".")[0] == "boto3" for node in nodes for name in _imports(node)):
        return set()
    called = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    methods = {call.func.attr for call in called if isinstance(call.func, ast.Attribute)}
    services = {
        str(call.args[0].value)
        for call in called
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "client"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
    known = [(service, _operations(service)) for service in services]
    asked = {f"{service}:{names[method]}" for service, names in known for method in methods & names.keys()}
    transferred = {action for method in methods & _TRANSFERS.keys() for action in _TRANSFERS[method]}
    return {_PERMISSION.get(action, action) for action in asked} | (transferred if "s3" in services else set())


@cache
def _operations(service: str) -> dict[str, str]:
    """Return the operations of a service by the names of the client's methods."""
    model = boto3.Session(region_name="eu-central-1").client(service).meta.service_model
    return {xform_name(name): name for name in model.operation_names}


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module


def _names(root: Path, node: ast.AST) -> Iterator[tuple[str, Path]]:
    """Return the names that an import binds, each with the file of ours that it comes from."""
    if isinstance(node, ast.ImportFrom) and node.module:
        for alias in node.names:
            for dotted in (f"{node.module}.{alias.name}", node.module):
                if found := _file(root, dotted):
                    yield alias.asname or alias.name, found
                    break
    elif isinstance(node, ast.Import):
        for alias in node.names:
            if found := _file(root, alias.name):
                yield alias.asname or alias.name, found


def _file(root: Path, dotted: str) -> Path | None:
    path = root.joinpath(*dotted.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()), None)
