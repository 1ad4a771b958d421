"""A publisher may die, and the bus may fail, at any step: nothing is lost, and what comes twice has the same id."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

import pytest

from chalicelib.keys import PUBLISH_LEASE
from chalicelib.outbox.bus import EventBridge
from chalicelib.outbox.service import Publisher
from chalicelib.runtime import runtime
from tests.concurrency.workers import api_on
from tests.faults.publishing import Newsroom, newsroom
from tests.support import aws
from tests.support.pool import run_processes
from tests.support.sale import enter, hold, leave, new_event, settle
from tests.support.told import details_of, untold

Harm = Callable[[aws.Front], object]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, moto_port: int) -> Iterator[Newsroom]:
    """A newsroom for all of these tests."""
    with newsroom(tmp_path_factory.mktemp("clock"), moto_port) as made:
        yield made


@pytest.fixture
def room(desk: Newsroom) -> Iterator[Newsroom]:
    """Sales that nobody has been told of."""
    desk.sell()
    yield desk
    desk.front.refuses = lambda _: False


def test_a_publisher_may_be_killed_at_any_step(room: Newsroom) -> None:
    """Before and after each command to Redis and each call of the bus: the next one tells the rest."""
    points = room.kill_at_every_step()
    assert len(points) >= 30
    assert [point for point in points if point.lost or point.wrong] == []
    assert sum(point.repeated for point in points) > 0, "nobody died between the bus and the cursor"


def _twice(harm: Callable[[aws.Front, int], object]) -> Harm:
    """Harm the first call of PutEvents and its one repeat; before them goes the question whether the bus is there."""
    return lambda front: [harm(front, kth) for kth in (2, 3)]


FAILURES: dict[str, tuple[Harm, str]] = {
    "the bus refuses one entry of a call": (lambda front: front.refuse_entries(2, 1), "InternalFailure"),
    "the bus refuses every entry of a call": (lambda front: front.refuse_entries(2, *range(10)), "InternalFailure"),
    "too much is asked of the bus": (
        _twice(lambda front, kth: front.answer(kth, 400, "ThrottlingException")),
        "Throttling",
    ),
    "the bus has an error": (_twice(lambda front, kth: front.answer(kth, 500, "InternalException")), "InternalExc"),
    "it may not be told": (lambda front: front.answer(2, 400, "AccessDeniedException"), "AccessDenied"),
    "it may not be looked at": (lambda front: front.answer(1, 400, "AccessDeniedException"), "AccessDenied"),
    "the way to it is cut": (_twice(lambda front, kth: front.cut_before(kth)), "Connection was closed"),
    "its answers are lost": (_twice(lambda front, kth: front.cut_after(kth)), "Connection was closed"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_run_that_fails_says_so_and_loses_nothing(room: Newsroom, name: str) -> None:
    """It ends with an error, for the alarm to see; the next one tells all that the cursor has not passed."""
    harm, word = FAILURES[name]
    harm(room.front)
    outcome = str(room.run())
    assert outcome.startswith("PublishFailed"), outcome
    assert word in outcome
    assert any(map(untold, room.events))
    room.catch_up()
    assert room.compared()[:2] == (0, 0)


@pytest.mark.parametrize("harm", [lambda front: front.cut_after(2), lambda front: front.answer(2, 503, "Unavailable")])
def test_one_failure_of_a_call_is_made_good_within_the_run(room: Newsroom, harm: Harm) -> None:
    """The call is sent again; whoever heard it already hears the same ids."""
    harm(room.front)
    assert room.run() == len(room.expected())
    assert room.compared()[:2] == (0, 0)


def test_what_is_always_refused_holds_up_its_event_alone(room: Newsroom) -> None:
    """The others are told; of this one nothing behind the refused entry is passed, however many runs there are."""
    stuck = room.events[0]
    third = list(details_of(stuck).values())[2]
    room.front.refuses = lambda detail: bool(detail["id"] == third["id"])
    for _ in range(3):
        outcome = str(room.run())
        assert outcome.startswith("PublishFailed")
        assert stuck in outcome
        assert f"entry {third['number']}: InternalFailure" in outcome
    assert [bool(untold(event)) for event in room.events] == [True, False, False]
    room.front.refuses = lambda _: False
    room.catch_up()
    lost, wrong, repeated = room.compared()
    assert (lost, wrong) == (0, 0)
    assert repeated == 3 * 7  # those behind it: three runs and the last one told them


def test_a_bus_that_is_not_there_hears_nothing_and_nothing_is_passed_over(room: Newsroom) -> None:
    """A mistyped name is an error at once, not a sale that nobody heard of."""
    assert "ResourceNotFoundException" in str(room.run("no-such-bus"))
    assert all(map(untold, room.events))


def sell_on(port: int, sales: int) -> int:
    """Sell tickets of one event after the other."""
    api = api_on(port)
    for _ in range(sales):
        ada = enter(api, new_event(api), "ada")
        for action in ("cancel", "confirm"):
            settle(api, action, hold(api, ada))
        leave(api, ada)
    return sales


def tell_on(port: int, front_port: int, bus: str, ticks: int) -> int:
    """Tell what happens, without a lease: as many publishers as there are work on the same events."""
    os.environ.update(aws.environ(front_port))
    api_on(port)
    publisher = Publisher(runtime(), EventBridge(bus), time, lambda *_, **__: None)
    for _ in range(ticks):
        publisher.tick()
    return publisher.report.published


def test_many_publishers_at_once_lose_nothing(room: Newsroom) -> None:
    """While sales go on, and nobody has the lease: the cursor alone is enough."""
    port, bus = room.proxy.port, room.bus.name
    workers = [(sell_on, port, 10)] * 2 + [(tell_on, port, room.front.port, bus, 6)] * 4
    sold = run_processes(_work, workers, processes=len(workers))
    assert sold[:2] == [10, 10]
    room.events = list(room.house.store.command("ZRANGE", "index:events", 0, -1))
    assert len(room.events) == 23
    room.catch_up()
    assert room.compared()[:2] == (0, 0)
    assert room.house.store.command("EXISTS", PUBLISH_LEASE) == 0


def _work(function: Callable[..., int], *arguments: object) -> int:
    return function(*arguments)
