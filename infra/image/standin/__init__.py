"""A base image for where no registry can be reached, in place of the one that infra/Dockerfile names.

The first use makes it, which takes about a minute; it stays until the files that make it change.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

from infra.image.engine import BUILDAH, Engine, ImageError
from infra.options import ROOT

_HERE = Path(__file__).parent
_WORK = ROOT / "build" / "image"
_SUITE = "trixie"  # its Python is that of the base
_PACKAGES = "python3,python3-pip,ca-certificates"
_RUNTIME_CLIENT = re.compile(r"^awslambdaric==(\S+)$", re.MULTILINE)


def engine() -> Engine:
    """Give buildah with a store of its own below build/, where it needs neither a daemon nor namespaces.

    What it builds uses the network and the certificates of this machine.
    """
    places = (f"--root={_WORK}/store", f"--runroot={_WORK}/run", "--storage-driver=vfs")
    return replace(
        BUILDAH,
        options=places,
        build_options=("--pull-never", "--network=host", "--volume=/etc/ssl/certs:/etc/ssl/certs:ro"),
        environ={"BUILDAH_ISOLATION": "chroot"},
    )


def base(engine: Engine) -> str:
    """Give the tag of the stand-in, made now if it is not there. Raises ImageError."""
    (runtime_client,) = _RUNTIME_CLIENT.findall((ROOT / "requirements-dev.txt").read_text())
    tag = f"localhost/lambda-stand-in:{_recipe(runtime_client)}"
    if tag in engine.ask("images", "--format={{.Name}}:{{.Tag}}").splitlines():
        return tag
    context = _WORK / "standin"
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(_HERE, context, ignore=shutil.ignore_patterns("__*__*"))
    _bootstrap(context / "root.tar")
    engine.build(context / "Dockerfile", context, tag, {"AWSLAMBDARIC": runtime_client})
    shutil.rmtree(context)
    return tag


def _recipe(runtime_client: str) -> str:
    """Give what changes with whatever the stand-in is made of."""
    recipe = hashlib.sha256(runtime_client.encode())
    for file in sorted(_HERE.iterdir()):
        if file.is_file():
            recipe.update(file.read_bytes())
    return recipe.hexdigest()[:12]


def _bootstrap(archive: Path) -> None:
    root, log = archive.with_name("root"), archive.with_name("debootstrap.log")
    print(f"Making a stand-in of Debian {_SUITE} for the base image; this once takes about a minute.", flush=True)
    with log.open("w") as output:
        made = subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={_PACKAGES}", _SUITE, str(root)],
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if made.returncode:
        raise ImageError(f"debootstrap failed: {log.read_text().splitlines()[-1]}")
    shutil.rmtree(root / "var" / "cache" / "apt")
    subprocess.run(["tar", "--create", f"--file={archive}", f"--directory={root}", "."], check=True)
    shutil.rmtree(root)
