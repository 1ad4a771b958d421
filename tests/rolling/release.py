"""The releases that serve side by side: this one, the previous one as git has it, and this one with another library."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.worker import ROOT

PREVIOUS = "5788f6d57508c9140cd7d9889f5c0d9527878614"
"""The commit that is deployed now, and that the next deployment runs beside. Whoever has deployed writes here what."""


@dataclass(frozen=True)
class Release:
    """Code of the service: where it stands, and what its processes find in their environment beside the common."""

    name: str
    root: Path = ROOT
    environ: dict[str, str] = field(default_factory=dict)


THIS = Release("this")
RENAMED = Release("renamed", environ={"TESTS_OLDER_LIBRARY": "1"})
"""The code of this release with another text of the library, as if a comment in it had been changed."""


def previous(folder: Path) -> Release:
    """Put the previous release into a folder; its dependencies are those of this one.

    Where the history of the project is not there the test cannot be made: it is skipped aloud, and fails in CI.
    """
    words = ["git", "-C", str(ROOT), "archive", PREVIOUS, "app.py", "chalicelib"]
    archive = subprocess.run(words, capture_output=True, check=False)
    if archive.returncode:
        why = f"no previous release: this needs a clone with its history ({archive.stderr.decode().strip()})"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    return Release("previous", folder)
