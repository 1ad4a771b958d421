"""What Chalice knows: the functions, their schedules and the API, as its own `chalice package` writes them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from infra.packaging.errors import PackageError

ORIGIN = "https://cors-origin.invalid"
"""Stands where the template puts the parameter CorsOrigin: without an origin Chalice would make no OPTIONS methods."""
_CHALICE = "import sys; from chalice.cli import main; sys.exit(main())"  # this Python's, whatever is on PATH


def chalice_template(root: Path, stage: str) -> dict[str, Any]:
    """Return the SAM template that Chalice makes of app.py for the stage. Raises PackageError.

    Chalice works on a copy of the code alone: without the requirements it downloads nothing, and without the
    variables that the stages of .chalice/config.json give a laptop, or those of this shell, none can get in.
    """
    config = json.loads((root / ".chalice" / "config.json").read_text())
    if stage not in config["stages"]:
        raise PackageError(f"STAGE must be one of {', '.join(sorted(config['stages']))}, not {stage!r}")
    with tempfile.TemporaryDirectory() as folder:
        copy, out = Path(folder, "code"), Path(folder, "out")
        shutil.copytree(root / "chalicelib", copy / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(root / "app.py", copy)
        (copy / "requirements.txt").touch()
        (copy / ".chalice").mkdir()
        (copy / ".chalice" / "config.json").write_text(json.dumps(_without_variables(config)))
        _package(copy, stage, out)
        template: dict[str, Any] = json.loads((out / "sam.json").read_text())
    return template


def _without_variables(config: dict[str, Any]) -> dict[str, Any]:
    bare = {name: value for name, value in config.items() if name != "environment_variables"}
    bare["stages"] = {
        stage: {name: value for name, value in settings.items() if name != "environment_variables"}
        for stage, settings in config["stages"].items()
    }
    return bare


def _package(folder: Path, stage: str, out: Path) -> None:
    """Run `chalice package`; the region is one that it wants to hear and writes nowhere."""
    environ = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "AWS_DEFAULT_REGION": "us-east-1",
        "CORS_ORIGIN": ORIGIN,
    }
    command = [sys.executable, "-c", _CHALICE, "package", "--stage", stage, str(out)]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackageError(f"chalice package failed:\n{done.stdout}{done.stderr}")
