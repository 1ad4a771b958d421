"""The house while its sweep is behind: a command ends one session and one hold, and must decide as if it had ended all.

There is room for everybody here, so that nobody waits: who comes in may be late by the sweep, who may buy may not. What
lists and counters say may be late as well, and is not asked.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant

from tests.stateful import wishes
from tests.stateful.conversation import Reword, Stage, search
from tests.stateful.test_found_plays import TERMS
from tests.stateful.test_house import PLAY, RUNS
from tests.stateful.visitors import VisitorRules
from tests.support.check import check_event

AMPLE = {
    "total_tickets": 1_000,
    "status": "active",
    "end_time": wishes.DAY_MS,
    "sale_starts_at": None,
    "sale_ends_at": None,
    "max_active_sessions": 1_000,
    "admissions_per_minute": None,
    "tickets_per_visitor": 1,
}
OVER = {"completed", "expired"}


class BehindMachine(VisitorRules):
    """Visitors only, at an event with far more than the few seats that they ask for."""

    @initialize(terms=wishes.terms, seats=st.integers(1, wishes.SEATS), crowd=st.integers(0, len(wishes.USERS)))
    def open(self, terms: dict[str, Any], seats: int, crowd: int) -> None:
        """Create an event where nobody has to wait."""
        super().open(terms | AMPLE, seats, 0)
        if terms["is_seated_event"]:
            self.add_seats([(("B", "1", str(n)), None) for n in range(100)])
        for user in wishes.USERS[:crowd]:
            self.join(user, None)

    @invariant()
    def everything_adds_up(self) -> None:
        """Look at the event after every step that was a request."""
        if self.asked:
            check_event(self.stage.store, self.watch.code)
            self.event.acted_ms = int(self.stage.store.command("HGET", f"events:{{{self.watch.code}}}", "last_ms"))
        self.asked = False

    def same(self, answered: Any, expected: Any) -> None:
        """Compare all but what only tells when, and in which order, the sweep came by."""
        super().same(_without_sweep(answered), _without_sweep(expected))


def _without_sweep(said: Any) -> Any:
    if isinstance(said, list):
        return [_without_sweep(one) for one in said]
    if not isinstance(said, dict):
        return said
    left_out = {"updated_at"}
    if said.get("status") in OVER and "position" in said:
        left_out |= {"status", "state", "expires_at"}  # a session that is due, and so is its last hold
    return {name: _without_sweep(value) for name, value in said.items() if name not in left_out}


@pytest.fixture
def behind(reword: Reword) -> None:
    """Make the sweep of the server's scripts as slow as can be."""
    reword("prelude/1_event", "local STEP = 50", "local STEP = 1")


@pytest.mark.usefixtures("behind")
def test_a_session_is_over_with_its_last_hold_though_others_are_swept_first(stage: Stage) -> None:
    """Once, its owner was told to be active, and then not served."""
    play = BehindMachine(stage)
    play.open(terms=TERMS | {"is_seated_event": False, "hold_seconds": 5}, seats=0, crowd=2)
    play.order(user="bob", seats=[0, 1, 2, 3], key=None, odd=False)
    play.wait(ms=1)
    play.order(user="ada", seats=[0], key=None, odd=False)
    play.order(user="ada", seats=[0], key=None, odd=False)
    play.confirm_order(which=0, reference=None)
    play.wait(ms=5_000)
    play.ask_for_position(user="ada")
    play.join(user="ada", alias=None)
    play.everything_adds_up()


@pytest.mark.timeout(420 + 2 * RUNS)
@pytest.mark.usefixtures("behind")
def test_a_house_that_is_behind_decides_alike(stage: Stage) -> None:
    """Sessions, holds, limits and seats are judged by their deadlines, swept or not."""
    search(BehindMachine, stage, PLAY)
