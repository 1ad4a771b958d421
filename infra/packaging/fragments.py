"""The fragments of infra/template, read strictly, and laid over what Chalice made."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from infra.packaging.errors import PackageError
from infra.packaging.functions import functions, schedules

Leaf = tuple[tuple[str, ...], Any]
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML ships no types
    """YAML in which a policy's Version stays text and no key is said twice."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - so PyYAML declares it
        first: [(tag, pattern) for tag, pattern in rules if tag != _TIMESTAMP]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    seen: set[str] = set()
    for key, _ in node.value:
        if key.value in seen:
            raise PackageError(f"{key.start_mark.name}, line {key.start_mark.line + 1}: {key.value} is said twice")
        seen.add(key.value)
    loader.flatten_mapping(node)
    return dict(loader.construct_pairs(node, deep=True))


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_fragments(folder: Path, template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Read the fragments by name: each file of the folder, and those of each/ once for each function or schedule.

    In each/function.yaml FUNCTION stands for the logical id of a function, in each/schedule.yaml for one that is
    scheduled, and EVENT for the id of its schedule.
    """
    fragments = {file.name: _read(file.read_text(), file.name) for file in sorted(folder.glob("*.yaml"))}
    pattern = (folder / "each" / "function.yaml").read_text()
    for function in functions(template):
        name = f"each/function.yaml for {function}"
        fragments[name] = _read(pattern.replace("FUNCTION", function), name)
    pattern = (folder / "each" / "schedule.yaml").read_text()
    for function, event in schedules(template).items():
        name = f"each/schedule.yaml for {function}"
        fragments[name] = _read(pattern.replace("FUNCTION", function).replace("EVENT", event), name)
    return fragments


def merge(template: dict[str, Any], fragments: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the template with the fragments laid over it; neither is changed. Raises PackageError.

    Dicts merge; anything else, an intrinsic function too, replaces what Chalice said. Two fragments that say the same
    thing, and one that adds to a resource that nobody makes, are errors.
    """
    merged = copy.deepcopy(template)
    said_by: dict[tuple[str, ...], str] = {}
    for name, fragment in fragments.items():
        for path, value in _leaves(fragment):
            for other, owner in said_by.items():
                if owner != name and other[: len(path)] == path[: len(other)]:
                    raise PackageError(f"{'.'.join(path)} is said by {owner} and by {name}")
            said_by[path] = name
            _put(merged, path, copy.deepcopy(value))
    for name, resource in merged["Resources"].items():
        if "Type" not in resource:
            owner = next(owner for path, owner in said_by.items() if path[:2] == ("Resources", name))
            raise PackageError(f"{owner} adds to {name}, which nobody makes: Chalice does not, and it has no Type")
    return merged


def _read(text: str, name: str) -> dict[str, Any]:
    loader = _Loader(text)
    loader.name = name
    try:
        fragment = loader.get_single_data()
    except yaml.YAMLError as error:
        raise PackageError(f"{name}: {error}") from None
    if not isinstance(fragment, dict):
        raise PackageError(f"{name} has no sections")
    return fragment


def _leaves(node: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    for key, value in node.items():
        if isinstance(value, dict) and value and not _is_intrinsic(value):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _is_intrinsic(value: dict[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))


def _put(target: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        inner = target.get(key)
        if not isinstance(inner, dict) or _is_intrinsic(inner):
            inner = target[key] = {}
        target = inner
    target[path[-1]] = value
