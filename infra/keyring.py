"""The keys of a run on a laptop: made once and kept beside the data, so that draws and tokens outlive a restart."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Iterator, MutableMapping
from pathlib import Path

_NAMES = ("DRAW_KEY", "ADMISSION_KEYS", "AUTH_KEYS", "TICKET_KEYS")
_BYTES = 32


def provide(environ: MutableMapping[str, str], data_dir: Path) -> None:
    """Set the keys that the environment does not have to those of ``keys.json``, which is made if it is not there.

    A file of an earlier version that knows fewer keys keeps those and gets the others.
    """
    file = data_dir / "keys.json"
    with _alone(data_dir):
        kept = json.loads(file.read_text()) if file.exists() else {}
        if not kept.keys() >= set(_NAMES):
            kept = {name: secrets.token_urlsafe(_BYTES) for name in _NAMES} | kept
            _write(file, kept)
    for name in _NAMES:
        environ[name] = environ.get(name) or kept[name]


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    # Two runs that begin at once must not each make keys of their own.
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _write(file: Path, keys: dict[str, str]) -> None:
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(keys))
    draft.replace(file)
