"""Bad input to the waiting room: the terms of a lobby, what an operator changes, and the nonce of a join."""

from __future__ import annotations

from typing import Any

import pytest

import app
from tests.http.good import BODIES, path_of
from tests.http.stage import Stage, judge, label
from tests.support.sale import change, new_event, nothing_changed

BAD_FIELDS: list[tuple[str, str, Any]] = [
    *(("join", "nonce", value) for value in ("", "a b", "a\tb", "x" * 129, "\u2603", "\x7f", 7)),
    *(("change_admission", "mode", value) for value in ("", "Open", "faster", ["open"])),
    *(("change_admission", "message", value) for value in ("x" * 201, "two\nlines", "\x00", 7)),
    *(("change_admission", "max_active_sessions", value) for value in (0, -1, 1_000_001, "10", 1.5)),
    *(("change_admission", "admissions_per_minute", value) for value in (0, -60, 1_000_001, "60", True)),
    *(("change_admission", "tickets_per_visitor", value) for value in (0, -1, 101)),
    *(("change_admission", name, 1) for name in ("status", "queue_mode", "total_tickets", "opened_at")),
    *((name, "queue_mode", value) for name in ("create_event", "update_event") for value in ("", "lottery", "Draw")),
    *((name, "sale_starts_at", value) for name in ("create_event", "update_event") for value in ("", "soon", 1)),
    *(
        (name, field, value)
        for name in ("create_event", "update_event")
        for field in ("away_seconds", "abandon_seconds", "claim_seconds")
        for value in (4, 86_401, -5, "60")
    ),
    *(("create_event", field, None) for field in ("away_seconds", "abandon_seconds", "claim_seconds")),
    *(("create_event", field, 1) for field in ("mode", "message", "opened_at", "commitment")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "field", "value"), BAD_FIELDS)
def test_a_term_of_a_room_out_of_range_is_refused_by_its_name(stage: Stage, name: str, field: str, value: Any) -> None:
    """One beyond each end, of another type, or a field that belongs elsewhere; nothing of the request is done."""
    row = next(row for row in app.table if label(row) == name)
    with nothing_changed():
        answer = stage.api.call(row.method, path_of(row), BODIES[name] | {field: value})
    assert (answer.status, answer.code) == (400, "invalid_request"), answer.text[:300]
    judge(row, answer)
    assert {error["field"] for error in answer.json["errors"]} == {field}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        *(("change_admission", field) for field in ("mode", "max_active_sessions", "tickets_per_visitor")),
        *(("update_event", field) for field in ("away_seconds", "abandon_seconds", "claim_seconds")),
    ],
)
def test_null_is_refused_where_there_is_nothing_to_take_back(stage: Stage, name: str, field: str) -> None:
    """Said in words, with the field in them."""
    row = next(row for row in app.table if label(row) == name)
    answer = stage.api.call(row.method, path_of(row), BODIES[name] | {field: None})
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert [error["message"] for error in answer.json["errors"]] == [f"{field} must not be null"]


def test_the_widest_terms_are_taken(stage: Stage) -> None:
    """The last value of each range is good, a message of two hundred characters is, and so is null to take it back."""
    seconds = ("away_seconds", "abandon_seconds", "claim_seconds")
    for least_or_most in (5, 86_400):
        event = new_event(stage.api, **dict.fromkeys(seconds, least_or_most))
        assert [stage.api.get(f"/events/{event}").json[name] for name in seconds] == [least_or_most] * 3
    wish = {"message": "\u00e9" * 200, "max_active_sessions": 1_000_000, "admissions_per_minute": 1}
    changed = stage.api.post(f"/events/{event}/admission", wish)
    assert (changed.status, {name: changed.json[name] for name in wish}) == (200, wish)
    taken_back = stage.api.post(f"/events/{event}/admission", {"message": None, "admissions_per_minute": None})
    assert (taken_back.json["message"], taken_back.json["admissions_per_minute"]) == (None, None)
    nonce = "".join(map(chr, range(0x21, 0x7F))) + "x" * 34
    joined = stage.api.post("/queue/join", {"event_id": event, "user_id": "ada", "nonce": nonce})
    assert (len(nonce), joined.status) == (128, 201)


def test_an_empty_change_changes_nothing(stage: Stage) -> None:
    """It is answered with the event as it is."""
    event = new_event(stage.api)
    before = change(stage.api, event, venue="Arena")
    with nothing_changed():
        answer = stage.api.post(f"/events/{event}/admission", {})
    assert (answer.status, answer.json) == (200, before)
