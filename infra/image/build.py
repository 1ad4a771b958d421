"""The image as infra/Dockerfile says it, and what it is told about itself."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

from infra.image.engine import Engine
from infra.options import ROOT

DOCKERFILE = ROOT / "infra" / "Dockerfile"
_BASE = re.compile(r"^ARG BASE=(\S+)$", re.MULTILINE)


def build(engine: Engine, base: str, tag: str, version: str) -> None:
    """Build the image on `base`, labelled with its version, the commit and the base. Raises ImageError."""
    engine.build(DOCKERFILE, ROOT, tag, {"BASE": base, "VERSION": version, "REVISION": revision()})


def base() -> str:
    """Give the base image that the Dockerfile names, by its tag."""
    (named,) = _BASE.findall(DOCKERFILE.read_text())
    return str(named)


def version() -> str:
    """Give the version that pyproject.toml says."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def revision(folder: Path = ROOT) -> str:
    """Give the commit of a folder, ``-dirty`` if it has changed since; ``unknown`` where there is no git."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()
    except (FileNotFoundError, subprocess.CalledProcessError):
        return "unknown"
