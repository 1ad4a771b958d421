"""The seed of a draw: of one event and one key, and of nothing else."""

from __future__ import annotations

import itertools

from chalicelib.seeds import commitment_of, seed_of

KEYS = ("the first key of the operator", "the second key of the operator")
EVENTS = ("9f3a61b0-7c2e-8000-8000-000000000001", "9f3a61b0-7c2e-8000-8000-000000000002")


def test_every_event_and_every_key_has_a_seed_of_its_own() -> None:
    """The seed that is published when one sale opens tells nothing of the next draw."""
    seeds = {seed_of(key, event) for key, event in itertools.product(KEYS, EVENTS)}
    assert len(seeds) == 4
    assert {len(seed) for seed in seeds} == {32}
    assert len({commitment_of(key, event) for key, event in itertools.product(KEYS, EVENTS)}) == 4


def test_without_a_key_nothing_is_committed_to() -> None:
    """An empty text, which no digest is."""
    assert commitment_of("", EVENTS[0]) == ""
