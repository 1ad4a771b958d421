"""A built image with its files on disk, where its processes run without an engine: as root, by chroot."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Self

from infra.image.engine import Engine, ImageError
from infra.runtime_api import Function

SDK = {"PYTHONPATH": "/opt/sdk:/var/runtime"}
"""What the template gives the functions that talk to AWS."""
WITH_SDK = {"app.publish", "app.archive"}


class Container:
    """A container of buildah's; as a context manager it is gone after the block, and the image stays.

    Its processes have the image's user, variables, working directory and entry point, and the network of this machine.
    """

    def __init__(self, engine: Engine, image: str) -> None:
        """Lay out the files of the image. Raises ImageError."""
        self._engine = engine
        self.config: dict[str, Any] = json.loads(engine.ask("inspect", "--type=image", image))["OCIv1"]["config"]
        self.labels: dict[str, str] = self.config.get("Labels") or {}
        self.user: str = self.config.get("User") or "0:0"
        self.environ: dict[str, str] = dict(pair.split("=", 1) for pair in self.config["Env"])
        self.task_root = self.environ["LAMBDA_TASK_ROOT"]
        self._id = engine.ask("from", "--pull-never", image)
        self.root = Path(engine.ask("mount", self._id))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.ask("umount", self._id)
        self._engine.ask("rm", self._id)

    def path(self, inside: str) -> Path:
        """Give where a path of the container is on this machine."""
        return self.root / inside.lstrip("/")

    def command(self, *words: str) -> list[str]:
        """Give what runs this command in the container; it becomes the process, with no shell between."""
        chroot = shutil.which("chroot") or "/usr/sbin/chroot"
        workdir = self.config.get("WorkingDir") or "/"
        return [chroot, f"--userspec={self.user}", str(self.root), "/usr/bin/env", f"--chdir={workdir}", *words]

    def python(self, program: str, **environ: str) -> str:
        """Run a program on the image's Python, in its task root, and give what it prints. Raises ImageError."""
        done = subprocess.run(
            self.command("python3", "-c", program),
            env=self.environ | environ,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ImageError(f"in the image {program!r} fails: {done.stderr.strip().splitlines()[-1]}")
        return done.stdout.strip()

    def function(self, handler: str, environ: dict[str, str]) -> Function:
        """Start the image as Lambda does, with this handler as its command."""
        more = SDK if handler in WITH_SDK else {}
        return Function(handler, self.environ | environ | more, command=self.command(*self.config["Entrypoint"]))
