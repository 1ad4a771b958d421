"""The verb of the archive: whatever has been over for long enough is written to a bucket and removed.

Each step may be repeated, by the next run or by another one at the same time, and a run may die between any two: first
the event is closed, then its report is kept, then what refers to it goes, then all its keys in one step, and last its
place in the index, by which the next run would find what is left to do.
"""

from __future__ import annotations

import gzip
import random
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from chalicelib import ids, keys
from chalicelib.archive import reading, report
from chalicelib.archive.report import Lines
from chalicelib.errors import DomainError
from chalicelib.runtime import Runtime
from chalicelib.scripting import Call, forget_alias, is_refused, run, run_many

DAY_MS = 86_400_000
MARGIN_MS = 30_000
"""With less time than this no event is begun and no page read: what was read has still to be sent."""
EVENTS_MAX = 5_000
_COMPRESSION = 6


class Bucket(Protocol):
    """Where reports are kept."""

    def keep(self, name: str, file: IO[bytes], said: Mapping[str, str]) -> None:
        """Return when the whole file is kept under this name; a repeat replaces it."""


class ArchiveFailed(Exception):
    """Some event could not be archived; names them and why."""


class _OutOfTime(Exception):
    """The run is nearly over, and an event is only half read."""


@dataclass
class Report:
    """What a run of the archive did; ``waiting`` is why those are still there that are old enough."""

    archived: int = 0
    waiting: dict[str, str] = field(default_factory=dict)
    failing: dict[str, str] = field(default_factory=dict)

    @property
    def metrics(self) -> dict[str, int]:
        """What a run is measured by."""
        return {
            "archived": self.archived,
            "archive_waiting": len(self.waiting),
            "archive_failures": len(self.failing),
        }

    def check(self) -> None:
        """Raise ArchiveFailed when an event failed."""
        if self.failing:
            raise ArchiveFailed(f"events could not be archived: {self.failing}")


def archive(house: Runtime, bucket: Bucket, remaining_ms: Callable[[], int], log: Callable[..., None]) -> Report:
    """Archive what is due, in no order: an event that fails each time, or is too large, keeps no other from its turn.

    Stops in good time; the next run goes on. An event that fails stops no other.
    """
    done = Report()
    for event_id in _due(house):
        if remaining_ms() < MARGIN_MS:
            break
        try:
            outcome = _archive(house, bucket, event_id, remaining_ms)
        except _OutOfTime:
            if not done.archived:
                done.failing[event_id] = "it is too large for one run"
            break
        except Exception as error:  # noqa: BLE001 - whatever one event does, the others have their turn
            if not is_refused(error, "schema_unknown"):
                done.failing[event_id] = repr(error)
                log("an event could not be archived", event_id=event_id, reason=repr(error))
                continue
            outcome = "schema_unknown"  # for the build that wrote it
        if outcome == "archived":
            done.archived += 1
        elif outcome:
            done.waiting[event_id] = outcome
            log("an event waits to be archived", event_id=event_id, reason=outcome)
    return done


def _due(house: Runtime) -> list[str]:
    words = "ZRANGEBYSCORE", keys.INDEX_EVENTS, "-inf", _latest_end_ms(house), "LIMIT", 0, EVENTS_MAX
    due: list[str] = house.store.command(*words)
    random.shuffle(due)
    return due


def _latest_end_ms(house: Runtime) -> int:
    seconds, microseconds = house.store.command("TIME", near=keys.INDEX_EVENTS)
    return int(seconds) * 1000 + int(microseconds) // 1000 - _retention_ms(house)


def _archive(house: Runtime, bucket: Bucket, event_id: str, remaining_ms: Callable[[], int]) -> str:
    """Take every step for one event; gives "archived", why it is not time, or nothing when there is nothing to do."""
    code = ids.code_of(event_id)
    must_be_published = int(bool(house.settings.event_bus))
    try:
        why_not, end_ms = _run(house, "begin_archiving", event_id, _retention_ms(house), must_be_published)
    except DomainError as refusal:
        if refusal.code != "event_not_found":
            raise
        _unlist(house, event_id)  # a run before this one has died between the last two steps
        return ""
    if why_not == "not_over":
        house.store.command("ZADD", keys.INDEX_EVENTS, "XX", end_ms, event_id)  # it named an end that is no more
        return ""
    if why_not:
        return str(why_not)
    fields, counts = reading.sizes_of(house.store, code)
    last, aliases = _report(house, bucket, fields, counts, remaining_ms)
    for start in range(0, len(aliases), reading.PAGE):
        page = aliases[start : start + reading.PAGE]
        run_many(house.store, [forget_alias(alias, user, code) for alias, user in page])
    if fields["organiser_id"]:
        house.store.command("SREM", keys.organiser_index(fields["organiser_id"]), event_id)
    try:
        (is_gone,) = _run(house, "end_archiving", event_id, last)
    except DomainError as refusal:
        if refusal.code != "event_not_found":
            raise
        is_gone = True  # by our own first try, or by another run behind a report of its own
    if not is_gone:
        return "written_to"
    _unlist(house, event_id)
    return "archived"


def _report(
    house: Runtime,
    bucket: Bucket,
    fields: Mapping[str, str],
    counts: Mapping[str, int],
    remaining_ms: Callable[[], int],
) -> tuple[str, list[tuple[str, str]]]:
    """Write the report and have it kept; gives the id of the last entry of the log in it, and the aliases found."""
    code = ids.code_of(fields["id"])
    last, aliases = "", list[tuple[str, str]]()
    with tempfile.TemporaryFile() as file:
        with gzip.GzipFile("", "wb", _COMPRESSION, file, mtime=0) as packed:
            lines = Lines(packed.write)
            lines.write(report.header(fields, counts))
            lines.write(report.event(fields))
            for page in reading.pages(house.store, code):
                if remaining_ms() < MARGIN_MS:
                    raise _OutOfTime
                for record in page:
                    lines.write(record)
                aliases += [(record["alias"], record["user_id"]) for record in page if record.get("alias")]
                last = page[-1].get("id", "")  # the log is what comes last
            lines.close(counts)
        said = {"event-id": fields["id"], "log": last, "sha256": lines.digest}
        bucket.keep(report.name_of(fields, last), file, said)
    return last, aliases


def _unlist(house: Runtime, event_id: str) -> None:
    run(house.store, Call("unlist_event", [keys.INDEX_EVENTS], [event_id, _latest_end_ms(house)]))


def _retention_ms(house: Runtime) -> int:
    return house.settings.retention_days * DAY_MS


def _run(house: Runtime, command: str, event_id: str, *args: str | int) -> list[Any]:
    return run(house.store, house.call(command, ids.code_of(event_id), event_id, *args, counted=False))
