"""Archiving more than once: two runs at the same time, a run after one that died, an event that is made again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest

from chalicelib import keys
from chalicelib.archive import service
from chalicelib.archive.bucket import Bucket
from chalicelib.runtime import Runtime, install, runtime
from tests.support import bucket
from tests.support.api import Api
from tests.support.archiving import (
    LEFT_MS,
    RETENTION_MS,
    Interrupted,
    a_standing_sale,
    archived,
    is_there,
    name_of,
    run,
    times,
)
from tests.support.clock import Clock
from tests.support.reports import assert_adds_up, assert_says, kept_before
from tests.support.sale import HOUR_MS, enter, event_body, freeze, hold, new_event, raw


def archive_all(house: Runtime) -> service.Report:
    """Archive what is due, with a client of its own for S3."""
    return service.archive(house, Bucket(bucket.NAME), lambda: LEFT_MS, lambda *_, **__: None)


def test_a_second_run_at_any_moment_of_the_first(api: Api, archive: Runtime, clock: Clock) -> None:
    """Whole, before each trip to Redis of the first: the report that is kept says all, and nothing is left."""
    freeze(clock)
    kth, trips = 0, 0  # first undisturbed
    while kth <= trips:
        bucket.empty()
        event = a_standing_sale(api, clock)
        clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
        api.get(f"/events/{event}")
        before = kept_before(event)
        store = Interrupted(archive.store, kth, lambda: archive_all(runtime()))
        archive_all(replace(runtime(), store=store))
        assert not is_there(event)
        assert_says(bucket.report(name_of(event)), event, before)
        assert runtime().store.command("ZCARD", keys.INDEX_EVENTS) == 0
        kth, trips = kth + 1, trips or store.trips
    assert trips > 15


def test_four_runs_at_once(api: Api, archive: Runtime, clock: Clock) -> None:
    """Over eight events: each is archived, and each report is whole."""
    assert archive
    events = [a_standing_sale(api, clock) for _ in range(8)]
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(archive_all, [runtime()] * 4))
    assert run() == 0
    for event in events:
        assert not is_there(event)
        assert_adds_up(bucket.report(name_of(event)))


def test_what_a_run_left_in_the_index_goes_with_the_next(api: Api, archive: Runtime, clock: Clock) -> None:
    """It died when the keys were gone; there is no event of this id any more."""
    event = new_event(api, **times(clock))
    end_ms = archive.store.command("ZSCORE", keys.INDEX_EVENTS, event)
    archived(clock, event)
    archive.store.command("ZADD", keys.INDEX_EVENTS, end_ms, event)
    assert run() == 0
    assert archive.store.command("ZSCORE", keys.INDEX_EVENTS, event) is None


@pytest.mark.parametrize("kth", [1, 2, 3])
def test_an_event_that_is_just_being_made_keeps_its_place(api: Api, archive: Runtime, clock: Clock, kth: int) -> None:
    """A run before each trip of its creation finds an old place of the same id, or the new one with no event."""
    event = api.post("/events", event_body(**times(clock)), Idempotency_Key="k").json["id"]
    old_ms = archive.store.command("ZSCORE", keys.INDEX_EVENTS, event)
    archived(clock, event)
    archive.store.command("ZADD", keys.INDEX_EVENTS, old_ms, event)
    install(replace(archive, store=Interrupted(archive.store, kth, lambda: archive_all(archive))))
    assert api.post("/events", event_body(), Idempotency_Key="k").json["id"] == event
    install(archive)
    assert archive.store.command("ZSCORE", keys.INDEX_EVENTS, event) > old_ms
    assert [e["id"] for e in api.get("/events/active").json["events"]] == [event]


@pytest.mark.parametrize("kth", range(1, 6))
def test_a_place_that_is_taken_while_an_old_one_goes_stays(api: Api, archive: Runtime, clock: Clock, kth: int) -> None:
    """Before each trip of a run that has found the old one a creation takes it, and makes the event only afterwards."""
    event = api.post("/events", event_body(**times(clock)), Idempotency_Key="k").json["id"]
    old_ms = archive.store.command("ZSCORE", keys.INDEX_EVENTS, event)
    archived(clock, event)
    archive.store.command("ZADD", keys.INDEX_EVENTS, old_ms, event)
    place = "ZADD", keys.INDEX_EVENTS, "GT", 4_000_000_000_000, event
    store = Interrupted(archive.store, kth, lambda: archive.store.command(*place))
    archive_all(replace(archive, store=store))
    taken = archive.store.command("ZSCORE", keys.INDEX_EVENTS, event)
    assert taken == (4_000_000_000_000 if kth <= store.trips else None)
    archive.store.command("ZREM", keys.INDEX_EVENTS, event)


def test_an_event_may_be_made_again(api: Api, archive: Runtime, clock: Clock) -> None:
    """The same request would end in the past. Another one with its key makes an event of that id."""
    assert archive
    body = event_body(**times(clock))
    event = api.post("/events", body, Idempotency_Key="k").json["id"]
    archived(clock, event)
    first = name_of(event)
    assert api.post("/events", body, Idempotency_Key="k").code == "end_in_past"
    made = api.post("/events", event_body(**times(clock)), Idempotency_Key="k")
    assert (made.status, made.json["id"]) == (201, event)
    assert [e["id"] for e in api.get("/events/active").json["events"]] == [event]
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    assert run() == 1
    assert {first} < set(bucket.kept())
    assert len(bucket.kept()) == 2


def test_an_event_that_is_not_closed_is_not_removed(api: Api, archive: Runtime, clock: Clock) -> None:
    """One that was made again may have a log as long as the one that was reported."""
    assert archive
    event = new_event(api, **times(clock))
    assert raw("end_archiving", event, event, "1-0") == [0]
    assert api.get(f"/events/{event}").status == 200


def test_my_tickets_miss_none_of_an_event_that_is_made_again(api: Api, archive: Runtime, clock: Clock) -> None:
    """Made and bought in at any moment of a look that finds the old one gone."""
    kth, trips = 0, 0  # first undisturbed
    while kth <= trips:
        key = f"k{kth}"
        event = _made_and_bought(api, clock, key)
        archived(clock, event)
        store = Interrupted(archive.store, kth, partial(_meanwhile, archive, api, clock, key))
        install(replace(archive, store=store))
        api.get("/tickets/user/ada")
        install(archive)
        shown = [ticket["event_id"] for ticket in api.get("/tickets/user/ada").json]
        assert shown == ([event] if kth else [])
        clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
        run()
        kth, trips = kth + 1, trips or store.trips
    assert trips >= 3


def _meanwhile(house: Runtime, api: Api, clock: Clock, key: str) -> None:
    interrupted = runtime()
    install(house)
    _made_and_bought(api, clock, key)
    install(interrupted)


def _made_and_bought(api: Api, clock: Clock, key: str) -> str:
    event = str(api.post("/events", event_body(**times(clock)), Idempotency_Key=key).json["id"])
    hold(api, enter(api, event, "ada"))
    return event
