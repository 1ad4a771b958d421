"""Crash points: a worker killed before and after each Redis command of every request that changes something.

``python -m tests.faults.crash_points`` prints a line a scene and the totals; exit code 1 unless all are consistent.

A worker is a process that calls the Lambda handler. A proxy counts its commands and, at the k-th, kills it: before the
server has seen the command, or after it has answered and before the worker has. The clock stands still and all chance
comes from seeds, so that what stands in Redis after the retry can be compared with a single run in every byte.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")
os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "ERROR")

from chalicelib.ids import IdMaker
from chalicelib.runtime import Runtime, install, runtime
from chalicelib.settings import Settings
from chalicelib.store import connect
from tests.audit import assert_audited
from tests.faults.crash_scenes import Prepare, Request, Scene
from tests.faults.crash_scenes_organiser import ALL_SCENES
from tests.faults.lambdas import Lambdas
from tests.support import servers
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.people import AUTH_KEY, TICKET_KEY
from tests.support.proxy import Proxy
from tests.support.snapshot import snapshot

DRAW_KEY = "the key of the draws in these scenes"
STAGING, FIRST, RETRY = range(3)  # seeds

Act = Callable[[Request], int]


@dataclass(frozen=True)
class Single:
    """A run that nobody disturbs: its status, how many commands it sends, and what stands in Redis then."""

    status: int
    commands: int
    state: dict[str, Any]


@dataclass(frozen=True)
class Point:
    """One crash and its retry; each trouble is empty or says what does not hold."""

    where: str
    at_once: str
    after_the_retry: str


@dataclass(frozen=True)
class Verdict:
    """All crash points of one scene."""

    scene: Scene
    points: list[Point]

    def troubles(self) -> list[str]:
        """Say what does not hold, and where."""
        at_once = [f"{p.where}, at once: {p.at_once}" for p in self.points if p.at_once]
        return at_once + [f"{p.where}, after the retry: {p.after_the_retry}" for p in self.points if p.after_the_retry]

    def line(self) -> str:
        """Give the line of the table."""
        n, at_once, after = counted([self])
        return f"{self.scene.route:36} {self.scene.name:58} {n:6} {at_once:8} {after:6}"


def counted(verdicts: Sequence[Verdict]) -> tuple[int, int, int]:
    """Count the points, those consistent at once, and those as after a single run when the retry is done."""
    points = [point for verdict in verdicts for point in verdict.points]
    return len(points), sum(not p.at_once for p in points), sum(not p.after_the_retry for p in points)


class Laboratory:
    """A server on which scenes are played, the proxy in front of it, and workers that live for one request."""

    def __init__(self, server: servers.Server, proxy: Proxy, clock: Clock, lambdas: Lambdas) -> None:
        self._port, self._proxy, self._clock, self._lambdas = server.port, proxy, clock, lambdas
        self._now_us = clock.now_us() // 1000 * 1000
        self._store = connect(_settings(server.port))

    def examine(self, scene: Scene, act: Act | None = None) -> Verdict:
        """Kill a worker at each command of the request of a scene, before and after, and let another one repeat it.

        `act`, a function of a module, is what workers do with the request; by default they hand it to the handler.
        """
        act = act or by_the_handler
        singles = [self._single(scene, act, seed) for seed in (FIRST, RETRY)]
        ends = (self._proxy.refuse, "before"), (self._proxy.lose_reply, "after")
        points = []
        for kth in range(1, singles[0].commands + 1):
            for end, moment in ends:
                request = self._stage(scene)
                end(kth, first=self._lambdas.kill)
                assert self._serve(request, act, FIRST) is None, f"{scene.name}: nobody was killed at command {kth}"
                at_once = "" if scene.spoilt else self._trouble()
                status = self._serve(request, act, RETRY)
                # A deletion is remembered nowhere: whoever repeats it after its last step hears that there is nothing.
                gone = request.method == "DELETE" and (kth, moment) == (singles[0].commands, "after")
                after = self._trouble() or self._difference(singles) or _wrong(status, {404 if gone else 200, 201, 204})
                points.append(Point(f"{moment} command {kth} of {singles[0].commands}", at_once, after))
        return Verdict(scene, points)

    def _single(self, scene: Scene, act: Act, seed: int) -> Single:
        request = self._stage(scene)
        before = self._proxy.total
        status = self._serve(request, act, seed)
        assert not _wrong(status, {200, 201, 204}), f"{scene.name}: {status}, but this request must succeed"
        return Single(status or 0, self._proxy.total - before, self._state())

    def _stage(self, scene: Scene) -> Request:
        self._clock.freeze(self._now_us)
        self._store.client.flushall()
        request: Request = self._lambdas.run(_prepare, self._port, scene.prepare)
        self._clock.advance(ms=request.later_ms)
        return request

    def _serve(self, request: Request, act: Act, seed: int) -> int | None:
        """Let a new worker serve the request; gives the status, or None when it was killed."""
        status: int | None = self._lambdas.run(_serve, self._proxy.port, seed, act, request)
        return status

    def _state(self) -> dict[str, Any]:
        return snapshot(self._store, but_polls=True)

    def _trouble(self) -> str:
        try:
            assert_audited(self._store)
        except AssertionError as broken:
            return str(broken) or "an invariant does not hold"
        return ""

    def _difference(self, singles: Sequence[Single]) -> str:
        """Tell in which keys the state is that of no single run, neither of the first worker nor of the second."""
        found = self._state()
        if any(found == single.state for single in singles):
            return ""
        keys = found.keys() | singles[0].state.keys()
        return f"not as after a single run: {[k for k in sorted(keys) if found.get(k) != singles[0].state.get(k)]}"


@contextlib.contextmanager
def laboratory(directory: Path) -> Iterator[Laboratory]:
    """Give a laboratory with a server of its own; its clock's files stand in `directory`."""
    clock = Clock(directory)
    with servers.valkey(clock=clock) as server, Proxy(server.port) as proxy, Lambdas(_warm_up, server.port) as lambdas:
        yield Laboratory(server, proxy, clock, lambdas)


