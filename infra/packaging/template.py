"""The whole template: Chalice's part, the functions as images, the fragments, in one order for ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.packaging.chalice_part import chalice_template
from infra.packaging.fragments import merge, read_fragments
from infra.packaging.functions import as_images
from infra.packaging.gateway import speak_our_words

ROOT = Path(__file__).resolve().parents[2]


def make(root: Path, stage: str) -> dict[str, Any]:
    """Make the template of a stage. Raises PackageError."""
    template = chalice_template(root, stage)
    as_images(template)
    speak_our_words(template)
    merged = merge(template, read_fragments(root / "infra" / "template", template))
    merged["Parameters"]["Stage"]["Default"] = stage
    return merged


def text(template: dict[str, Any]) -> str:
    """Write a template down, the same text for the same template."""
    return json.dumps(template, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
