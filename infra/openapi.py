"""Writes docs/openapi.json from the route table."""

from __future__ import annotations

import json
from pathlib import Path

from app import table
from chalicelib.http.openapi import document

TARGET = Path(__file__).parents[1] / "docs" / "openapi.json"

if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(document(table), indent=1, ensure_ascii=False) + "\n")
