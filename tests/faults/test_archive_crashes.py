"""The archiver may die at any moment: keys go only behind a whole report, and the next run ends what it began."""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from chalicelib.archive.bucket import Bucket
from chalicelib.ids import IdMaker
from chalicelib.runtime import Runtime
from chalicelib.settings import Settings
from chalicelib.store import Store, connect
from tests.faults.lambdas import Lambdas
from tests.support import bucket, servers
from tests.support.api import Api
from tests.support.archiving import RETENTION_MS, a_standing_sale, archiving, is_there, name_of, run
from tests.support.bucket import Way
from tests.support.clock import Clock
from tests.support.proxy import Proxy
from tests.support.reports import assert_says, kept_before
from tests.support.sale import HOUR_MS

Where = Literal["redis", "s3"]
Moment = Literal["before", "after"]


@dataclass(frozen=True)
class Laboratory:
    """A server and a bucket, each behind a proxy that kills, and workers to be killed."""

    store: Store
    clock: Clock
    proxy: Proxy
    way: Way
    lambdas: Lambdas

    def stage(self) -> tuple[str, dict[str, Any]]:
        """Play a sale and let its retention pass; gives the event, and what its report is to say."""
        self.store.client.flushall()
        bucket.empty()
        event = a_standing_sale(Api(), self.clock)
        self.clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
        Api().get(f"/events/{event}")
        return event, kept_before(event)

    def run(self) -> int | None:
        """Let a new worker archive what is due; gives how many events it archived, or None when it was killed."""
        found: int | None = self.lambdas.run(_archive, self.proxy.port)
        return found

    def kill_at(self, where: Where, kth: int, moment: Moment) -> None:
        """Have the next worker killed before its k-th command or request is seen, or after it was answered."""
        kill = self.lambdas.kill
        if where == "s3":
            self.way.harm(kth, "refuse" if moment == "before" else "lose answer", first=kill)
        elif moment == "before":
            self.proxy.refuse(kth, first=kill)
        else:
            self.proxy.lose_reply(kth, first=kill)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A laboratory of its own."""
    clock = Clock(tmp_path_factory.mktemp("clock"))
    with (
        servers.valkey(clock=clock) as server,
        Proxy(server.port) as proxy,
        bucket.s3() as way,
        Lambdas(_warm_up, bucket.environ(way)) as lambdas,
    ):
        house = _install(server.port)
        with pytest.MonkeyPatch.context() as patched:
            for name, value in bucket.environ(way).items():
                patched.setenv(name, value)
            clock.freeze()
            yield Laboratory(house.store, clock, proxy, way, lambdas)
        house.store.close()


def _install(port: int) -> Runtime:
    settings = Settings(redis_host="127.0.0.1", redis_port=port)
    return archiving(Runtime(settings, connect(settings), IdMaker(secrets.randbits)))


def _warm_up(environ: dict[str, str]) -> None:
    """Make a client of S3 once: reading what boto3 knows of it takes longer than a run."""
    os.environ.update(environ)
    Bucket(bucket.NAME)


def _archive(port: int) -> int:
    random.seed(0)
    _install(port)
    return run()


def _points(lab: Laboratory) -> Iterator[tuple[Where, int, Moment]]:
    lab.stage()
    before = lab.proxy.total, lab.way.total
    assert lab.run() == 1
    moments: tuple[Moment, ...] = ("before", "after")
    counts: dict[Where, int] = {"redis": lab.proxy.total - before[0], "s3": lab.way.total - before[1]}
    for where, n in counts.items():
        for kth in range(1, n + 1):
            for moment in moments:
                yield where, kth, moment


def test_an_archiver_may_die_at_any_command_or_request(lab: Laboratory) -> None:
    """Before and after each: what is gone is in the bucket, whole, and another run leaves what a single one leaves."""
    points = list(_points(lab))
    assert {where for where, _, _ in points} == {"redis", "s3"}
    assert len(points) > 40
    for where, kth, moment in points:
        event, said = lab.stage()
        lab.kill_at(where, kth, moment)
        assert lab.run() is None, f"nobody was killed {moment} {where} {kth}"
        if not is_there(event):
            assert_says(bucket.report(name_of(event)), event, said)
        assert lab.run() in {0, 1}
        assert not is_there(event)
        assert_says(bucket.report(name_of(event)), event, said)
        left = {str(key) for key in lab.store.client.scan_iter()}
        assert left == {f"index:user:{user}" for user in ("ada", "bob", "carl")}, f"{moment} {where} {kth}"
