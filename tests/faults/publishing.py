"""Publishers that are killed: at every command to Redis and every call to the bus, before it and after it.

``python -m tests.faults.publishing`` prints the points and how many of them lost or changed something; exit code 1
unless none did.
"""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")
os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "CRITICAL")

import app
from chalicelib.ids import IdMaker
from chalicelib.outbox.model import TOLD_AT_ONCE
from chalicelib.runtime import Runtime, install
from chalicelib.settings import Settings
from chalicelib.store import connect
from tests.faults.lambdas import Lambdas
from tests.support import aws, servers
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.proxy import Proxy
from tests.support.sale import Ticks, crowd, new_event, read
from tests.support.scheduled import scheduled
from tests.support.told import details_of, play, stand, untold

LEASE_OVER_MS = 5_001
RUNS_MAX = 20

Outcome = int | str
"""How many effects a run told, or what it ended with."""


@dataclass(frozen=True)
class Point:
    """One publisher that was killed: where, and how much was then lost, said otherwise than it is, or said twice."""

    where: str
    lost: int
    wrong: int
    repeated: int


class Newsroom:
    """A Redis and a bus, with something in front of each that harms, and publishers that live for one run."""

    def __init__(self, redis_port: int, proxy: Proxy, front: aws.Front, bus: aws.Bus, clock: Clock) -> None:
        """Make the service of the sales; the publishers are processes of their own, behind the proxy and the front."""
        self.proxy, self.front, self.bus, self.clock = proxy, front, bus, clock
        settings = _settings(redis_port, bus.name)
        self.house = install(Runtime(settings, connect(settings), IdMaker(secrets.randbits)))
        self.api = Api()
        self.events: list[str] = []
        self.lambdas = Lambdas(_warm_up, proxy.port, front.port, bus.name)

    def sell(self) -> None:
        """Let three sales take place, of which one takes two calls of the bus, with an empty Redis before them."""
        self.house.store.client.flushall()
        self.bus.received()
        crowded = new_event(self.api)
        crowd(crowded, TOLD_AT_ONCE + 2)
        self.api.put(f"/events/{crowded}", {"total_tickets": TOLD_AT_ONCE + 2})
        self.events = [play(self.api, lambda ms: self.clock.advance(ms=ms))[0], stand(self.api)[0], crowded]

    def forget(self) -> None:
        """Have the same logs be told anew."""
        for event in self.events:
            read(event, "events", "HDEL", "published_seq", "told_seq")
        self._wait_for_the_lease()

    def run(self, name: str = "") -> Outcome | None:
        """Let a new publisher run for one tick, perhaps on another bus; None when it was killed."""
        outcome: Outcome | None = self.lambdas.run(_publish, self.proxy.port, self.front.port, name or self.bus.name)
        return outcome

    def catch_up(self) -> None:
        """Let publishers run until everything is told."""
        for _ in range(RUNS_MAX):
            self._wait_for_the_lease()
            if not any(map(untold, self.events)):
                return
            assert isinstance(self.run(), int)
        raise AssertionError("the publishers do not come to an end")

    def heard(self) -> list[dict[str, Any]]:
        """Give the details that came to the queue since it was last asked, repeats included."""
        return [message["detail"] for message in self.bus.received()]

    def expected(self) -> dict[str, dict[str, Any]]:
        """Give what must be heard of both sales, by id."""
        return {name: detail for event in self.events for name, detail in details_of(event).items()}

    def kill_at_every_step(self) -> list[Point]:
        """Kill a publisher before and after each of its steps, and let others tell the rest."""
        before = self.proxy.total, self.front.total
        self.forget()
        told = self.run()
        assert told == len(self.expected()), told
        commands, calls = self.proxy.total - before[0], self.front.total - before[1]
        self.heard()
        ends = {
            "before command": (self.proxy.refuse, commands),
            "after command": (self.proxy.lose_reply, commands),
            "before call": (self.front.cut_before, calls),
            "after call": (self.front.cut_after, calls),
        }
        points = []
        for moment, (end, count) in ends.items():
            for kth in range(1, count + 1):
                self.forget()
                end(kth, first=self.lambdas.kill)
                where = f"{moment} {kth} of {count}"
                assert self.run() is None, f"nobody was killed {where}"
                self.catch_up()
                points.append(Point(where, *self.compared()))
        return points

    def compared(self) -> tuple[int, int, int]:
        """Count what is missing of the logs in what was heard, what is not as they say, and what came again."""
        heard, expected = self.heard(), self.expected()
        ids = {detail["id"] for detail in heard}
        return len(expected.keys() - ids), sum(expected.get(d["id"]) != d for d in heard), len(heard) - len(ids)

    def _wait_for_the_lease(self) -> None:
        self.clock.advance(ms=LEASE_OVER_MS)  # of whoever was killed


@contextlib.contextmanager
def newsroom(directory: Path, moto_port: int) -> Iterator[Newsroom]:
    """Give a newsroom with a Redis of its own; its clock stands still."""
    clock = Clock(directory)
    bus = aws.Bus(moto_port, f"news-{secrets.token_hex(4)}")
    with servers.valkey(clock=clock) as server, Proxy(server.port) as proxy, aws.Front(moto_port) as front:
        clock.freeze(clock.now_us())
        made = Newsroom(server.port, proxy, front, bus, clock)
        with made.lambdas:
            made.run()  # its answer comes when they are warm
            yield made
        made.house.store.close()


def _warm_up(redis_port: int, front_port: int, bus: str) -> None:
    """Tell nothing once: the first client of boto3 costs a process more than all others."""
    _publish(redis_port, front_port, bus)


def _publish(redis_port: int, front_port: int, bus: str) -> Outcome:
    os.environ.update(aws.environ(front_port))
    vars(app)["time"] = Ticks(lambda: None)  # a tick has all the time that it needs
    settings = _settings(redis_port, bus)
    store = connect(settings)
    install(Runtime(settings, store, IdMaker(random.SystemRandom().getrandbits)))
    with contextlib.redirect_stdout(None):  # where the metrics go
        try:
            return int(scheduled(app.publish)["published"])
        except Exception as error:  # noqa: BLE001 - what a run ends with is what is asked
            return f"{type(error).__name__}: {error}"
        finally:
            store.close()


def _settings(port: int, bus: str) -> Settings:
    return Settings(redis_host="127.0.0.1", redis_port=port, event_bus=bus)


def main() -> int:
    """Kill a publisher at every step and say what came of it; returns 1 when anything was lost or changed."""
    with tempfile.TemporaryDirectory() as name, aws.moto(Path(name)) as port, newsroom(Path(name), port) as room:
        room.sell()
        points = room.kill_at_every_step()
    for point in points:
        _say(f"{point.where:24} lost {point.lost}, said otherwise {point.wrong}, said twice {point.repeated}")
    bad = sum(point.lost + point.wrong > 0 for point in points)
    _say(f"\n{len(points)} publishers killed, each at another step; {bad} of them lost or changed something")
    return 1 if bad else 0


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a report talks


if __name__ == "__main__":
    sys.exit(main())
