"""The house and the reference model answer alike, whatever is asked of them and however time moves.

HOUSE_RUNS is the number of runs of 50 steps each. A failure prints the shortest play that shows it, ready to be pasted.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.stateful.conversation import Stage, search
from tests.stateful.machine import HouseMachine

RUNS = int(os.environ.get("HOUSE_RUNS", "150" if "CI" in os.environ else "300"))
PLAY = settings(
    max_examples=RUNS,
    stateful_step_count=50,
    deadline=None,
    derandomize=False,
    print_blob=True,
    phases=set(Phase) - {Phase.explain},  # it takes longer than it helps
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],  # a server is asked at every step
)


if "CI" in os.environ:
    # The same plays each time: what a new one finds is for whoever looks for it, not for whoever lands something else.
    PLAY = settings(PLAY, database=None, derandomize=True)


@pytest.mark.timeout(420 + 2 * RUNS)
def test_the_house_and_its_model_never_disagree(stage: Stage) -> None:
    """Every answer, every state and every invariant, after each step of every play."""
    search(HouseMachine, stage, PLAY)
