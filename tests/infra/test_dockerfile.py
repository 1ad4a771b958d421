"""What the image is made of: the Dockerfile, what reaches its builder, and the packages that it installs."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.image import standin
from infra.image.build import DOCKERFILE
from tests.infra.running import ROOT

HADOLINT = Path(sys.executable).with_name("hadolint")
STANDIN = Path(standin.__file__).with_name("Dockerfile")
REQUEST, PUBLISH = "requirements.txt", "infra/requirements-publish.txt"
CHALICE = "chalice"
"""Its command line wants more than what runs on Lambda."""


def complaints(dockerfile: Path) -> list[str]:
    """Give the rules that a Dockerfile breaks, by hadolint."""
    command = [str(HADOLINT), "--no-color", str(dockerfile)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert bool(done.returncode) == bool(done.stdout), done
    return re.findall(r"\b(?:DL|SC)\d+\b", done.stdout)


@pytest.mark.parametrize("dockerfile", [DOCKERFILE, STANDIN], ids=["image", "stand-in"])
def test_hadolint_finds_nothing(dockerfile: Path) -> None:
    """At its defaults: every rule counts, and none is ignored in a file of its own or by a comment."""
    assert complaints(dockerfile) == []
    assert "hadolint ignore" not in dockerfile.read_text()


@pytest.mark.parametrize(
    ("text", "worse", "rule"),
    [
        ("FROM ${BASE} AS build", "FROM debian AS build", "DL3006"),
        ("FROM ${BASE} AS build", "FROM debian:latest AS build", "DL3007"),
        ("--no-cache-dir ", "", "DL3042"),
        ("-r requirements.txt", "redis", "DL3013"),
        ("WORKDIR /build", "WORKDIR build", "DL3000"),
        ("USER 65534:65534", "USER root", "DL3002"),
        ('CMD ["app.app"]', "CMD app.app", "DL3025"),
        ("COPY app.py app/", "ADD app.py app/", "DL3020"),
        ("&& rm -rf packages/bin", "&& rm -rf $PWD/packages/bin", "SC2086"),
    ],
)
def test_hadolint_refuses_a_worse_dockerfile(tmp_path: Path, text: str, worse: str, rule: str) -> None:
    """Each of these would be found in ours."""
    good = DOCKERFILE.read_text()
    assert text in good
    (tmp_path / "Dockerfile").write_text(good.replace(text, worse))
    assert rule in complaints(tmp_path / "Dockerfile")


def test_the_builder_is_sent_what_the_image_copies_and_nothing_else() -> None:
    """No data, no keys and no history can get in by a mistake in the Dockerfile."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.read_text(), re.MULTILINE)
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == {
        source.rstrip("/") for sources in copied for source in sources.split()
    }


@pytest.mark.parametrize("file", [REQUEST, PUBLISH])
def test_every_package_is_pinned_to_one_version(file: str) -> None:
    """The same commit makes the same image."""
    assert all(str(pin.specifier).startswith("==") for pin in pins(file))


@pytest.mark.parametrize(("file", "beside"), [(REQUEST, []), (PUBLISH, [REQUEST])], ids=["request", "publish"])
def test_what_the_packages_want_is_named_too(file: str, beside: list[str]) -> None:
    """The image resolves nothing: what is not named would be missing, at the first use of it."""
    named = {canonicalize_name(pin.name): pin for known in (file, *beside) for pin in pins(known)}
    for pin in pins(file):
        for wanted in wants(pin):
            there = named.get(canonicalize_name(wanted.name))
            assert there, f"{pin.name} wants {wanted}"
            (version,) = there.specifier
            assert wanted.specifier.contains(version.version), f"{pin.name} wants {wanted}"


def test_nothing_is_named_that_nobody_wants() -> None:
    """Of what stands beside boto3."""
    listed = {canonicalize_name(pin.name) for pin in pins(PUBLISH)} - {"boto3"}
    assert listed <= {canonicalize_name(wanted.name) for pin in pins(PUBLISH) for wanted in wants(pin)}


def pins(file: str) -> list[Requirement]:
    """Read a file of requirements."""
    lines = (ROOT / file).read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def wants(pin: Requirement) -> list[Requirement]:
    """Give what a package wants on the Python of the image."""
    (python,) = re.findall(r"python:(\d+\.\d+)$", DOCKERFILE.read_text(), re.MULTILINE)
    there = {**default_environment(), "python_version": python, "python_full_version": f"{python}.0"}
    found = [] if pin.name == CHALICE else [Requirement(text) for text in requires(pin.name) or []]
    extras = ["", *pin.extras]
    return [w for w in found if not w.marker or any(w.marker.evaluate({**there, "extra": extra}) for extra in extras)]
