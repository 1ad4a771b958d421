"""What others say of the template: cfn-lint, and the translator that CloudFormation uses for SAM."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from infra.packaging.errors import PackageError
from infra.packaging.template import ROOT, text

_PYTHON = ROOT / ".venv" / "package" / "bin" / "python"


def lint(template: dict[str, Any]) -> list[str]:
    """Return what cfn-lint finds, warnings too."""
    from cfnlint.api import lint as find  # noqa: PLC0415 - takes a second, and packaging does without
    from cfnlint.config import ManualArgs  # noqa: PLC0415

    found = find(text(template), config=ManualArgs(regions=["eu-central-1", "us-east-1"]))
    return sorted(f"{match.rule.id} {match.message} ({'.'.join(map(str, match.path or ()))})" for match in found)


def translate(template: dict[str, Any]) -> dict[str, Any]:
    """Return the template without SAM, as CloudFormation will see it. Raises PackageError with all that is wrong."""
    if not _PYTHON.exists():
        raise PackageError("the translator is not installed: make .venv/package/.done")
    command = [str(_PYTHON), str(Path(__file__).with_name("translate.py"))]
    done = subprocess.run(command, input=json.dumps(template), capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackageError(f"SAM cannot translate the template: {done.stderr.strip()}")
    translated: dict[str, Any] = json.loads(done.stdout)
    return translated
