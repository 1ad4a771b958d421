"""A large event is archived in pages: no answer of Redis is long, and little of it is in memory at a time."""

from __future__ import annotations

import json
import resource
import secrets
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from chalicelib.archive import service
from chalicelib.archive.bucket import Bucket
from chalicelib.ids import IdMaker, code_of
from chalicelib.keys import event_key
from chalicelib.runtime import Runtime
from chalicelib.settings import Settings
from chalicelib.store import Command, Store, connect
from tests.support import bucket
from tests.support.api import Api
from tests.support.archiving import LEFT_MS, RETENTION_MS, is_there, name_of, times
from tests.support.clock import Clock
from tests.support.pool import run_processes
from tests.support.sale import HOUR_MS, new_event

BACKENDS = ("valkey",)
T = TypeVar("T")
SEATS, SOLD, PAGE = 100_000, 20_000, 5_000
VALUES_MAX = 5_000
GROWN_KB_MAX = 40_000  # the ids of all seats at once are 10 MB, the lines of the report 25


class Measured(Store):
    """A store that remembers the longest answer, in values."""

    longest = 0

    def _attempt(self, call: Callable[[], T]) -> T:
        answer = super()._attempt(call)
        self.longest = max(self.longest, _values(answer))
        return answer


def _values(answer: Any) -> int:
    if isinstance(answer, dict):
        return sum(1 + _values(value) for value in answer.values())
    return sum(map(_values, answer)) if isinstance(answer, list | tuple) else 1


def fill(house: Runtime, event: str) -> None:
    """Write seats, tickets and a log, as commands would in a much longer time."""
    code, made = code_of(event), house.ids.within

    def write(command: str, name: str, words: list[Any]) -> None:
        house.store.command(command, event_key(name, code), *words)

    for start in range(0, SEATS, PAGE):
        labels = [f"A\x1f{n // 100}\x1f{n % 100}" for n in range(start, start + PAGE)]
        write("HSET", "seats", [w for n, label in enumerate(labels, start) for w in (n, f"{label}\x1f5000")])
        write("HSET", "labels", [w for n, label in enumerate(labels, start) for w in (label, n)])
    write("SET", "seatmap", ["s" * SOLD + "a" * (SEATS - SOLD)])
    tickets = [made(code) for _ in range(SOLD)]
    for start in range(0, SOLD, PAGE):
        page = list(enumerate(tickets[start : start + PAGE], start))
        texts = {t: json.dumps({"id": t, "seat": str(n), "user": "ada", "status": "confirmed"}) for n, t in page}
        write("HSET", "tickets", [word for pair in texts.items() for word in pair])
        write("HSET", "holders", [word for pair in page for word in pair])
    entries: list[Command] = [
        ["XADD", event_key("log", code), f"{n}-0", "at", 1, "what", "ticket.confirmed", "who", "x", "data", f"{t},{n}"]
        for n, t in enumerate(tickets, 2)
    ]
    house.store.pipeline(entries)
    write("HSET", "events", ["seat_count", SEATS, "available", SEATS - SOLD, "sold", SOLD, "log_seq", SOLD + 1])
    write("HSET", "events", ["revenue", 5000 * SOLD, "revenue_seq", SOLD + 1])


def archive_it(settings: Settings) -> tuple[int, int, int]:
    """Archive what is due; gives how many, the longest answer of Redis in values, and how many kB this process grew."""
    store, where = Measured(connect(settings).client), Bucket(bucket.NAME)
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    house = Runtime(settings, store, IdMaker(secrets.randbits))
    done = service.archive(house, where, lambda: LEFT_MS, lambda *_, **__: None)
    return done.archived, store.longest, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb


def test_a_hundred_thousand_seats(api: Api, archive: Runtime, clock: Clock) -> None:
    """With twenty thousand tickets: pages of at most 5,000 values, and a fraction of the report in memory."""
    event = new_event(api, **times(clock), is_seated_event=True, total_tickets=SEATS)
    fill(archive, event)
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    ((archived, longest, grown_kb),) = run_processes(archive_it, [(archive.settings,)], processes=1)
    assert (archived, is_there(event)) == (1, False)
    assert longest <= VALUES_MAX
    assert grown_kb < GROWN_KB_MAX, grown_kb
    lines = bucket.report(name_of(event))
    kinds = Counter(line["kind"] for line in lines)
    assert (kinds["seat"], kinds["ticket"], kinds["log"]) == (SEATS, SOLD, SOLD + 1)
    assert [line["ordinal"] for line in lines if line["kind"] == "seat"] == [str(n) for n in range(SEATS)]
    assert lines[-1]["lines"] == len(lines) - 1
