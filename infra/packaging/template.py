"""The whole template: Chalice's part, the functions as images, the fragments, in one order for ever."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.packaging.chalice_part import chalice_template
from infra.packaging.fragments import merge, read_fragments
from infra.packaging.functions import as_images
from infra.packaging.gateway import speak_our_words
from infra.packaging.nodes import watch_each_node

ROOT = Path(__file__).resolve().parents[2]


def make(root: Path, stage: str) -> dict[str, Any]:
    """Make the template of a stage. Raises PackageError."""
    template = chalice_template(root, stage)
    as_images(template)
    speak_our_words(template)
    fragments = read_fragments(root / "infra" / "template", template)
    merged = merge(template, fragments)
    watch_each_node(merged)
    merged["Parameters"]["Stage"]["Default"] = stage
    merged.setdefault("Metadata", {})["AWS::CloudFormation::Interface"] = {"ParameterGroups": list(_groups(fragments))}
    return merged


def _groups(fragments: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Return the parameters of each fragment as a group, under the name of its file, as the console shows them."""
    for name, fragment in fragments.items():
        if "Parameters" in fragment:
            yield {
                "Label": {"default": name.removesuffix(".yaml").capitalize()},
                "Parameters": [*fragment["Parameters"]],
            }


def text(template: dict[str, Any]) -> str:
    """Write a template down, the same text for the same template."""
    return json.dumps(template, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
