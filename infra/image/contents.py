"""What must be true of the files and the description of the image; each check gives what speaks against it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution
from pathlib import Path

from infra.image import build
from infra.image.container import SDK, Container
from infra.options import ROOT

GLIBC = (2, 34)
"""That of Amazon Linux 2023, on which the base for Python 3.12 and newer is built."""
OURS = ("app.py", "chalicelib")
_SDK = "/opt/sdk"
_MANYLINUX = re.compile(r"manylinux_(\d+)_(\d+)_\w+")
_OLD_MANYLINUX = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
_PIN = re.compile(r"^([\w.-]+)(?:\[\w+\])?==(\S+)$", re.MULTILINE)


def described(image: Container) -> Iterator[str]:
    """Its labels say version, commit and base; without a command of its own it serves requests."""
    said = {name.removeprefix("org.opencontainers.image."): value for name, value in image.labels.items()}
    for name, wanted in {"version": build.version(), "revision": build.revision()}.items():
        if said.get(name) != wanted:
            yield f"{name} is {said.get(name)!r} and not {wanted!r}"
    if not said.get("base.name"):
        yield "no word of the base"
    if image.config.get("Cmd") != ["app.app"]:
        yield f"the command is {image.config.get('Cmd')}"


def not_root(image: Container) -> Iterator[str]:
    """Its user is nobody, and can read all of it and write none."""
    if image.user != "65534:65534":
        yield f"the user is {image.user}"
    for file in _files(image):
        mode = file.stat().st_mode
        if not mode & 0o004 or mode & 0o022:
            yield f"{_inside(image, file)} has mode {mode & 0o777:o}"


def nothing_else(image: Container) -> Iterator[str]:
    """It holds app.py, chalicelib and the pinned packages, and nothing else, be it tests, caches or scripts."""
    for folder, pins in ((image.task_root, "requirements.txt"), (_SDK, "infra/requirements-publish.txt")):
        root = image.path(folder)
        packages = [Distribution.at(info) for info in root.glob("*.dist-info")]
        found = {_normal(package.name): package.version for package in packages}
        wanted = {_normal(name): version for name, version in _PIN.findall((ROOT / pins).read_text())}
        if found != wanted:
            yield f"{folder} and {pins} differ: {dict(found.items() ^ wanted.items())}"
        known = {str(file) for package in packages for file in package.files or []}
        known |= {str(f.relative_to(ROOT)) for name in OURS for f in [ROOT / name, *(ROOT / name).rglob("*")]}
        for file in root.rglob("*"):
            name = str(file.relative_to(root))
            # pip writes INSTALLER and REQUESTED itself.
            if file.is_file() and file.suffix != ".pyc" and name not in known and ".dist-info/" not in name:
                yield f"{_inside(image, file)} belongs to nothing"


def compiled(image: Container) -> Iterator[str]:
    """Every module has its bytecode for this Python, valid whatever the times of the files."""
    tag = image.python("import sys; print(sys.implementation.cache_tag)")
    for file in _files(image):
        if file.suffix != ".py":
            continue
        bytecode = file.parent / "__pycache__" / f"{file.stem}.{tag}.pyc"
        if not bytecode.exists():
            yield f"{_inside(image, file)} has none"
        elif bytecode.read_bytes()[4] != 0b01:  # by hash, unchecked (PEP 552)
            yield f"{_inside(image, bytecode)} is checked against its source"


def loadable(image: Container) -> Iterator[str]:
    """No compiled module wants a newer C library than Amazon Linux 2023 has."""
    for folder in (image.task_root, _SDK):
        for wheel in image.path(folder).glob("*.dist-info/WHEEL"):
            wants = [glibc(line) for line in wheel.read_text().splitlines() if line.startswith("Tag:")]
            if min(wants) > GLIBC:
                yield f"{wheel.parent.name} wants glibc {'.'.join(map(str, min(wants)))}"


def sdk_apart(image: Container) -> Iterator[str]:
    """boto3 is there for the functions that are given its folder, and for no other."""
    where = "from importlib.util import find_spec; print([n for n in ('boto3', 'botocore') if find_spec(n)])"
    found = image.python(where)
    if found != "[]":
        yield f"a request could import {found}"
    origin = image.python("import boto3; print(boto3.__file__)", **SDK)
    if not origin.startswith(_SDK):
        yield f"with {SDK} it is {origin}"


CHECKS: tuple[Callable[[Container], Iterator[str]], ...] = (
    described,
    not_root,
    nothing_else,
    compiled,
    loadable,
    sdk_apart,
)


def glibc(tag: str) -> tuple[int, int]:
    """Give the glibc that a wheel's tag asks for, 0.0 if none; a platform that is not Linux with glibc asks for all."""
    platform = tag.rpartition("-")[2]
    if platform == "any":
        return (0, 0)
    versions = [(int(major), int(minor)) for major, minor in _MANYLINUX.findall(platform)]
    versions += [version for name, version in _OLD_MANYLINUX.items() if platform.startswith(f"{name}_")]
    return min(versions, default=(99, 0))


def _files(image: Container) -> Iterator[Path]:
    for folder in (image.task_root, _SDK):
        yield from (file for file in image.path(folder).rglob("*") if file.is_file())


def _inside(image: Container, file: Path) -> str:
    return f"/{file.relative_to(image.root)}"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
