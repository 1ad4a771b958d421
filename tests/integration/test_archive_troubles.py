"""Archiving in trouble: nothing goes that is not kept, whatever S3 or the time does."""

from __future__ import annotations

from functools import partial
from typing import Any
from unittest.mock import patch

import pytest

from chalicelib import keys
from chalicelib.archive.service import ArchiveFailed
from chalicelib.http import telemetry
from chalicelib.runtime import Runtime, runtime
from tests.support import bucket
from tests.support.api import Api
from tests.support.archiving import (
    RETENTION_MS,
    a_standing_sale,
    archiving,
    is_there,
    name_of,
    older,
    run,
    run_watched,
    times,
)
from tests.support.bucket import Harm, Way
from tests.support.clock import Clock
from tests.support.reports import assert_says, kept_before
from tests.support.sale import HOUR_MS, new_event, read

HARMS: tuple[Harm, ...] = ("refuse", "lose answer", 403, 500)


@pytest.mark.parametrize("harm", HARMS)
def test_what_cannot_be_kept_is_not_removed(api: Api, archive: Runtime, way: Way, clock: Clock, harm: Harm) -> None:
    """S3 refuses, breaks or falls silent: the run says so at its end, every key is there, and the next run goes on."""
    assert archive
    event = a_standing_sale(api, clock)
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    api.get(f"/events/{event}")
    before, names = kept_before(event), set(runtime().store.client.scan_iter())
    way.harm_all(harm)
    with pytest.raises(ArchiveFailed, match=event):
        run()
    way.harm_all(None)
    assert (kept_before(event), set(runtime().store.client.scan_iter())) == (before, names)
    assert run() == 1
    assert_says(bucket.report(name_of(event)), event, before)


def test_a_bucket_that_is_not_there_is_said(api: Api, archive: Runtime, clock: Clock) -> None:
    """And nothing is removed."""
    event = a_standing_sale(api, clock)
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    archiving(archive, archive_bucket="no-such-bucket")
    with pytest.raises(ArchiveFailed, match="NoSuchBucket"):
        run()
    assert is_there(event)


def test_what_the_bucket_has_is_looked_at(api: Api, archive: Runtime, way: Way, clock: Clock) -> None:
    """Something else under the name of the report, however it came there, is no report."""
    assert archive
    event = new_event(api, **times(clock))
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    way.harm(1, None, first=lambda: bucket.replace(name_of(event), b"something else"))
    with pytest.raises(ArchiveFailed, match="NotKept"):
        run()
    assert is_there(event)
    assert run() == 1


def test_one_event_that_fails_stops_no_other(api: Api, archive: Runtime, way: Way, clock: Clock) -> None:
    """Each request to S3 in turn; the run ends with an error, and all but one are archived."""
    assert archive
    events = [new_event(api, **times(clock)) for _ in range(3)]
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    way.harm(3, 403)
    with pytest.raises(ArchiveFailed):
        run()
    assert [is_there(event) for event in events].count(True) == 1
    assert run() == 1


def test_it_stops_in_good_time(api: Api, archive: Runtime, clock: Clock) -> None:
    """No event is begun when little time is left; one that is too large for a whole run is said to be."""
    assert archive
    events = [a_standing_sale(api, clock) for _ in range(2)]
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    assert run(lambda: 29_999) == 0
    left = iter([60_000, 60_000, 60_000, *[0] * 100])
    with pytest.raises(ArchiveFailed, match="too large"):
        run(lambda: next(left))
    assert all(map(is_there, events))
    assert run() == 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_an_older_version_writes_is_not_lost(api: Api, archive: Runtime, clock: Clock, when: str) -> None:
    """It does not know the status, and its write comes while the report is sent: nothing goes until it is reported."""
    assert archive
    event = a_standing_sale(api, clock)
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    writes = partial(older, "update_event", event, event, "event.updated", "", "venue", "Elsewhere")
    assert run_watched(**{when: writes}).waiting == {event: "written_to"}
    kept = kept_before(event)
    assert kept["log"][-1]["what"] == "event.updated"
    assert run() == 1
    assert_says(bucket.report(name_of(event)), event, kept)


def test_a_run_that_was_held_up_replaces_no_newer_report(api: Api, archive: Runtime, clock: Clock) -> None:
    """An older version writes, another run reports that and removes the event; then the first sends its report."""
    assert archive
    event = a_standing_sale(api, clock)
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    seen = list[dict[str, Any]]()

    def meanwhile() -> None:
        older("update_event", event, event, "event.updated", "", "venue", "Elsewhere")
        seen.append(kept_before(event))
        assert run() == 1

    run_watched(before=meanwhile)
    assert not is_there(event)
    assert len(bucket.kept()) == 2
    assert_says(bucket.report(name_of(event)), event, seen[0])


def test_what_an_older_version_writes_is_published_first(api: Api, archive: Runtime, clock: Clock) -> None:
    """An event that was closed when all was published is not archived with an entry that was not."""
    archiving(archive, event_bus="sales")
    event = a_standing_sale(api, clock)
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    api.get(f"/events/{event}")
    read(event, "events", "HSET", "published_seq", read(event, "events", "HGET", "log_seq"))
    writes = partial(older, "update_event", event, event, "event.updated", "", "venue", "Elsewhere")
    assert run_watched(after=writes).waiting == {event: "written_to"}
    assert run() == 0
    assert is_there(event)


def test_an_older_version_that_reads_keeps_nothing_back(api: Api, archive: Runtime, clock: Clock) -> None:
    """It turns the minute and notes that, which is in no report."""
    assert archive
    event = a_standing_sale(api, clock)
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    assert run_watched(after=lambda: older("event", event, event)).archived == 1
    assert not is_there(event)


def test_an_event_that_is_deleted_meanwhile_is_gone(api: Api, archive: Runtime, clock: Clock) -> None:
    """By an older version; its report is kept, and its place in the index goes."""
    assert archive
    event = new_event(api, **times(clock))
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    assert run_watched(after=lambda: older("delete_event", event, event)).archived == 1
    assert runtime().store.command("ZSCORE", keys.INDEX_EVENTS, event) is None


def test_a_run_says_what_it_did(api: Api, archive: Runtime, way: Way, clock: Clock) -> None:
    """How many were archived, how many failed and how many wait, whether or not the run fails: figures for an alarm."""
    archiving(archive, event_bus="sales")
    fails, waits, goes = (new_event(api, **times(clock)) for _ in range(3))
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    for event in (fails, goes):
        read(event, "events", "HSET", "published_seq", 1)
    with patch.object(telemetry, "count") as counted:
        way.harm(1, 403)
        with pytest.raises(ArchiveFailed):
            run()
    said = {call.args[0]: call.args[1] for call in counted.call_args_list}
    assert said == {"archived": 1, "archive_failures": 1, "archive_waiting": 1}
    assert is_there(waits)
