"""What the functions of the image do: each answers its event, and how fast.

A cold start is the time from the spawn of the image's entry point to the arrival of its first answer, in jwt mode, to
a buyer who joins. What it is measured by, in the same image and in turn with it: from the spawn of its Python to the
end of one that only imports chalice, pydantic and redis.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from statistics import median

import app
from infra import lambda_events
from infra.image.container import Container
from infra.image.engine import ImageError
from infra.image.sale import Stage, answered
from infra.runtime_api import FunctionError

SAMPLES = 15
RATIO_MAX = 2.0
_BARE = "import chalice, pydantic, redis"
_WARM = 1_000
_TICK_S = 2.5  # what the drain makes one tick of
# Of botocore Powertools asks whether it is there; what costs is what it would bring.
_BOTO = re.compile(r"^import time:.*\|\s*((?:boto3|botocore\.|s3transfer)\S*)$", re.MULTILINE)


def serves(image: Container, stage: Stage) -> Iterator[str]:
    """app.app takes requests of API Gateway, with tokens, to Redis; nothing on their way imports boto3."""
    try:
        with image.function("app.app", stage.environ | {"PYTHONPROFILEIMPORTTIME": "1"}) as function:
            answered(function.invoke(stage.join(stage.new_event(function))), 201)
            log = function.log
    except (FunctionError, ImageError) as error:
        yield str(error)
        return
    if not re.search(r"\|\s+redis$", log, re.MULTILINE):
        yield "what was imported is not known"
    yield from (f"{name} was imported" for name in _BOTO.findall(log))


def runs_schedules(image: Container, stage: Stage) -> Iterator[str]:
    """Every scheduled function answers its schedule."""
    for source in app.app.event_sources:
        try:
            with image.function(source.handler_string, stage.environ) as function:
                function.invoke(lambda_events.schedule(source.name), _TICK_S)
        except FunctionError as error:
            yield f"{source.handler_string}: {error}"


def speed(image: Container, stage: Stage) -> Iterator[str]:
    """A cold start takes at most twice as long as the bare import of what everything stands on."""
    with image.function("app.app", stage.environ) as function:
        join = stage.join(stage.new_event(function))
        answered(function.invoke(join), 201)
        started = time.perf_counter()
        for _ in range(_WARM):
            answered(function.invoke(join), 200)
        spent_s = time.perf_counter() - started
    # One of each in turn: a noisy moment falls on both.
    pairs = [(_bare_ms(image), _cold_ms(image, stage, join)) for _ in range(SAMPLES)]
    bare, cold = (median(samples) for samples in zip(*pairs, strict=True))
    ratio = cold / bare
    print(f"      cold start: {cold:.0f} ms from spawn to first answer, median of {SAMPLES}")
    print(f"      `{_BARE}`: {bare:.0f} ms from spawn to end; a cold start is {ratio:.2f} times that")
    print(f"      warm: {_WARM / spent_s:.0f} invocations a second, one after the other", flush=True)
    if ratio > RATIO_MAX:
        yield f"{ratio:.2f} times, and {RATIO_MAX} is the most"


def _cold_ms(image: Container, stage: Stage, request: dict[str, object]) -> float:
    with image.function("app.app", stage.environ) as function:
        answered(function.invoke(request), 200)
        return (time.perf_counter() - function.spawned_at) * 1000


def _bare_ms(image: Container) -> float:
    command = image.command("python3", "-c", _BARE)
    started = time.perf_counter()
    subprocess.run(command, env=image.environ, stdin=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - started) * 1000
