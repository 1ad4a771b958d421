"""What `make image-check` runs: the real Dockerfile on a stand-in base, then each file and each function of the image.

As root, with buildah and debootstrap: no daemon, no registry and no credentials are needed.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator

from infra import embedded
from infra.child import StartError
from infra.image import build, contents, running, standin
from infra.image.container import Container
from infra.image.engine import ImageError
from infra.image.sale import Stage

_TAG = "localhost/ticketing:check"
_SHOWN = 5
_NOT_SEEN = f"""\
Not verified here, for no registry can be reached: {build.base()} itself (Amazon Linux 2023, its build of Python, its
entry point; the stand-in is Debian with the same minor version of Python) and the push to a registry."""


def main() -> int:
    """Build and check; return 0 when all is as it must be, else 1."""
    try:
        if os.geteuid():
            raise ImageError("this mounts the image and changes root into it: run it as root")
        engine = standin.engine()
        engine.ask("rm", "--all")  # what a run that was killed has left
        base = standin.base(engine)
        build.build(engine, base, _TAG, build.version())
        engine.ask("rmi", "--prune")
        with Container(engine, _TAG) as image, embedded.start(None) as redis:
            failed = _check(image, Stage(redis.addr))
    except (ImageError, StartError) as error:
        print(f"make image-check: {error}", file=sys.stderr)
        return 1
    print(_NOT_SEEN)
    return int(failed)


def _check(image: Container, stage: Stage) -> bool:
    """Print how each check went; give whether any failed."""
    live = [(check, check(image, stage)) for check in (running.serves, running.runs_schedules, running.speed)]
    outcomes = [
        _outcome(check.__doc__ or "", complaints)
        for check, complaints in [*((check, check(image)) for check in contents.CHECKS), *live]
    ]
    return not all(outcomes)


def _outcome(promise: str, complaints: Iterator[str]) -> bool:
    shown = list(itertools.islice(complaints, _SHOWN))
    print(f"{'FAIL' if shown else 'ok':4}  {promise}", flush=True)
    for complaint in shown:
        print(f"      {complaint}")
    return not shown


if __name__ == "__main__":
    sys.exit(main())