def by_the_handler(request: Request) -> int:
    """Send a request through the Lambda handler, and give the status."""
    with contextlib.redirect_stdout(None):  # where the metric of a refusal goes
        return Api().call(request.method, request.path, request.body, request.headers).status


def _warm_up(port: int) -> None:
    """Play everything once: the first request of its kind costs a process more than all others."""
    for scene in ALL_SCENES:
        by_the_handler(_prepare(port, scene.prepare))
        runtime().store.client.flushall()
        runtime().store.close()


def _prepare(port: int, prepare: Prepare) -> Request:
    _wake_up(port, STAGING)
    return prepare(Api())


def _serve(port: int, seed: int, act: Act, request: Request) -> int:
    _wake_up(port, seed)
    return act(request)


def _wake_up(port: int, seed: int) -> None:
    random.seed(seed)
    install(Runtime(_settings(port), connect(_settings(port)), IdMaker(random.Random(seed).getrandbits)))


def _settings(port: int) -> Settings:
    keys: Any = {"draw_key": DRAW_KEY, "auth_keys": (AUTH_KEY,), "ticket_keys": (TICKET_KEY,)}
    return Settings(redis_host="127.0.0.1", redis_port=port, **keys)


def _wrong(status: int | None, right: set[int]) -> str:
    return "" if status in right else f"status {status}"


def main() -> int:
    """Examine every scene and print the table; returns 1 when anything does not hold."""
    _say(f"{'':95} {'points':>6} {'at once':>8} {'after':>6}")
    verdicts = []
    with tempfile.TemporaryDirectory() as directory, laboratory(Path(directory)) as lab:
        for scene in ALL_SCENES:
            verdicts.append(lab.examine(scene))
            _say("\n    ".join([verdicts[-1].line(), *verdicts[-1].troubles()]))
    n, at_once, after = counted(verdicts)
    shares = f"{at_once * 100 // n} % consistent at once, {after * 100 // n} % as after a single run when retried"
    _say(f"\n{n} crash points: {shares}")
    return 0 if at_once == after == n else 1


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a report talks


if __name__ == "__main__":
    sys.exit(main())
