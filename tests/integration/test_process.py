"""Admitting by hand: past the rate, never past the places or the stock, and nobody twice for one request."""

from __future__ import annotations

import pytest

from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    UNKNOWN,
    change,
    crowd,
    freeze,
    hold,
    instant,
    leave,
    logged,
    new_event,
    nothing_changed,
    said,
    states,
)


@pytest.fixture
def slow(api: Api, clock: Clock) -> str:
    """An event that admits one a minute by itself, so that people wait though there is room."""
    freeze(clock)
    return new_event(api, admissions_per_minute=1, total_tickets=100, max_active_sessions=4)


def process(api: Api, event: str, count: int | None = None, **headers: str) -> Answer:
    """Admit the first of the queue."""
    return api.post(f"/queue/process/{event}", {"count": count} if count else None, **headers)


def test_the_first_in_line_is_admitted_past_the_rate(api: Api, slow: str) -> None:
    """Without a count it is one person, answered as the entry itself."""
    visitors = crowd(slow, 3)
    assert states(api, visitors) == "aww"
    answer = process(api, slow)
    assert (answer.status, answer.json["session_id"], answer.json["status"]) == (200, visitors[1].session, "active")
    assert (answer.json["position"], states(api, visitors)) == (0, "aaw")


def test_a_count_admits_so_many_in_their_order(api: Api, slow: str) -> None:
    """With a count the answer is the list of those admitted, the first in line first."""
    visitors = crowd(slow, 5)
    answer = process(api, slow, 2)
    assert [entry["session_id"] for entry in answer.json["activated"]] == [v.session for v in visitors[1:3]]
    assert states(api, visitors) == "aaaww"


def test_fewer_are_admitted_when_fewer_wait(api: Api, slow: str) -> None:
    """A count is a wish: who is there is admitted."""
    crowd(slow, 3)
    assert len(process(api, slow, 100).json["activated"]) == 2


def test_a_retry_admits_nobody_twice(api: Api, slow: str) -> None:
    """With the same Idempotency-Key the answer is the same people as they are now, and nobody else comes in."""
    visitors = crowd(slow, 4)
    first = process(api, slow, 2, Idempotency_Key="now")
    with nothing_changed():
        again = process(api, slow, 2, Idempotency_Key="now")
    assert (again.status, again.json) == (200, first.json)
    leave(api, visitors[1])
    later = process(api, slow, 2, Idempotency_Key="now").json["activated"]
    assert [entry["status"] for entry in later] == ["left", "active"]
    assert states(api, visitors) == "alaw"


def test_another_key_is_another_request(api: Api, slow: str) -> None:
    """So is a request without one: each admits the next."""
    visitors = crowd(slow, 4)
    process(api, slow, Idempotency_Key="one")
    process(api, slow, Idempotency_Key="two")
    process(api, slow)
    assert states(api, visitors) == "aaaa"
    assert logged(slow).count("queue.processed") == 3


def test_the_last_eight_requests_are_remembered(api: Api, clock: Clock) -> None:
    """The eighth request back is still answered as it was; the field does not grow beyond."""
    freeze(clock)
    event = new_event(api, admissions_per_minute=1, total_tickets=100)
    visitors = crowd(event, 20)
    firsts = [process(api, event, Idempotency_Key=f"key-{n}").json["session_id"] for n in range(9)]
    again = [process(api, event, Idempotency_Key=f"key-{n}").json["session_id"] for n in range(1, 9)]
    assert again == firsts[1:]
    assert states(api, visitors) == "a" * 10 + "w" * 10


def test_one_key_means_another_request_for_another_event(api: Api, slow: str) -> None:
    """The memory is the event's."""
    other = new_event(api, admissions_per_minute=1)
    for event in (slow, other):
        visitors = crowd(event, 2)
        assert process(api, event, Idempotency_Key="now").json["session_id"] == visitors[1].session


def test_nobody_is_admitted_past_the_places(api: Api, slow: str) -> None:
    """The operator fills the places and no more; then there is no capacity."""
    visitors = crowd(slow, 6)
    assert len(process(api, slow, 100).json["activated"]) == 3
    with nothing_changed():
        assert said(process(api, slow, 100)) == (409, "no_capacity")
    assert states(api, visitors) == "aaaaww"


def test_nobody_is_admitted_past_the_stock(api: Api, slow: str) -> None:
    """Three tickets, one held: two more people have something to buy, the third has not."""
    change(api, slow, total_tickets=3)
    visitors = crowd(slow, 5)
    hold(api, visitors[0])
    assert len(process(api, slow, 100).json["activated"]) == 2
    with nothing_changed():
        assert said(process(api, slow)) == (409, "no_capacity")


def test_nobody_waiting_is_said_so(api: Api, slow: str) -> None:
    """An empty queue is 409, before and after there were people in it."""
    with nothing_changed():
        assert said(process(api, slow)) == (409, "queue_empty")
    crowd(slow, 2)
    process(api, slow)
    with nothing_changed():
        assert said(process(api, slow)) == (409, "queue_empty")


@pytest.mark.parametrize(("status", "code"), [("inactive", "event_not_on_sale"), ("cancelled", "event_cancelled")])
def test_nobody_is_admitted_to_an_event_that_is_not_on_sale(api: Api, slow: str, status: str, code: str) -> None:
    """A paused event keeps its line, a cancelled one has none; an operator gets past neither."""
    crowd(slow, 3)
    change(api, slow, status=status)
    with nothing_changed():
        assert said(process(api, slow)) == (409, code)


def test_nobody_is_admitted_before_the_sale_or_after_the_event(api: Api, clock: Clock) -> None:
    """The window binds the operator too."""
    freeze(clock)
    times = {"start_time": instant(clock, ms=0), "end_time": instant(clock, ms=2 * HOUR_MS)}
    event = new_event(api, sale_starts_at=instant(clock, ms=HOUR_MS), max_active_sessions=1, **times)
    crowd(event, 2)
    with nothing_changed():
        assert said(process(api, event)) == (409, "event_not_on_sale")
    clock.advance(ms=2 * HOUR_MS)
    api.get(f"/events/{event}")
    with nothing_changed():
        assert said(process(api, event)) == (409, "event_ended")
        assert said(process(api, UNKNOWN)) == (404, "event_not_found")


def test_the_rate_goes_on_beside_the_operator(api: Api, slow: str, clock: Clock) -> None:
    """Who is admitted by hand costs the others nothing: a minute later the next one comes in."""
    visitors = crowd(slow, 4)
    process(api, slow)
    clock.advance(ms=MINUTE_MS)
    assert states(api, visitors) == "aaaw"
