"""`make image-check`: what it objects to in the files of an image, and in what the image says of itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.image import contents
from infra.image.container import Container


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
