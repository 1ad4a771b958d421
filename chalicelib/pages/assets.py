"""The files that the pages are made of: read once, and kept by browsers for good under a digest of them all."""

from __future__ import annotations

import hashlib
import posixpath
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parent / "assets"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml; charset=utf-8",
}
_IMPORT = re.compile(r"""^(?:import|export)\b[^"';(]*?["'](\.[^"']+)["']""", re.MULTILINE)
_VERSION_DIGITS = 16


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    text: str
    media_type: str


@dataclass(frozen=True)
class Shelf:
    """All files by ``folder/name``; ``version`` is another one when any of them is."""

    version: str
    files: dict[str, Asset]

    def loaded_by(self, entry: str) -> list[str]:
        """Give the modules that a module imports, directly or not, itself first; not those it imports when needed."""
        found = [entry]
        for name in found:
            for path in _IMPORT.findall(self.files[name].text):
                imported = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
                if imported not in found:
                    found.append(imported)
        return found


@cache
def shelf() -> Shelf:
    """Give the files of this build; the first call reads them."""
    files = {
        file.relative_to(_ROOT).as_posix(): Asset(file.read_text(encoding="utf-8"), _MEDIA_TYPES[file.suffix])
        for file in sorted(_ROOT.glob("*/*"))
        if file.suffix in _MEDIA_TYPES
    }
    digest = hashlib.sha256()
    for name, asset in files.items():
        for part in (name, asset.text):
            digest.update(f"{len(part)}:{part}".encode())
    return Shelf(digest.hexdigest()[:_VERSION_DIGITS], files)
