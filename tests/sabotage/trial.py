"""A trial: one sabotage in a copy of the tree, and the suite against it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.sabotage.sabotage import Sabotage

ROOT = Path(__file__).parents[2]
ONE_BACKEND = ("-k", "not redis7 and not cluster")
QUICK = ("tests/unit", "tests/http")
_LATER = ("tests/integration", "tests/faults", "tests/concurrency", "tests/stateful")
SUITE: tuple[tuple[str, ...], ...] = (
    QUICK,
    *((folder, *ONE_BACKEND) for folder in _LATER),
    ("tests", *(f"--ignore={folder}" for folder in (*QUICK, *_LATER))),
)
"""The whole suite, from quick to slow."""

# These compare texts, or break the rules themselves: that a sabotage is another text is nothing to notice.
_UNFAIR = (
    *("tests/unit/test_sabotage.py", "tests/unit/test_lint_lua.py", "tests/unit/test_keys.py"),
    *("tests/unit/test_errors.py", "tests/http/test_openapi.py", "tests/stateful/test_the_model_notices.py"),
    "tests/rolling",  # wants the history of the project, which a copy has not
)
_FAILED = 1  # the exit status of pytest; any other but 0 is trouble of another kind
_NOTHING_SELECTED = 5


class Unreadable(Exception):
    """Tests of a tree cannot even be read."""


@dataclass(frozen=True)
class Verdict:
    """How a trial ended: which test noticed, what it said, and after how long."""

    sabotage: Sabotage
    outcome: Literal["caught", "survived", "broken"]
    seconds: float
    test: str = ""
    words: str = ""


@contextmanager
def copy_of_the_project() -> Iterator[Path]:
    """Give a copy of the files of the project as they are now, with the same .venv.

    Trials copy the copy: who goes on working meanwhile harms nobody.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    with tempfile.TemporaryDirectory(prefix="sabotage-") as directory:
        tree = Path(directory)
        for name in filter(None, listed.stdout.decode().split("\0")):
            if (ROOT / name).is_file():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, tree / name)
        (tree / ".venv").symlink_to(ROOT / ".venv")
        yield tree


@contextmanager
def copy_of(tree: Path) -> Iterator[Path]:
    """Give a copy of a tree in which no test has failed; what Python compiled there is as good here."""
    with tempfile.TemporaryDirectory(prefix="sabotage-") as directory:
        without = shutil.ignore_patterns(".pytest_cache", ".hypothesis")
        yield Path(shutil.copytree(tree, directory, symlinks=True, ignore=without, dirs_exist_ok=True))


def trial(sabotage: Sabotage, unharmed: Path) -> Verdict:
    """Break the rule in a fresh copy and run the first guess, then the whole suite, until a test fails."""
    started = time.monotonic()

    def ended(outcome: Literal["caught", "survived", "broken"], test: str = "", words: str = "") -> Verdict:
        return Verdict(sabotage, outcome, time.monotonic() - started, test, words)

    with copy_of(unharmed) as tree:
        sabotage.apply(tree)
        sold = _run(tree, "-m", "tests.sabotage.plain_sale")
        if sold.returncode:
            return ended("broken", words=(sold.stderr.strip() or "?").splitlines()[-1])
        guess = (f"tests/{sabotage.guess}", *ONE_BACKEND)
        try:
            for targets in (guess, *SUITE):
                # A first guess names the tests of the rule; whatever else fails must do so twice.
                if failure := first_failure(tree, targets, is_doubted=targets is not guess):
                    return ended("caught", *failure)
        except Unreadable as error:
            return ended("broken", words=str(error))
    return ended("survived")


def first_failure(tree: Path, targets: Sequence[str], *, is_doubted: bool) -> tuple[str, str] | None:
    """Run these tests of a tree until one fails; gives it and its words, or None.

    One that is doubted has to fail again alone: on a busy machine some test may be late by itself. Raises Unreadable.
    """
    spared: list[str] = []
    while (done := _pytest(tree, [*targets, *spared])).returncode == _FAILED:
        test = _first_failed(tree)
        if "::" not in test:
            break
        if not is_doubted or _pytest(tree, [test]).returncode == _FAILED:
            return test, _words_of(done.stdout)
        spared.append(f"--deselect={test}")
    if done.returncode not in {0, _NOTHING_SELECTED}:
        raise Unreadable(f"pytest {' '.join(targets)}: {done.stdout[-300:]}")
    return None


def _pytest(tree: Path, targets: Sequence[str]) -> subprocess.CompletedProcess[str]:
    unfair = (f"--ignore={path}" for path in _UNFAIR)
    # Half of the time of a trial would be the start of a plugin that no test uses.
    return _run(tree, "-m", "pytest", *targets, *unfair, "-q", "-x", "--tb=short", "-p", "no:schemathesis")


def _run(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=tree, capture_output=True, text=True, check=False)


def _first_failed(tree: Path) -> str:
    # What pytest keeps for --last-failed: the id of a test, or of a file that could not even be read.
    kept = tree / ".pytest_cache" / "v" / "cache" / "lastfailed"
    return next(iter(json.loads(kept.read_text())), "") if kept.exists() else ""


def _words_of(output: str) -> str:
    found = re.search(r"^(?:FAILED|ERROR) \S+::.*? - (.*)$", output, re.MULTILINE)
    return found[1] if found else ""
