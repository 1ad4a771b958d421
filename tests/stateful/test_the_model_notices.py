"""A test of the test: rules that are broken on purpose must not go unnoticed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.stateful.conversation import Reword, Stage, search
from tests.stateful.machine import HouseMachine

SEARCH = settings(
    max_examples=1_000,
    stateful_step_count=50,
    derandomize=True,  # each is found at the same run every time, until the rules or the machine change
    deadline=None,
    database=None,
    phases=[Phase.generate],  # that it is found is enough: nobody wants it small
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize(
    ("script", "right", "wrong"),
    [
        pytest.param(
            "prelude/4_tickets",
            "tonumber(t.expires_ms) <= now",
            "tonumber(t.expires_ms) < now",
            id="a hold lives a millisecond longer",
        ),
        pytest.param(
            "prelude/2_sessions",
            "tonumber(s.deadline) <= now",
            "tonumber(s.deadline) < now",
            id="a session lives a millisecond longer",
        ),
        pytest.param("prelude/3_admission", "ZPOPMIN", "ZPOPMAX", id="the last comes in first"),
        pytest.param("prelude/3_admission", "- ev.browsing", "", id="more come in than there is for them"),
        pytest.param(
            "prelude/3_admission",
            "ev.max_active_sessions - live",
            "ev.max_active_sessions + 1 - live",
            id="one too many is in",
        ),
        pytest.param(
            "prelude/3_admission",
            "now >= poll_due_ms + ev.away_ms",
            "now > poll_due_ms + ev.away_ms",
            id="who is away is waited for a millisecond longer",
        ),
        pytest.param("prelude/2_sessions", "redis.call('ZCOUNT', AWAY, '-inf', before)", "0", id="a position grows"),
        pytest.param(
            "prelude/2_sessions",
            "redis.call('ZADD', QUEUE, s.place, s.id)",
            "redis.call('ZADD', QUEUE, now_text, s.id)",
            id="who comes back is sent to another place",
        ),
        pytest.param(
            "prelude/3_admission",
            "math.max(now, poll_due_ms) + ev.claim_ms",
            "now + ev.claim_ms",
            id="the time to show up is over before anybody can know",
        ),
        pytest.param(
            "prelude/6_clock", "ev.opened_ms > 0 or ev.status", "ev.status", id="the sale opens again and again"
        ),
        pytest.param("join", "s.entrant ~= '0'\n", "false\n", id="who comes again draws again"),
        pytest.param("purchase", "taken[#taken + 1] = ordinal", "", id="a taken seat is sold again"),
        pytest.param(
            "purchase", "wanted > ev.max_tickets_per_user", "wanted > 99", id="nobody counts a person's tickets"
        ),
        pytest.param("purchase", "was ~= fingerprint", "false", id="a key takes any request"),
        pytest.param("settle", "count.expired > 0", "false", id="what has expired is confirmed"),
        pytest.param("check_in", "if t.checked_in_ms then", "if false then", id="a ticket lets in twice"),
    ],
)
def test_a_broken_rule_is_noticed(stage: Stage, reword: Reword, script: str, right: str, wrong: str) -> None:
    """The machine fails on scripts that break one rule."""
    reword(script, right, wrong)
    with pytest.raises(AssertionError):
        search(HouseMachine, stage, SEARCH)
