"""The Makefile sets up what a target needs, and says in one line what it cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infra.running import ROOT

_OLD = "import sys; sys.version_info = (3, 10); exec(sys.argv[1])"
_WITHOUT_VENV = "import sys; sys.modules['ensurepip'] = None; exec(sys.argv[1])"


@pytest.mark.parametrize(
    ("pretence", "words"),
    [(None, "install Python 3.11 or newer"), (_OLD, "is older than 3.11"), (_WITHOUT_VENV, "cannot make a venv")],
    ids=["missing", "old", "without venv"],
)
def test_a_python_that_will_not_do_is_one_clear_line(tmp_path: Path, pretence: str | None, words: str) -> None:
    """No half-made .venv is left behind, and `make` fails."""
    python = tmp_path / "python"
    if pretence:
        python.write_text(f"""#!/bin/sh\nexec {sys.executable} -c "{pretence}" "$2"\n""")
        python.chmod(0o755)
    for name in ("Makefile", "requirements.txt", "infra/requirements-local.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    command = ["make", "run", f"PYTHON={python}"]
    # As in a shell of its own: below `make test` it would say which folder it enters.
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if not line.startswith("make: ***")]
    assert len(ours) == 1
    assert words in ours[0]
    assert done.stdout == ""
    assert not (tmp_path / ".venv").exists()
    assert done.returncode != 0
