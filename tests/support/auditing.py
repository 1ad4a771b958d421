"""Asking the auditor: no answer of it names a person or a session, whatever is wrong with the event."""

from __future__ import annotations

from typing import Any

from tests.support.api import Answer, Api
from tests.support.sale import read
from tests.support.spoilable import CANARY


def audit(api: Api, event: str) -> dict[str, Any]:
    """Audit an event, which must be answered."""
    return _answered(event, api.get(f"/events/{event}/integrity"))


def repair(api: Api, event: str) -> dict[str, Any]:
    """Repair an event, which must be answered."""
    return _answered(event, api.post(f"/events/{event}/repair"))


def named(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the words and places of an audit."""
    assert found["status"] == ("differences" if found["differences"] else "ok")
    return [(difference["what"], difference["where"]) for difference in found["differences"]]


def _answered(event: str, answer: Answer) -> dict[str, Any]:
    assert answer.status == 200, answer.text
    assert CANARY not in answer.text
    assert not [session for session in read(event, "sessions", "HKEYS") if session in answer.text]
    return dict(answer.json)
