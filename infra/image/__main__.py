"""What `make image` runs: the container image of all functions, from the files of this folder.

Environment: BASE (the base image, by digest; a tag is looked up first), TAG (ticketing:VERSION), VERSION (that of
pyproject.toml).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from infra.image import build
from infra.image.engine import ImageError, first_working, is_pinned


def main(environ: Mapping[str, str]) -> int:
    """Build the image and return 0, or say in one line what is wrong and return 1."""
    version = environ.get("VERSION") or build.version()
    tag = environ.get("TAG") or f"ticketing:{version}"
    wanted = environ.get("BASE") or build.base()
    try:
        engine = first_working()
        base = engine.pinned(wanted)
        if not is_pinned(wanted):
            print(f"{wanted} is at the moment\n  {base}\nTo build the same again: make image BASE={base}", flush=True)
        build.build(engine, base, tag, version)
    except ImageError as error:
        print(f"make image: {error}", file=sys.stderr)
        return 1
    print(f"{tag} is built, with {engine.name}, on {base}")
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ))
