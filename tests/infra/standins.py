"""Stand-ins for the programs of a deployment: each writes down how it was called, and says what it was told to say."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore import xform_name

_PROGRAM = """#!{python}
import json, pathlib, sys
folder = pathlib.Path({folder!r})
called = [{name!r}, *sys.argv[1:]]
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps(called) + "\\n")
answers = json.loads((folder / "answers").read_text())
code, out, err = next((said for words, said in answers if called[: len(words)] == words), (0, "", ""))
sys.stdout.write(out.replace("STDIN", sys.stdin.read() if "STDIN" in out else ""))
sys.stderr.write(err)
sys.exit(code)
"""
_CUSTOM = {("cloudformation", "deploy"), ("configure", "get"), ("ecr", "get-login-password")}
"""Commands that the AWS CLI has beside the operations of its services."""
_GLOBAL = {"output", "query"}


class StandIns:
    """Programs of some names in a folder that is put on PATH."""

    def __init__(self, folder: Path, *names: str) -> None:
        """Write the programs; each ends well and says nothing until it is told otherwise."""
        self.folder = folder
        self._answers: list[Any] = []
        folder.mkdir()
        (folder / "calls").touch()
        self.answer([], 0)
        for name in names:
            program = folder / name
            program.write_text(_PROGRAM.format(python=sys.executable, folder=str(folder), name=name))
            program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def answer(self, words: list[str], code: int, out: str = "", err: str = "") -> None:
        """Have calls that begin so end with this code and these words; the last answer told counts."""
        self._answers.insert(0, (words, (code, out, err)))
        (self.folder / "answers").write_text(json.dumps(self._answers))

    def calls(self) -> list[list[str]]:
        """Return the calls so far, the program's name first."""
        return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]


def unknown_options(service: str, command: str, *words: str) -> Iterator[str]:
    """Return the options of a call of the AWS CLI that its operation does not have; KeyError for no operation."""
    if (service, command) in _CUSTOM:
        return
    model = boto3.Session(region_name="eu-central-1").client(service.removesuffix("api")).meta.service_model
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    shape: Any = model.operation_model(operations[command]).input_shape
    known = {xform_name(name, "-") for name in shape.members} | _GLOBAL
    given = [word.removeprefix("--") for word in words if word.startswith("--")]
    yield from (f"{service} {command} --{option}" for option in given if option not in known)
