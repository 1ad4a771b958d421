"""What a cache between us and people may keep: what is the same for all, and nothing else."""

from __future__ import annotations

import pytest

from tests.http.good import GOOD
from tests.http.stage import Stage

SAME_FOR_ALL = frozenset(
    {
        *("list_events", "list_active_events", "seat_map", "seat_states", "queue_serving"),
        *("/.well-known/jwks.json", "/openapi.json"),
    }
)


@pytest.mark.parametrize("name", GOOD)
def test_only_what_is_the_same_for_all_may_be_kept(stage: Stage, name: str) -> None:
    """Any other answer says no-store: it may name a session, and whoever has that has the turn."""
    said = GOOD[name](stage).headers["Cache-Control"]
    assert said.startswith("public, max-age=") if name in SAME_FOR_ALL else said == "no-store"
