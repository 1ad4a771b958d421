"""A run of the publisher: whose turn it is, how long it goes on, what it does with a bus that refuses or is away."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import fakeredis.commands_mixins.server_mixin
import pytest

from chalicelib.ids import code_of
from chalicelib.keys import INDEX_EVENTS, PUBLISH_LEASE, event_key
from chalicelib.outbox.model import TOLD, TOLD_AT_ONCE, BusAway, Entry
from chalicelib.outbox.service import PublishFailed, Report, publish
from chalicelib.runtime import Runtime
from chalicelib.ticking import RUN_S_MAX
from tests.support.api import Api
from tests.support.sale import MINUTE_MS, UNKNOWN, Ticks, crowd, logged, new_event, read
from tests.support.scheduled import LITTLE_MS


class Taker:
    """A bus in this process: it notes what it takes, refuses what it is told to, and may take its time."""

    def __init__(self, refuses: Callable[[dict[str, Any]], bool] = lambda _: False) -> None:
        self.refuses, self.is_away = refuses, False
        self.calls: list[list[dict[str, Any]]] = []
        self.takes_time: Callable[[], object] = lambda: None

    def put(self, entries: Sequence[Entry]) -> list[str]:
        """Take what is not refused."""
        self.takes_time()
        if self.is_away:
            raise BusAway("nobody is there")
        details = [json.loads(entry["Detail"]) for entry in entries]
        self.calls.append([detail for detail in details if not self.refuses(detail)])
        return ["Refused: it is" if self.refuses(detail) else "" for detail in details]

    def numbers(self, event: str) -> list[int]:
        """Give the numbers that came of an event, in their order."""
        return [detail["number"] for call in self.calls for detail in call if detail["event_id"] == event]


def run(house: Runtime, bus: Taker, ticks: Ticks | None = None, left_ms: int = MINUTE_MS) -> Report:
    """Run the publisher with a clock of its own."""
    return publish(house, bus, lambda: left_ms, ticks or Ticks(lambda: None), lambda *_, **__: None)


def busy(api: Api, people: int, **fields: Any) -> str:
    """Give an event that so many people have come into, each an entry that is told."""
    event = new_event(api, max_active_sessions=people, total_tickets=people, **fields)
    crowd(event, people)
    return event


def told_in(event: str) -> list[int]:
    """Give the numbers of the log that are to be told."""
    return [number for number, what in enumerate(logged(event), 1) if what in TOLD]


def cursor(event: str) -> tuple[int, int]:
    """Give how far the log of an event is told, and how long it is."""
    done, length = read(event, "events", "HMGET", "published_seq", "log_seq")
    return int(done or 0), int(length)


def test_a_run_without_news_makes_one_tick_and_asks_the_bus_nothing(api: Api, house: Runtime) -> None:
    """The bus costs money, and so does a function that runs."""
    bus = Taker()
    new_event(api)
    report = run(house, bus)
    assert (report.ticks, report.published, bus.calls) == (1, 0, [])


def test_a_hundred_events_are_looked_at_in_one_trip(api: Api, house: Runtime) -> None:
    """Lease, index, one look; the lease given back takes two. One more event, one more look."""
    events = [busy(api, 1) for _ in range(100)]
    run(house, Taker())
    for extra in (0, 1):
        house.store.meter.reset()
        run(house, Taker())
        assert house.store.meter.trips == 5 + extra
        events.append(new_event(api))
        run(house, Taker())


def test_a_run_goes_on_while_a_sale_does(api: Api, house: Runtime) -> None:
    """What happens meanwhile is told in the next tick; the run ends before the next one begins."""
    event, bus = busy(api, 1), Taker()

    def meanwhile() -> None:
        if len(bus.calls) < 3:
            api.post("/queue/leave", {"session_id": read(event, "sessions", "HKEYS")[-1]})
            crowd(event, 1, name=f"later{len(bus.calls)}-")

    assert 50 <= run(house, bus, Ticks(meanwhile)).ticks <= 56
    assert len(bus.calls) == 3
    assert bus.numbers(event) == told_in(event)


def test_one_tick_is_made_when_little_time_remains(api: Api, house: Runtime) -> None:
    """A Lambda that is about to be stopped tells what it can, and ends."""
    busy(api, 1)
    assert run(house, Taker(), left_ms=LITTLE_MS).ticks == 1


def test_a_great_event_does_not_hold_up_a_small_one(api: Api, house: Runtime) -> None:
    """Each has one call of the bus at a time, in turn; both are told entirely."""
    great, small, bus = busy(api, 300, end_time="2090-12-25T21:00:00Z"), busy(api, 1), Taker()
    run(house, bus)
    assert [detail["event_id"] for detail in bus.calls[1]] == [small]
    assert bus.numbers(great) == told_in(great)
    assert max(map(len, bus.calls)) == TOLD_AT_ONCE
    assert (cursor(great)[0], cursor(small)[0]) == (cursor(great)[1], cursor(small)[1])


def test_a_slow_bus_does_not_make_a_run_longer(api: Api, house: Runtime) -> None:
    """It ends in time, and the next one tells the rest: each once, since nobody died."""
    events, bus, ticks = [busy(api, 300), busy(api, 300)], Taker(), Ticks(lambda: None)
    bus.takes_time = lambda: setattr(ticks, "passed_s", ticks.passed_s + 2.5)
    first = run(house, bus, ticks)
    assert RUN_S_MAX - 5 < ticks.passed_s < RUN_S_MAX + 5
    assert 0 < first.published < 600
    while any(cursor(event)[0] < cursor(event)[1] for event in events):
        run(house, bus, Ticks(lambda: None))
    for event in events:
        assert bus.numbers(event) == told_in(event)


def test_what_is_refused_stops_its_event_and_no_other(api: Api, house: Runtime) -> None:
    """The cursor stands just before it. It is tried again in each tick, alone: what follows came with the first try."""
    event, other = busy(api, 30), busy(api, 1)
    stuck = told_in(event)[4]
    bus = Taker(lambda detail: detail["event_id"] == event and detail["number"] == stuck)
    report = run(house, bus)
    assert cursor(event)[0] == stuck - 1
    assert cursor(other)[0] == cursor(other)[1]
    assert report.failures == report.ticks > 50
    assert bus.numbers(event) == [number for number in told_in(event)[:TOLD_AT_ONCE] if number != stuck]
    with pytest.raises(PublishFailed, match=rf"{event}.*entry {stuck}: Refused: it is"):
        report.check()


def test_an_operator_may_pass_an_entry_over(api: Api, house: Runtime) -> None:
    """By hand, as the page says; what follows is told, and names as previous what was told before."""
    event, refused = busy(api, 5), list[int]()
    bus = Taker(lambda detail: detail["number"] in refused)
    refused.append(told_in(event)[2])
    run(house, bus, left_ms=LITTLE_MS)
    read(event, "events", "HSET", "published_seq", refused[0])
    run(house, bus, left_ms=LITTLE_MS).check()
    assert sorted(set(bus.numbers(event))) == [number for number in told_in(event) if number not in refused]
    assert bus.calls[-1][0]["previous"] == told_in(event)[1]


def test_what_is_refused_once_is_forgiven(api: Api, house: Runtime) -> None:
    """The run ends well when its last try succeeded; the failure is counted."""
    event = busy(api, 3)
    refusing = {"the first tick"}
    bus = Taker(lambda _: bool(refusing))
    report = run(house, bus, Ticks(refusing.clear))
    report.check()
    assert (report.failures, bus.numbers(event)) == (1, told_in(event))


def test_a_bus_that_is_away_ends_the_run_at_once(api: Api, house: Runtime) -> None:
    """Nothing is tried twice in it, no cursor moves, and it ends with an error that says why."""
    events = [busy(api, 3) for _ in range(3)]
    bus, tries = Taker(), list[int]()
    bus.is_away, bus.takes_time = True, lambda: tries.append(1)
    report = run(house, bus)
    assert (len(tries), report.ticks, [cursor(event)[0] for event in events]) == (1, 1, [0, 0, 0])
    with pytest.raises(PublishFailed, match=r"every event.*nobody is there"):
        report.check()


def test_an_event_that_cannot_be_read_stops_no_other(api: Api, house: Runtime) -> None:
    """It is named; an event that the index names and that is not there is none."""
    event, broken, bus = busy(api, 2), busy(api, 2, end_time="2090-12-25T21:00:00Z"), Taker()
    house.store.command("ZADD", INDEX_EVENTS, 1, UNKNOWN)
    aside = event_key("aside", code_of(broken))
    read(broken, "log", "RENAME", aside)
    read(broken, "log", "SET", "of a wrong type")
    report = run(house, bus, left_ms=LITTLE_MS)
    house.store.command("RENAME", aside, event_key("log", code_of(broken)))
    assert bus.numbers(event) == told_in(event)
    with pytest.raises(PublishFailed, match=broken) as failed:
        report.check()
    assert not re.search(f"{event}|{UNKNOWN}", str(failed.value))


def test_the_figures_say_how_late_the_oldest_is(api: Api, house: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those of a run that failed, or nobody would know for how long it has been failing."""
    busy(api, 12)
    bus = Taker()
    later = SimpleNamespace(time=lambda: time.time() + 7)
    monkeypatch.setattr(fakeredis.commands_mixins.server_mixin, "time", later)
    bus.is_away = True
    failed = run(house, bus).metrics
    bus.is_away = False
    told = run(house, bus).metrics
    assert [(m["published"], m["publish_failures"]) for m in (failed, told)] == [(0, 1), (12, 0)]
    assert failed["publish_lag_ms"] >= 7000 <= told["publish_lag_ms"]
    assert run(house, bus).metrics == {"published": 0, "publish_failures": 0, "publish_lag_ms": 0}


def test_a_second_run_stands_by_while_the_first_has_the_lease(api: Api, house: Runtime) -> None:
    """It saves work; what the first has told it does not tell again."""
    event, bus, seconds = busy(api, 2), Taker(), list[Report]()
    run(house, bus, Ticks(lambda: seconds.append(run(house, bus, left_ms=LITTLE_MS))))
    assert {(second.ticks, second.published) for second in seconds} == {(1, 0)}
    assert bus.numbers(event) == told_in(event)
    assert house.store.command("EXISTS", PUBLISH_LEASE) == 0
