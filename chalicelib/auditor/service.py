"""The verbs of the auditor: count an event again, and mend its counters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from chalicelib import ids, keys
from chalicelib.auditor import snapshot
from chalicelib.auditor.log import Entry, Replay
from chalicelib.auditor.model import DIFFERENCES_MAX, Difference, Integrity, LookedAt, Mended, Repair
from chalicelib.auditor.people import people
from chalicelib.auditor.room import room
from chalicelib.auditor.snapshot import Snapshot
from chalicelib.auditor.stock import counters, stock
from chalicelib.errors import DomainError
from chalicelib.runtime import Runtime
from chalicelib.scripting import run

OBJECTS_MAX = 10_000
"""Sessions, tickets and orders together: reading them keeps everybody else waiting, see docs/decisions/0009."""

LOG_MAX = 100_000
LOG_PAGE = 2_000
REPAIR_TRIES = 5


def integrity(house: Runtime, event_id: str) -> Integrity:
    """Count everything of an event again, as it is at one instant, and give all that differs.

    What is due and not yet swept is no difference. Raises ``event_too_large``.
    """
    return _report(house, event_id, *_look(house, event_id))


def repair(house: Runtime, event_id: str) -> Repair:
    """Set those counters right that can be counted; gives them, and what an audit finds afterwards.

    A repeat finds nothing to mend. Raises ``event_too_large``, and ``event_busy`` when something happened to the event
    between the count and the mending, each time that it was tried.
    """
    for _ in range(REPAIR_TRIES):
        now_ms, seen = _look(house, event_id)
        wrong = [difference for difference in counters(seen) if difference.repairable]
        if not wrong:
            return Repair(message="Nothing to mend", repaired=[], integrity=_report(house, event_id, now_ms, seen))
        if _mend(house, event_id, seen, wrong):
            mended = [Mended(field=d.where, was=d.stored, now=int(d.counted or 0)) for d in wrong]
            return Repair(
                message=f"{len(mended)} counters mended", repaired=mended, integrity=integrity(house, event_id)
            )
    raise DomainError("event_busy")


def _mend(house: Runtime, event_id: str, seen: Snapshot, wrong: list[Difference]) -> bool:
    code = ids.code_of(event_id)
    terms = chain.from_iterable((d.where, seen.fields.get(d.where, ""), d.counted or 0) for d in wrong)
    what = house.call("repair", code, event_id, house.ids.within(code), seen.number("log_seq"), *terms, counted=False)
    try:
        run(house.store, what)
    except DomainError as refusal:
        if refusal.code != "event_busy":
            raise
        return False
    return True


def _look(house: Runtime, event_id: str) -> tuple[int, Snapshot]:
    code = ids.code_of(event_id)
    now_ms, *sizes = run(house.store, house.call("audit", code, event_id))
    if sum(sizes) > OBJECTS_MAX:
        raise _too_large(f"It has {sum(sizes)} sessions, tickets and orders, and {OBJECTS_MAX} are counted at most.")
    seen = snapshot.take_apart(house.store.snapshot(snapshot.reads(code)))
    if seen.fields.get("id") != event_id:
        raise DomainError("event_not_found")
    if seen.number("log_seq") > LOG_MAX:
        raise _too_large(f"Its log has {seen.number('log_seq')} entries, and {LOG_MAX} are read at most.")
    return now_ms, seen


def _too_large(why: str) -> DomainError:
    return DomainError("event_too_large", f"{why} An event of any size is audited by python -m tests.audit.")


def _report(house: Runtime, event_id: str, now_ms: int, seen: Snapshot) -> Integrity:
    replay = Replay(seen)
    logged = (found for page in _log(house, event_id, seen) for found in replay.follow(page))
    counted = chain(counters(seen), stock(seen), people(seen), room(seen), logged, replay.end())
    # What cannot be read is missed wherever it is referred to; it is named once.
    broken = {difference.where for difference in seen.unreadable}
    found = chain(seen.unreadable, (d for d in counted if broken.isdisjoint((d.where, d.stored, d.counted))))
    listed = list(islice(found, DIFFERENCES_MAX))
    total = len(listed) + sum(1 for _ in found)
    return Integrity(
        event_id=event_id,
        status="differences" if total else "ok",
        checked_at=now_ms,
        log_seq=seen.number("log_seq"),
        looked_at=LookedAt(
            seats=len(seen.states),
            tickets=len(seen.tickets),
            orders=len(seen.orders),
            sessions=len(seen.sessions),
            log_entries=replay.entries,
        ),
        differences_total=total,
        differences=[_without_names(seen, difference) for difference in listed],
    )


def _log(house: Runtime, event_id: str, seen: Snapshot) -> Iterator[list[Entry]]:
    # Pages after the snapshot are as good as within: an entry never changes, and later ones are not looked at.
    log = keys.event_key("log", ids.code_of(event_id))
    for first in range(1, seen.number("log_seq") + 1, LOG_PAGE):
        last = min(first + LOG_PAGE - 1, seen.number("log_seq"))
        page = house.store.command("XRANGE", log, f"{first}-0", f"{last}-0", "COUNT", LOG_PAGE)
        if not page and not house.store.command("EXISTS", log):
            raise DomainError("event_not_found")  # deleted since
        yield page


def _without_names(seen: Snapshot, difference: Difference) -> Difference:
    """Give a difference that names no person and no session, whatever stood in the wrong place."""

    def hidden(value: str | int | None) -> str | int | None:
        if value in seen.secrets:
            return snapshot.entry_of(str(value))
        return "a person" if value in seen.persons else value

    terms = {name: hidden(getattr(difference, name)) for name in ("where", "stored", "counted")}
    return difference.model_copy(update=terms)
