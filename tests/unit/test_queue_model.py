"""Estimates of the queue: they are nobody's right, but they are never absurd."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.ids import entry_id
from chalicelib.queue.model import duration_text, estimated_wait_s, queue_entry

SESSION = "01234567-89ab-8000-8000-000000000001"
EVENT = "01234567-89ab-8000-8000-000000000000"


@pytest.mark.parametrize(
    ("position", "pace_ms", "admitted", "seconds"),
    [
        (0, 0, 0, 0),
        (1, 60_000, 60, 1),
        (90, 60_000, 60, 90),
        (1, 60_000, 7, 9),
        (1, 60_000, 1_000_000, 1),
        (1, 60_000, 0, None),
        (1, 9_999, 100, None),
        (None, 60_000, 60, None),
    ],
)
def test_the_wait_is_estimated_from_the_measured_pace_alone(
    position: int | None, pace_ms: int, admitted: int, seconds: int | None
) -> None:
    """Rounded up; without a pace, or without a place, nothing is known and nothing is said."""
    assert estimated_wait_s(position, pace_ms, admitted) == seconds


@settings(deadline=None)
@given(st.integers(0, 1_000_000), st.integers(10_000, 200_000), st.integers(1, 1_000_000))
def test_who_stands_further_back_is_never_told_less(position: int, pace_ms: int, admitted: int) -> None:
    """And who waits at all is never told that there is no wait."""
    here = estimated_wait_s(position, pace_ms, admitted)
    behind = estimated_wait_s(position + 1, pace_ms, admitted)
    assert here is not None
    assert behind is not None
    assert here <= behind
    assert behind >= 1


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "unknown"), (0, "0s"), (59, "59s"), (60, "1m0s"), (3599, "59m59s"), (3600, "1h0m0s"), (90061, "25h1m1s")],
)
def test_a_duration_is_written_as_go_does(seconds: int | None, text: str) -> None:
    """The original's clients read "1h2m3s"."""
    assert duration_text(seconds) == text


def test_the_record_of_a_session_is_read_into_an_entry() -> None:
    """Every letter has its word; only what is active or was cut off has a deadline."""
    words = {"w": "waiting", "a": "active", "c": "completed", "e": "expired", "l": "left", "b": "abandoned"}
    for letter, word in words.items():
        record = f"3000,9000,4000,1,{letter},7,1000,2000,5000,0,0,0,0,,ada"
        entry = queue_entry(EVENT, SESSION, record, 3)
        assert (entry.status, entry.position, entry.user_id, entry.session_id) == (word, 3, "ada", SESSION)
        assert entry.id == entry_id(SESSION)
        assert entry.expires_at == (5000 if word in {"active", "expired"} else None)
        assert (entry.entered_at, entry.activated_at, entry.updated_at) == (1000, 2000, 3000)


def test_who_chose_a_session_id_is_answered_with_it() -> None:
    """The client knows its place by the name it gave."""
    record = "1,2,1,1,w,1,1,0,0,0,0,0,0,session-123,ada"
    assert queue_entry(EVENT, SESSION, record, 1, "session-123").session_id == "session-123"
