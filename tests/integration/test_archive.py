"""Archiving: when an event goes, what goes with it, and what stays."""

from __future__ import annotations

from typing import Any

from chalicelib import keys
from chalicelib.ids import code_of
from chalicelib.runtime import Runtime, runtime
from tests.support.api import Api
from tests.support.archiving import (
    RETENTION_MS,
    a_standing_sale,
    archived,
    archiving,
    is_there,
    run,
    times,
)
from tests.support.clock import Clock
from tests.support.people import Person, organiser, want_tokens
from tests.support.reports import of_kind
from tests.support.sale import HOUR_MS, SECOND_MS, change, enter, freeze, hold, instant, join, new_event, read, refresh
from tests.support.snapshot import snapshot


def everything() -> tuple[dict[str, Any], set[str]]:
    """Give what stands in Redis, and the names of all keys."""
    return snapshot(runtime().store, but_polls=False), set(runtime().store.client.scan_iter(count=1000))


def test_nothing_is_left_but_what_was_others(api: Api, archive: Runtime, clock: Clock) -> None:
    """The whole keyspace compared: another event of the same people, with an alias of their choice, is as it was."""
    assert archive
    other = new_event(api, end_time="2095-12-25T23:00:00Z")
    hold(api, enter(api, other, "ada"))
    join(api, other, "bob", "bob-elsewhere")
    clock.advance(ms=HOUR_MS)
    api.get(f"/events/{other}")
    before, names = everything()
    event = a_standing_sale(api, clock)
    assert {"session:ada-alias", "session:bob-alias"} <= everything()[1]
    archived(clock, event)
    after, left = everything()
    assert {k: v for k, v in after.items() if code_of(other) not in k} == {
        k: v for k, v in before.items() if code_of(other) not in k
    }
    assert left - names == {f"index:user:{user}" for user in ("bob", "carl")}
    assert is_there(other)


def test_an_alias_that_means_another_event_by_now_stays(api: Api, archive: Runtime, clock: Clock) -> None:
    """Who chose the same session id again is found under it."""
    assert archive
    event = a_standing_sale(api, clock)
    other = new_event(api, end_time="2095-12-25T23:00:00Z", session_seconds=86_400)
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    join(api, other, "ada", "ada-alias")
    assert run() == 1
    assert not is_there(event)
    assert api.get("/queue/status/ada-alias").json["entry"]["event_id"] == other
    assert api.get("/queue/status/bob-alias").code == "session_not_found"


def test_my_tickets_forget_what_is_gone(api: Api, archive: Runtime, clock: Clock) -> None:
    """While it is being archived they are shown; afterwards the next look takes the event out of the index."""
    assert archive
    event = a_standing_sale(api, clock)
    other = new_event(api, end_time="2095-12-25T23:00:00Z")
    hold(api, enter(api, other, "ada"))
    assert len(api.get("/tickets/user/ada").json) == 4
    archived(clock, event)
    assert [ticket["event_id"] for ticket in api.get("/tickets/user/ada").json] == [other]
    assert runtime().store.command("SMEMBERS", keys.user_index("ada")) == {code_of(other)}
    assert api.get("/tickets/user/bob").json == []
    assert not runtime().store.command("EXISTS", keys.user_index("bob"))


def test_not_a_millisecond_too_early(api: Api, archive: Runtime, clock: Clock) -> None:
    """The event's own end decides, by the server's clock."""
    assert archive
    now_ms = freeze(clock)
    event = new_event(api, **times(clock))
    clock.freeze((now_ms + HOUR_MS + RETENTION_MS - 1) * 1000)
    assert run() == 0
    assert api.put(f"/events/{event}", {"venue": "Arena"}).status == 200
    clock.advance(ms=1)
    assert run() == 1
    assert not is_there(event)


def test_an_event_whose_end_was_put_off_stays(api: Api, archive: Runtime, clock: Clock) -> None:
    """Over, but not for long enough; also where a worker died before it told the index, which then is mended."""
    assert archive
    event = new_event(api, **times(clock))
    was = runtime().store.command("ZSCORE", keys.INDEX_EVENTS, event)
    change(api, event, end_time=instant(clock, ms=3 * HOUR_MS))
    now = runtime().store.command("ZSCORE", keys.INDEX_EVENTS, event)
    runtime().store.command("ZADD", keys.INDEX_EVENTS, was, event)
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    assert run() == 0
    assert api.get(f"/events/{event}").status == 200
    assert runtime().store.command("ZSCORE", keys.INDEX_EVENTS, event) == now


def test_a_cancelled_event_goes_after_its_end_too(api: Api, archive: Runtime, clock: Clock) -> None:
    """Not sooner: people look for what has become of it. Its report says that it was cancelled."""
    assert archive
    event = new_event(api, **times(clock))
    hold(api, enter(api, event, "ada"))
    change(api, event, status="cancelled")
    (said,) = of_kind(archived(clock, event), "event")
    assert said["status"] == "cancelled"


def test_what_is_still_live_is_waited_for(api: Api, archive: Runtime, clock: Clock) -> None:
    """A turn that was begun just before the end and refreshed may outlive it by more than a day; then it is over."""
    archiving(archive, retention_days=1)
    event = new_event(api, **times(clock), session_seconds=86_400)
    clock.advance(ms=HOUR_MS - SECOND_MS)
    ada = enter(api, event, "ada")
    clock.advance(ms=23 * HOUR_MS)
    assert refresh(api, ada).status == 200
    clock.advance(ms=2 * HOUR_MS)
    assert run() == 0
    assert refresh(api, ada).status == 200  # nothing is closed yet
    clock.advance(ms=25 * HOUR_MS)
    assert [session["status"] for session in of_kind(archived(clock, event), "session")] == ["e"]


def test_nothing_goes_before_it_was_published(api: Api, archive: Runtime, clock: Clock) -> None:
    """With a bus: neither an event of which nothing was published, nor one of which the last entry was not."""
    archiving(archive, event_bus="sales")
    event = a_standing_sale(api, clock)
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    assert run() == 0
    last = int(read(event, "events", "HGET", "log_seq"))
    read(event, "events", "HSET", "published_seq", last - 1)
    assert run() == 0
    assert api.put(f"/events/{event}", {"venue": "Arena"}).status == 200  # it is not even closed
    read(event, "events", "HSET", "published_seq", last + 1)
    assert run() == 1


def test_without_a_retention_nothing_happens(api: Api, house: Runtime, clock: Clock) -> None:
    """Not even a look."""
    event = new_event(api, **times(clock))
    clock.advance(ms=10 * RETENTION_MS)
    house.store.meter.reset()
    assert run() == 0
    assert house.store.meter.trips == 0
    assert is_there(event)


def test_an_organiser_may_make_others_in_their_place(archive: Runtime, clock: Clock) -> None:
    """What is archived is no event of theirs any more."""
    want_tokens(archive, events_per_organiser=1)
    event = new_event(organiser(), **times(clock))
    hold(Person("ada"), enter(Person("ada"), event, "ada"))
    assert organiser().post("/events", {"name": "x"} | times(clock) | {"total_tickets": 1}).code == "too_many_events"
    archived(clock, event)
    new_event(organiser(), **times(clock))
