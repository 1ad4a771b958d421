"""The program that builds images: docker, podman or buildah, whichever is there and works."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PLATFORM = "linux/amd64"  # what .chalice/config.json and the template say
_PINNED = re.compile(r".+@sha256:[0-9a-f]{64}")


class ImageError(Exception):
    """An image cannot be built or is not as it must be; the message is for the person who asked."""


@dataclass(frozen=True)
class Engine:
    """How one of the programs is asked for what all of them can."""

    name: str
    probe: tuple[str, ...]
    digest: tuple[str, ...]
    """Prints the digest of a pulled image, perhaps with its name before it."""
    options: tuple[str, ...] = ()
    """Come before each of its commands."""
    build_options: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)

    def works(self) -> bool:
        """Tell whether it is there, and whatever it needs as well."""
        try:
            return self._run(self.probe, capture_output=True, check=False).returncode == 0
        except FileNotFoundError:
            return False

    def ask(self, *command: str) -> str:
        """Run one of its commands and give what it prints. Raises ImageError with its last words."""
        try:
            return self._run(command, capture_output=True, check=True).stdout.strip()
        except subprocess.CalledProcessError as error:
            last_words = (error.stderr.strip() or error.stdout.strip() or "no word").splitlines()[-1]
            raise ImageError(f"{self.name} {command[0]} failed: {last_words}") from None

    def build(self, dockerfile: Path, context: Path, tag: str, arguments: Mapping[str, str]) -> None:
        """Build an image, with its output on the terminal. Raises ImageError."""
        given = [f"--build-arg={name}={value}" for name, value in arguments.items()]
        command = ["build", *self.build_options, f"--platform={_PLATFORM}", f"--file={dockerfile}", f"--tag={tag}"]
        if self._run([*command, *given, str(context)], capture_output=False, check=False).returncode:
            raise ImageError(f"{self.name} could not build {tag}; what it said stands above")

    def pinned(self, base: str) -> str:
        """Give the base image by its digest: as it stands there, or that of what its tag is at the moment.

        Raises ImageError when it cannot be pulled or has none.
        """
        if is_pinned(base):
            return base
        self.ask("pull", f"--platform={_PLATFORM}", base)
        pinned = f"{_without_tag(base)}@{self.ask(*self.digest, base).rpartition('@')[2]}"
        if not is_pinned(pinned):
            raise ImageError(f"{self.name} knows no digest of {base}; give one with BASE=NAME@sha256:...")
        return pinned

    def _run(self, command: Sequence[str], *, capture_output: bool, check: bool) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.name, *self.options, *command],
            env=os.environ | self.environ,
            capture_output=capture_output,
            text=True,
            check=check,
        )


# Lambda takes single manifests only: no index, which buildx makes for the sake of its attestations.
DOCKER = Engine(
    "docker",
    probe=("info",),
    digest=("image", "inspect", "--format={{index .RepoDigests 0}}"),
    environ={"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"},
)
PODMAN = Engine("podman", probe=("info",), digest=("image", "inspect", "--format={{index .RepoDigests 0}}"))
BUILDAH = Engine("buildah", probe=("images",), digest=("inspect", "--type=image", "--format={{.FromImageDigest}}"))
ENGINES = (DOCKER, PODMAN, BUILDAH)


def first_working(engines: Sequence[Engine] = ENGINES) -> Engine:
    """Give the first that works. Raises ImageError that says what was tried."""
    for engine in engines:
        if engine.works():
            return engine
    names = ", ".join(engine.name for engine in engines)
    raise ImageError(f"no engine to build with: none of {names} is there and works; install one, or start its daemon")


def is_pinned(base: str) -> bool:
    """Tell whether this names one image for ever."""
    return _PINNED.fullmatch(base) is not None


def _without_tag(name: str) -> str:
    # The port of a registry has a colon too, but stands before a slash.
    path, colon, tag = name.rpartition(":")
    return path if colon and "/" not in tag else name
