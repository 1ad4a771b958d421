"""`make parameters` writes the table of the template's parameters into docs/deployment.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.packaging.template import ROOT, make

_TABLE = re.compile(r"(?<=<!-- parameters -->\n).*?(?=<!-- end of parameters -->)", re.DOTALL)
_VALUES_MAX = 8


def with_table(document: str, template: dict[str, Any]) -> str:
    """Return the document with the table of the template's parameters where it belongs."""
    return _TABLE.sub(lambda _: "".join(f"{line}\n" for line in _rows(template)), document)


def _rows(template: dict[str, Any]) -> Iterator[str]:
    yield "| Parameter | Default | What it says |"
    yield "|---|---|---|"
    for group in template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]:
        for name in group["Parameters"]:
            said = template["Parameters"][name]
            yield f"| `{name}` | {_default(said)} | {said['Description']}{_allowed(said)} |"


def _default(said: dict[str, Any]) -> str:
    if "Default" not in said:
        return "must be given"
    return f"`{said['Default']}`" if said["Default"] != "" else "empty"


def _allowed(said: dict[str, Any]) -> str:
    values = [f"`{value}`" for value in said.get("AllowedValues", [])]
    return f" One of {', '.join(values)}." if 0 < len(values) <= _VALUES_MAX else ""


def main(document: Path = ROOT / "docs" / "deployment.md") -> None:
    """Write the table anew."""
    document.write_text(with_table(document.read_text(), make(ROOT, "prod")))


if __name__ == "__main__":
    main()
