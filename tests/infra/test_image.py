"""`make image`: which engine builds, on which base, what the image is told; and what `make image-check` objects to."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.image import build, contents
from infra.image.container import Container
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
    assert len(build.revision().removesuffix("-dirty")) == 40


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


@pytest.mark.parametrize(
    ("tag", "glibc"),
    [
        ("Tag: py3-none-any", (0, 0)),
        ("Tag: cp311-abi3-manylinux_2_34_x86_64", (2, 34)),
        ("Tag: cp313-cp313-manylinux2014_x86_64", (2, 17)),
        ("Tag: cp313-cp313-manylinux_2_17_x86_64.manylinux_2_39_x86_64", (2, 17)),
        ("Tag: cp313-cp313-linux_x86_64", (99, 0)),
        ("Tag: cp313-cp313-musllinux_1_2_x86_64", (99, 0)),
    ],
)
def test_a_wheel_says_which_c_library_it_wants(tag: str, glibc: tuple[int, int]) -> None:
    """What is built for this machine alone, or for another C library, is wanted nowhere."""
    assert contents.glibc(tag) == glibc


class Laid(Container):
    """An image whose few files a test has written."""

    def __init__(self, root: Path) -> None:
        self.root, self.user, self.task_root = root, "65534:65534", "/var/task"
        self.environ, self.config, self.labels = {}, {"Cmd": ["app.app"]}, {}

    def command(self, *words: str) -> list[str]:
        """Run on this machine's Python."""
        return [sys.executable, *words[1:]]


@pytest.fixture
def laid(tmp_path: Path) -> Laid:
    """Give an image of one compiled module and one wheel, to which nothing of this is to be objected."""
    task = tmp_path / "var" / "task"
    info = task / "thing-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
    (info / "WHEEL").write_text("Wheel-Version: 1.0\nTag: cp313-cp313-manylinux_2_34_x86_64\n")
    (task / "thing.py").write_text("x = 1\n")
    compile_all = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(task)]
    subprocess.run([sys.executable, *compile_all], check=True)
    return Laid(tmp_path)


def spoil_mode(task: Path) -> None:
    """A file that Lambda's user cannot read."""
    (task / "thing.py").chmod(0o600)


def spoil_write(task: Path) -> None:
    """A file that everybody can write."""
    (task / "thing.py").chmod(0o666)


def spoil_bytecode(task: Path) -> None:
    """A module that was copied after the others were compiled."""
    (task / "late.py").write_text("x = 2\n")


def spoil_validity(task: Path) -> None:
    """Bytecode that is good only while its source has a certain time."""
    for file in task.rglob("*.pyc"):
        file.unlink()
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(task)], check=True)


def spoil_wheel(task: Path) -> None:
    """A wheel for a newer system."""
    (task / "thing-1.0.dist-info" / "WHEEL").write_text("Tag: cp313-cp313-manylinux_2_39_x86_64\n")


@pytest.mark.parametrize(
    ("check", "spoil"),
    [
        (contents.not_root, spoil_mode),
        (contents.not_root, spoil_write),
        (contents.compiled, spoil_bytecode),
        (contents.compiled, spoil_validity),
        (contents.loadable, spoil_wheel),
    ],
    ids=lambda function: function.__name__,
)
def test_the_check_objects_to_what_would_fail_on_lambda(
    laid: Laid, check: Callable[[Container], Iterator[str]], spoil: Callable[[Path], None]
) -> None:
    """And to nothing before it was spoilt."""
    assert list(check(laid)) == []
    spoil(laid.path("/var/task"))
    assert list(check(laid)) != []


def test_the_check_objects_to_what_does_not_belong_and_to_what_is_missing(laid: Laid) -> None:
    """A package nobody pinned, a file nobody owns, packages that are not there."""
    (laid.path("/var/task") / "secret.json").write_text("{}")
    (laid.path("/opt/sdk")).mkdir(parents=True)
    said = " ".join(contents.nothing_else(laid))
    for word in ("thing", "secret.json", "pydantic", "boto3"):
        assert word in said


def test_the_check_objects_to_an_image_that_does_not_say_what_it_is(laid: Laid) -> None:
    """Or that starts something else, or as root."""
    laid.config, laid.user = {"Cmd": ["bash"]}, "0:0"
    assert len(list(contents.described(laid))) == 4
    assert list(contents.not_root(laid)) == ["the user is 0:0"]
