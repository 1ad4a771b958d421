"""`make image`: which engine builds, on which base, and what the image is told."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.image import build
from infra.image.engine import is_pinned
from tests.infra.running import ROOT

DIGEST = f"sha256:{'5' * 64}"
REFUSES = "echo no daemon >&2; exit 1"
WORKS = """
printf '%s\\n' "$*" >> "$0.asked"
case "$1 $2" in
  inspect*|"image inspect") echo "$FOUND" ;;
esac
"""


def installed(folder: Path, **engines: str) -> str:
    """Give a PATH on which these engines are, as shell scripts, and git."""
    for name, script in engines.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    (folder / "git").write_text('#!/bin/sh\nPATH=/usr/bin:/bin exec git "$@"\n')
    (folder / "git").chmod(0o755)
    return str(folder)


def asked(folder: Path, engine: str) -> list[str]:
    """Give the commands that an engine was given."""
    return (folder / f"{engine}.asked").read_text().splitlines()


def make_image(path: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Build, as `make image` does, with nothing on PATH but this."""
    outside = {name: value for name, value in os.environ.items() if name not in {"BASE", "TAG", "VERSION"}}
    return subprocess.run(
        [sys.executable, "-m", "infra.image"],
        cwd=ROOT,
        env=outside | {"PATH": path} | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_first_engine_that_works_builds(tmp_path: Path) -> None:
    """A docker without its daemon, as here, is none."""
    path = installed(tmp_path, docker=REFUSES, podman=WORKS, buildah=WORKS)
    done = make_image(path, BASE=f"base@{DIGEST}")
    assert (done.returncode, done.stderr) == (0, "")
    assert asked(tmp_path, "podman")[-1].startswith("build ")
    assert not (tmp_path / "buildah.asked").exists()


def test_without_an_engine_there_is_one_clear_line(tmp_path: Path) -> None:
    """It names what it looked for."""
    done = make_image(installed(tmp_path, docker=REFUSES))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "docker, podman, buildah" in done.stderr


@pytest.mark.parametrize("engine", ["docker", "podman", "buildah"])
def test_a_base_without_digest_is_looked_up_and_built_by_its_digest(tmp_path: Path, engine: str) -> None:
    """Whatever the tag is tomorrow, the image says what it was made on, and the line to make it again."""
    found = DIGEST if engine == "buildah" else f"registry:5000/python@{DIGEST}"
    path = installed(tmp_path, **{engine: WORKS})
    done = make_image(path, BASE="registry:5000/python:3.13", FOUND=found)
    assert done.returncode == 0, done.stderr
    assert f"BASE=registry:5000/python@{DIGEST}" in done.stdout
    commands = asked(tmp_path, engine)
    assert "pull --platform=linux/amd64 registry:5000/python:3.13" in commands
    assert f"--build-arg=BASE=registry:5000/python@{DIGEST} " in commands[-1]


def test_a_base_without_any_digest_is_refused(tmp_path: Path) -> None:
    """As one that was only built here, and never came from a registry."""
    done = make_image(installed(tmp_path, podman=WORKS), BASE="mine:1", FOUND="<no value>")
    assert done.returncode == 1
    assert "give one with BASE=" in done.stderr
    assert not [command for command in asked(tmp_path, "podman") if command.startswith("build")]


def test_a_base_that_cannot_be_pulled_is_one_line_with_the_reason(tmp_path: Path) -> None:
    """In the engine's own words."""
    broken = WORKS + 'test "$1" != pull || { echo trying; echo no such host; exit 125; } >&2'
    done = make_image(installed(tmp_path, buildah=broken))
    assert (done.returncode, done.stderr) == (1, "make image: buildah pull failed: no such host\n")


def test_a_failed_build_fails(tmp_path: Path) -> None:
    """Its output stands on the terminal."""
    broken = WORKS + 'test "$1" != build || { echo step 3 fails; exit 2; }'
    done = make_image(installed(tmp_path, docker=broken), BASE=f"base@{DIGEST}")
    assert done.returncode == 1
    assert "step 3 fails" in done.stdout
    assert "could not build" in done.stderr


def test_the_image_is_told_its_version_and_its_commit(tmp_path: Path) -> None:
    """VERSION and TAG are settings; else the version is that of the project."""
    path = installed(tmp_path, docker=WORKS)
    for environ, tag, version in [
        ({}, f"ticketing:{build.version()}", build.version()),
        ({"VERSION": "7.1"}, "ticketing:7.1", "7.1"),
        ({"TAG": "registry:5000/tix:a", "VERSION": "7.1"}, "registry:5000/tix:a", "7.1"),
    ]:
        assert make_image(path, BASE=f"base@{DIGEST}", **environ).returncode == 0
        command = asked(tmp_path, "docker")[-1]
        assert f"--tag={tag} " in command
        assert f"--build-arg=VERSION={version} --build-arg=REVISION={build.revision()} " in command


def test_the_revision_is_the_commit_and_says_when_the_tree_is_not_it(tmp_path: Path) -> None:
    """Without git it is unknown, and no reason not to build."""
    assert build.revision(tmp_path) == "unknown"
    (tmp_path / "file").write_text("a")
    someone = ("-c", "user.name=t", "-c", "user.email=t@t.invalid")
    for command in (("init", "-q"), ("add", "file"), (*someone, "commit", "-q", "-m", "first")):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    commit = build.revision(tmp_path)
    assert re.fullmatch(r"[0-9a-f]{40}", commit)
    (tmp_path / "file").write_text("b")
    assert build.revision(tmp_path) == f"{commit}-dirty"


@pytest.mark.parametrize(
    ("name", "pinned"),
    [
        (f"python@{DIGEST}", True),
        (f"registry:5000/python:3.13@{DIGEST}", True),
        ("python:3.13", False),
        ("python@sha256:", False),
        (f"python@{DIGEST[:-1]}", False),
        (build.base(), False),
    ],
)
def test_only_a_whole_digest_names_one_image(name: str, pinned: bool) -> None:
    """A tag does not."""
    assert is_pinned(name) == pinned
