"""The keys of a run on a laptop: made once and kept beside the data, so that draws and tokens outlive a restart."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import MutableMapping
from pathlib import Path

_NAMES = ("DRAW_KEY", "ADMISSION_KEYS")
_BYTES = 32


def provide(environ: MutableMapping[str, str], data_dir: Path) -> None:
    """Set the keys that the environment does not have to those of ``keys.json``, which is made if it is not there."""
    file = data_dir / "keys.json"
    if not file.exists():
        _create(file)
    kept = json.loads(file.read_text())
    for name in _NAMES:
        environ[name] = environ.get(name) or kept[name]


def _create(file: Path) -> None:
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({name: secrets.token_urlsafe(_BYTES) for name in _NAMES}))
    # A link and not a rename: of two runs that begin at once the first one's keys stay.
    with contextlib.suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()
