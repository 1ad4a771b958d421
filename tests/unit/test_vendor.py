"""What of others is served is what its README says, and nothing beside it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

_VENDOR = Path(__file__).resolve().parents[2] / "chalicelib" / "pages" / "assets" / "vendor"
_ROW = re.compile(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", re.MULTILINE)


def test_each_file_of_others_is_the_one_that_was_looked_at() -> None:
    """A byte that changed, a file that came along, or one that is gone: each is seen."""
    written = dict(_ROW.findall((_VENDOR / "README.md").read_text(encoding="utf-8")))
    files = {file.name: file.read_bytes() for file in _VENDOR.iterdir() if file.name != "README.md"}
    assert {name: hashlib.sha256(raw).hexdigest() for name, raw in files.items()} == written
