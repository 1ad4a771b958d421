"""One small round of `make fuzz`, from a fixed seed; and that it would find what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fuzz import judges
from tests.fuzz.passes import OPEN, PASSES, Pass
from tests.fuzz.play import Measure, play

EVENT = "/api/v1/events/{event_id}"
EVERYTHING = Measure(examples=5)
WITHOUT_EDGES = Measure(examples=3, phases=("fuzzing", "stateful"))
THOROUGH = Measure(examples=25)
"""Of one path alone: with few cases it may happen that none of those that should be understood gets as far."""
MEASURES = {played: EVERYTHING if played is OPEN else WITHOUT_EDGES for played in PASSES}


@pytest.mark.parametrize("played", PASSES, ids=lambda played: played.name)
def test_no_case_is_answered_otherwise_than_the_document_says(played: Pass) -> None:
    """The edges of every operation, cases drawn at random, conversations: no 5xx, and afterwards every sum holds."""
    report = play(played, MEASURES[played], seed=1)
    assert not report.failures, "\n\n".join(report.failures.values())
    assert set(report.phases) == set(MEASURES[played].phases)


def test_a_document_that_is_wrong_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here it hides a status and a method, promises a number for a text, and asks for one in the place of a text."""
    truth = judges.read_document

    def lie(text: str, unread: frozenset[str]) -> dict[str, Any]:
        document = truth(text, unread)
        operations = document["paths"] = {EVENT: document["paths"][EVENT]}
        del operations[EVENT]["get"]["responses"]["404"], operations[EVENT]["delete"]
        document["components"]["schemas"]["Event"]["properties"]["venue"] = {"type": "integer"}
        document["components"]["schemas"]["EventUpdate"]["properties"]["name"] = {"type": "integer"}
        return document

    monkeypatch.setattr(judges, "read_document", lie)
    found = {failure[0] for failure in play(OPEN, THOROUGH, seed=1).failures}
    assert found >= {
        "status_code_conformance",
        "response_schema_conformance",
        "allow_header_conformance",
        "well_formed_data_is_understood",
    }
