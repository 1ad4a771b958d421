"""What each stage says of the template's parameters: infra/stages/<stage>.json, and what is said at a deployment."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.packaging.errors import PackageError

MADE = {"ImageUri"}
"""The parameters that a deployment gives by itself."""


def parameters(root: Path, template: dict[str, Any], more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the parameters of the template's stage and more. Raises PackageError, naming all bad ones."""
    stage = template["Parameters"]["Stage"]["Default"]
    said: dict[str, str] = json.loads((root / "infra" / "stages" / f"{stage}.json").read_text()) | dict(more or {})
    wrong = list(_wrong(template["Parameters"], said))
    if wrong:
        raise PackageError("; ".join(wrong))
    return said


def _wrong(declared: dict[str, dict[str, Any]], said: Mapping[str, str]) -> Iterator[str]:
    for name, value in said.items():
        if name not in declared or name in MADE or name == "Stage":
            yield f"{name} is no parameter that can be given"
            continue
        rules = declared[name]
        if "AllowedValues" in rules and value not in map(str, rules["AllowedValues"]):
            yield f"{name} must be one of {', '.join(map(str, rules['AllowedValues']))}, not {value!r}"
        if "AllowedPattern" in rules and not re.fullmatch(rules["AllowedPattern"], value):
            yield f"{name} {rules.get('ConstraintDescription', 'has another form')}, not {value!r}"
        if rules["Type"] == "Number" and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
            yield f"{name} must be a number, not {value!r}"
    for name, rules in declared.items():
        if "Default" not in rules and name not in MADE and name not in said:
            yield f"{name} must be given: {rules['Description']}"
