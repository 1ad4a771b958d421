"""What others hear of a sale: the scheduled function, a bus, a rule and a queue, and nobody who dies."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import app
from chalicelib.fields import parse_instant
from chalicelib.outbox.service import PublishFailed
from chalicelib.runtime import Runtime, install
from tests.support import aws
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import enter, freeze, logged, new_event, nothing_changed, read
from tests.support.scheduled import scheduled
from tests.support.told import details_of, heard_in, play, stand, untold

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bus(house: Runtime, moto_port: int, monkeypatch: pytest.MonkeyPatch) -> aws.Bus:
    """A bus of its own that the service tells."""
    for name, value in aws.environ(moto_port).items():
        monkeypatch.setenv(name, value)
    made = aws.Bus(moto_port, f"sale-{secrets.token_hex(4)}")
    install(replace(house, settings=replace(house.settings, event_bus=made.name)))
    return made


def test_everything_that_is_told_arrives_once_and_in_full(api: Api, bus: aws.Bus, clock: Clock) -> None:
    """In the words of those who did it, with the number and the time of the log; a second run has nothing to say."""
    now_ms = freeze(clock)
    sales = [play(api, lambda ms: clock.advance(ms=ms)), stand(api)]
    told = scheduled(app.publish)
    messages = bus.received()
    assert told == {"ticks": 1, "published": len(messages)}
    for event, heard in sales:
        assert heard_in(messages, event) == heard
        assert untold(event) == 0
        details = [message["detail"] for message in messages if message["detail"]["event_id"] == event]
        assert details == list(details_of(event).values())
        for message in messages:
            assert now_ms <= parse_instant(message["detail"]["at"]) <= clock.now_us() // 1000
            assert message["source"] == "ticketing"
            assert message["time"] == f"{message['detail']['at'][:19]}Z"
    with nothing_changed():
        assert scheduled(app.publish)["published"] == 0
    assert bus.received() == []


def test_a_consumer_can_tell_a_gap(api: Api, bus: aws.Bus, clock: Clock) -> None:
    """Each names the one told before it, and the first of an event none; not all that is logged is told."""
    event, _ = play(api, lambda ms: clock.advance(ms=ms))
    scheduled(app.publish)
    details = [message["detail"] for message in bus.received()]
    numbers = [detail["number"] for detail in details]
    assert [detail["previous"] for detail in details] == [0, *numbers[:-1]]
    assert [logged(event)[number - 1].partition(".")[0] for number in numbers] == ["session", *["ticket"] * 8, "event"]
    assert len(numbers) < len(logged(event))


def test_what_is_heard_names_no_person_and_no_session(api: Api, bus: aws.Bus, clock: Clock) -> None:
    """Neither does the log; a bus keeps what it is told where no erasure reaches."""
    event, _ = play(api, lambda ms: clock.advance(ms=ms))
    scheduled(app.publish)
    text = str(bus.received())
    assert "olga" not in text  # which no id can spell
    assert not [session for session in read(event, "sessions", "HKEYS") if session in text]


def test_a_queue_that_moves_by_itself_is_told(api: Api, bus: aws.Bus) -> None:
    """The turn of those who waited is news, also for whoever wants to write to them."""
    event = new_event(api, max_active_sessions=1)
    for user in ("ada", "bob", "cyd"):
        enter(api, event, user)
    api.put(f"/events/{event}", {"max_active_sessions": 2})
    scheduled(app.publish)
    assert [message["detail-type"] for message in bus.received()] == ["session.activated"] * 2


def test_without_a_bus_nothing_is_asked_of_anybody(api: Api, house: Runtime) -> None:
    """Neither of AWS nor of Redis."""
    enter(api, new_event(api), "ada")
    house.store.meter.reset()
    assert scheduled(app.publish) == {"published": 0}
    assert house.store.meter.trips == 0


def test_a_bus_that_is_not_there_is_not_told(api: Api, house: Runtime, bus: aws.Bus) -> None:
    """EventBridge would take all of it and drop it; the run fails instead, and nothing is passed over."""
    event, _ = stand(api)
    settings = replace(house.settings, event_bus=f"not-{bus.name}")
    install(replace(house, settings=settings))
    with pytest.raises(PublishFailed, match="ResourceNotFoundException"):
        scheduled(app.publish)
    assert untold(event) == len(logged(event))


_NO_AWS = """
import sys, time
import socket
def refuse(*_, **__): raise AssertionError("somebody was asked")
from chalicelib.outbox.bus import EventBridge
from chalicelib.outbox.model import BusAway
socket.socket.connect = socket.create_connection = refuse
try:
    EventBridge("a-bus").put([])
except BusAway as away:
    print(away)
"""


def test_who_has_no_credentials_hears_so_at_once() -> None:
    """Nobody is asked for any over the network, which takes seconds where nobody answers."""
    env = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": aws.REGION, "HOME": "/nowhere"}
    run = subprocess.run(
        [sys.executable, "-c", _NO_AWS], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.stdout == "Unable to locate credentials\n", run.stderr
