"""Calls a scheduled function of app.py as EventBridge does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from infra import lambda_events

LITTLE_MS = 2_500
"""What is left to a Lambda that has time for one tick."""


def scheduled(function: Any, left_ms: int = LITTLE_MS) -> dict[str, Any]:
    """Run it with this much of the Lambda's time left at every look; gives what it answers."""
    context = SimpleNamespace(aws_request_id="run-1", get_remaining_time_in_millis=lambda: left_ms)
    answer: dict[str, Any] = function(lambda_events.schedule("a-rule"), context)
    return answer
