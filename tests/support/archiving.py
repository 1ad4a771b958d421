"""Archiving in a test: the scheduled function, run as Lambda runs it, and an event that is being archived."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, TypeVar

import app
from chalicelib.archive import service
from chalicelib.archive.bucket import Bucket
from chalicelib.ids import code_of
from chalicelib.keys import event_keys
from chalicelib.runtime import Runtime, install, runtime
from chalicelib.store import Store
from infra import lambda_events
from tests.support.api import Api
from tests.support.bucket import NAME, kept, report
from tests.support.builds import by_another_build
from tests.support.clock import Clock
from tests.support.reports import Lines
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    Visitor,
    buy,
    enter,
    hold,
    instant,
    join,
    leave,
    new_event,
    order,
    raw,
    settle,
)

T = TypeVar("T")

RETENTION_DAYS = 30
RETENTION_MS = RETENTION_DAYS * 24 * HOUR_MS
LEFT_MS = 900_000


def archiving(house: Runtime, **settings: Any) -> Runtime:
    """Have the service archive into the bucket what has been over for thirty days."""
    wanted: dict[str, Any] = {"archive_bucket": NAME, "retention_days": RETENTION_DAYS} | settings
    return install(replace(house, settings=replace(house.settings, **wanted)))


def run(left_ms: Callable[[], int] = lambda: LEFT_MS) -> int:
    """Run the scheduled function; gives how many events it archived."""
    context = SimpleNamespace(aws_request_id="run-1", get_remaining_time_in_millis=left_ms)
    return int(app.archive(lambda_events.schedule("archive"), context)["archived"])


class Watched:
    """A bucket at which something may happen before a report is kept, or after."""

    def __init__(
        self, *, before: Callable[[], object] = lambda: None, after: Callable[[], object] = lambda: None
    ) -> None:
        self._bucket, self._before, self._after = Bucket(NAME), before, after

    def keep(self, name: str, file: Any, said: Any) -> None:
        """Keep it."""
        self._before()
        self._bucket.keep(name, file, said)
        self._after()


def run_watched(**happens: Callable[[], object]) -> service.Report:
    """Archive what is due, with a bucket at which something happens."""
    return service.archive(runtime(), Watched(**happens), lambda: LEFT_MS, lambda *_, **__: None)


def close(event: str) -> None:
    """Begin to archive an event that is over, and go no further."""
    assert raw("begin_archiving", event, event, 0, 0)[0] == ""


def times(clock: Clock) -> dict[str, str]:
    """Give an event that begins in a second and is over in an hour."""
    return {"start_time": instant(clock, ms=1_000), "end_time": instant(clock, ms=HOUR_MS)}


def name_of(event: str) -> str:
    """Give the name of the last report of an event."""
    names = [name for name in kept() if name.startswith(f"events/{event}/")]
    return max(names, key=lambda name: [int(number) for number in re.findall(r"\d+", name.rpartition("/")[2])])


def is_there(event: str) -> bool:
    """Tell whether any key of an event is there."""
    return any(runtime().store.command("EXISTS", key) for key in event_keys(code_of(event)))


def a_standing_sale(api: Api, clock: Clock) -> str:
    """Play a sale in which people chose their session ids, ordered, confirmed, cancelled, and let holds expire."""
    event = new_event(api, **times(clock), total_tickets=20, hold_seconds=60, max_active_sessions=4)
    for user in ("ada", "bob"):
        joined = join(api, event, user, f"{user}-alias")
        visitor = Visitor(event, user, joined.json["session_id"])
        made = order(api, visitor, 3).json
        api.post(f"/orders/{made['id']}/confirm", {"payment_reference": f"paid by {user}"})
        settle(api, "cancel", made["tickets"][0]["id"])
    hold(api, enter(api, event, "carl"))
    clock.advance(ms=MINUTE_MS)
    leave(api, enter(api, event, "dora"))
    return event


def a_draw(api: Api, clock: Clock) -> str:
    """Let people draw for a sale with one place inside, and the first of them buy."""
    starts = instant(clock, ms=MINUTE_MS)
    event = new_event(api, **times(clock), sale_starts_at=starts, max_active_sessions=1)
    visitors = [enter(api, event, f"entrant{n}") for n in range(5)]
    clock.advance(ms=MINUTE_MS)
    for visitor in visitors:
        if buy(api, visitor).status == 201:
            break
    return event


def archived(clock: Clock, event: str) -> Lines:
    """Let the retention pass, archive, and read the report."""
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    assert run() >= 1
    assert not is_there(event)
    return report(name_of(event))


def older(command: str, event: str, *args: str | int) -> list[Any]:
    """Run a command as a version of the service that knows nothing of archiving would."""
    return by_another_build({"local ARCHIVING = 'archiving'": "local ARCHIVING = ''"}, command, event, *args)


class Interrupted(Store):
    """A store at whose k-th trip, from 1, something else happens first."""

    def __init__(self, store: Store, kth: int, meanwhile: Callable[[], object]) -> None:
        super().__init__(store.client)
        self.trips, self._kth, self._meanwhile = 0, kth, meanwhile

    def _attempt(self, call: Callable[[], T]) -> T:
        self.trips += 1
        if self.trips == self._kth:
            self._meanwhile()
        return super()._attempt(call)
