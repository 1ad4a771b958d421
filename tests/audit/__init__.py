"""The auditor: replays the log of an event through a model of its own, and compares.

It holds the outcome against all that the keys of the event say and against what clients were told, and judges the
invariants of the service that can be judged so. ``python -m tests.audit`` says it of a running Redis; the concurrency
and fault tests end with ``assert_audited``.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.ids import EventCode
from chalicelib.store import Store
from tests.audit import compare, told
from tests.audit.dump import Dump, OfAnotherSchema, read_dump
from tests.audit.model import Findings
from tests.audit.replay import replay
from tests.audit.report import INVARIANTS, NEED_HISTORY, NOT_JUDGED, Report
from tests.audit.told import Told as Told
from tests.support.check import check_event, check_everything

CHECKS_MAX = 3


def audit(store: Store, code: EventCode, history: Sequence[Told] | None = None) -> Report:
    """Judge an event; raises LookupError when it is not there. One of another schema fails, unread.

    A repeat says the same unless something happened meanwhile. On a living event what is judged is the instant of the
    first look; only that every key agrees with every other needs an event that stands still for a moment.
    """
    try:
        dump = read_dump(store, code)
    except OfAnotherSchema as unread:
        findings = Findings()
        findings.add("dump", str(unread))
        return Report(unread.event, 0, findings, {}, dict.fromkeys(INVARIANTS, "of another schema"))
    if dump is None:
        raise LookupError(f"there is no event {code}")
    report = judge(dump, history)
    if _check_keys(store, code, report.findings):
        del report.not_judged["dump"]
    else:
        report.not_judged["dump"] = "the event does not stand still"
    return report


def judge(dump: Dump, history: Sequence[Told] | None = None) -> Report:
    """Judge what was read of an event; that its other keys agree with these is not judged."""
    findings = Findings()
    model = replay(dump, findings)
    compare.compare(dump, model)
    told.compare(model, history or ())
    not_judged = NOT_JUDGED if history is not None else NOT_JUDGED | dict.fromkeys(NEED_HISTORY, "without a history")
    return Report(dump.fields["id"], len(dump.log), findings, dict(model.others), dict(not_judged))


def audit_all(store: Store, history: Sequence[Told] | None = None) -> list[Report]:
    """Judge every event that is there."""
    return [audit(store, code, history) for code in _codes(store)]


def assert_audited(store: Store, history: Sequence[Told] | None = None) -> None:
    """Assert that every key is in the schema and every event stands up to its audit, on a Redis that stands still."""
    check_everything(store)
    reports = [judge(dump, history) for code in _codes(store) if (dump := read_dump(store, code))]
    failed = [report for report in reports if report.failed]
    assert not failed, "\n".join(
        line for report in failed for line in report.lines() if line.startswith(("event", "FAIL"))
    )


def _codes(store: Store) -> list[EventCode]:
    return [EventCode(name[8:20]) for name in sorted(store.client.scan_iter(match="events:{*}", count=1000))]


def _check_keys(store: Store, code: EventCode, findings: Findings) -> bool:
    """Let the leak check of the tests judge the keys; tells whether it could: it reads one key after the other."""
    for _ in range(CHECKS_MAX):
        before = _state_of(store, code)
        try:
            check_event(store, code)
        except (AssertionError, ValueError, KeyError) as difference:
            if _state_of(store, code) == before:
                findings.add("dump", str(difference) or "an assertion of tests/support/check.py")
                return True
        else:
            return True
    return False


def _state_of(store: Store, code: EventCode) -> str | None:
    number: str | None = store.command("HGET", f"events:{{{code}}}", "log_seq")
    return number
