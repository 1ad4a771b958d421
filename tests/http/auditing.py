"""The refusals of the auditor: what leads to each, and the request that meets it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from chalicelib.ids import code_of
from chalicelib.keys import event_key
from chalicelib.runtime import Runtime, install
from chalicelib.store import Command, Store
from tests.http.good import Row, one_active
from tests.http.stage import Stage
from tests.support.api import Answer
from tests.support.sale import UNKNOWN, change


class _Restless(Store):
    """A store whose event changes whenever it has been looked at."""

    meanwhile: Callable[[], object]

    def snapshot(self, reads: Sequence[Command]) -> list[Any]:
        found = super().snapshot(reads)
        self.meanwhile()
        return found


def _too_large(stage: Stage, method: str, verb: str) -> Answer:
    # So long a log is a matter of hours; that its number says so is enough.
    event = one_active(stage).event
    fields = event_key("events", code_of(event))
    known = stage.house.store.command("HGET", fields, "log_seq")
    stage.house.store.command("HSET", fields, "log_seq", 100_001)
    answer = stage.api.call(method, f"/events/{event}/{verb}")
    stage.house.store.command("HSET", fields, "log_seq", known)
    return answer


def _busy(stage: Stage) -> Answer:
    event = one_active(stage).event
    store, names = _Restless(stage.house.store.client), iter("abcdefghijklmnopqrstuvwxyz")
    store.meanwhile = lambda: change(stage.api, event, name=next(names))
    install(Runtime(stage.house.settings, store, stage.house.ids))
    fields = event_key("events", code_of(event))
    store.command("HINCRBY", fields, "browsing", 1)
    answer = stage.api.post(f"/events/{event}/repair")
    store.command("HINCRBY", fields, "browsing", -1)
    return answer


AUDITING: dict[tuple[str, str], Row] = {
    ("event_integrity", "event_not_found"): lambda s: s.api.get(f"/events/{UNKNOWN}/integrity"),
    ("event_integrity", "event_too_large"): lambda s: _too_large(s, "GET", "integrity"),
    ("repair_event", "event_not_found"): lambda s: s.api.post(f"/events/{UNKNOWN}/repair"),
    ("repair_event", "event_too_large"): lambda s: _too_large(s, "POST", "repair"),
    ("repair_event", "event_busy"): _busy,
}
