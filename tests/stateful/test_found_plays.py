"""Plays in which house and model once disagreed, kept because a search may take long to come upon them again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.stateful.conversation import Stage
from tests.stateful.machine import HouseMachine

TERMS: dict[str, Any] = {
    "name": "Concert",
    "start_time": -86_400_000,
    "end_time": 86_400_000,
    "total_tickets": 6,
    "is_seated_event": True,
    "status": "active",
    "price": 5_000,
    "currency": "USD",
    "sale_starts_at": None,
    "sale_ends_at": None,
    "max_active_sessions": 3,
    "admissions_per_minute": None,
    "tickets_per_visitor": 1,
    "session_seconds": 20,
    "hold_seconds": 20,
    "max_tickets_per_user": 4,
    "queue_mode": None,
    "away_seconds": 60,
    "abandon_seconds": 20,
    "claim_seconds": 20,
}


@pytest.fixture
def play(stage: Stage) -> Iterator[HouseMachine]:
    """A machine that the test plays by hand."""
    machine = HouseMachine(stage)
    yield machine
    machine.redis_is_as_the_model_says()


def test_the_sale_starts_on_time_though_an_operator_was_too_early(play: HouseMachine) -> None:
    """A refused call of process swept the event, and left it without the alarm for the start of the sale."""
    play.open(terms=TERMS | {"sale_starts_at": 6_000, "max_active_sessions": 1}, seats=6, crowd=3)
    play.wait(ms=5_000)
    play.process(count=None, key=None)
    play.wait(ms=1_000)
    play.ask_for_position(user="bob")


def test_an_order_shows_its_own_tickets_and_no_others(play: HouseMachine) -> None:
    """Asked for a part of what it held, a session was answered with its order, but only that part of it."""
    play.open(terms=TERMS, seats=6, crowd=1)
    play.order(user="ada", seats=[4, 0], key=None, odd=False)
    play.order(user="ada", seats=[4], key=None, odd=False)
    play.confirm_order(which=0, reference=None)


def test_a_key_is_remembered_though_everything_was_held_already(play: HouseMachine) -> None:
    """The key was forgotten, so its repeat was refused as soon as the tickets were confirmed."""
    play.open(terms=TERMS, seats=6, crowd=1)
    play.order(user="ada", seats=[0], key=None, odd=False)
    play.order(user="ada", seats=[0], key="key-1", odd=False)
    play.confirm_order(which=0, reference=None)
    play.repeat_with_the_key(which=0, more=False)


def test_a_lower_limit_does_not_refuse_what_is_held_already(play: HouseMachine) -> None:
    """Nothing new was asked for, and yet the limit had its say."""
    play.open(terms=TERMS, seats=6, crowd=1)
    play.order(user="ada", seats=[0], key=None, odd=False)
    play.order(user="ada", seats=[1], key=None, odd=False)
    play.update(changes={"max_tickets_per_user": 1})
    play.order(user="ada", seats=[0, 1], key=None, odd=False)


def test_the_whole_bank_of_a_rate_is_paid_out(play: HouseMachine) -> None:
    """At 90 a minute three may come at once; rounding took the third away."""
    play.open(terms=TERMS | {"admissions_per_minute": 90}, seats=6, crowd=3)
    assert len(play.event.at("active")) == 3


def test_the_rate_lets_the_next_one_in_at_its_very_microsecond(play: HouseMachine) -> None:
    """The clock stands some microseconds into a millisecond; the alarm used to be set for the one after."""
    play.open(TERMS | {"is_seated_event": False, "admissions_per_minute": 60, "total_tickets": 3}, seats=0, crowd=3)
    play.redis_is_as_the_model_says()
    play.wait(ms=1000)
    play.join(user="cid", alias=None)


def test_who_shows_up_for_a_short_session_is_out_in_time(play: HouseMachine) -> None:
    """The session was shorter than the time to show up, and its end was not in the alarm."""
    play.open(TERMS | {"max_active_sessions": 1, "session_seconds": 5, "claim_seconds": 20}, seats=6, crowd=3)
    play.leave(which=2, by_alias=False)
    play.ask_for_status(which=1, by_alias=False)
    play.wait(ms=5_000)
    play.read_the_event(user="bob")
    assert [session.status for session in play.event.sessions] == ["left", "expired", "active"]
