"""The schema version: an event that another version wrote is left alone, and everything else is served."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.keys import INDEX_EVENTS
from chalicelib.queue.drain import drain
from chalicelib.runtime import Runtime
from tests.audit import audit_all
from tests.http.test_round_trips import REQUESTS
from tests.support.api import Answer, Api
from tests.support.archiving import RETENTION_MS, is_there, run_watched, times
from tests.support.clock import Clock
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    Ticks,
    buy,
    crowd,
    enter,
    event_body,
    freeze,
    hold,
    inside,
    instant,
    new_event,
    new_seated,
    nothing_changed,
    read,
    refusal,
    settle,
)

NOT_HERE = {"the keys of tokens", "no tickets", "my tickets of one gone", "create", "a counter mended"}
"""What concerns no event that is there; and a mend needs an event that does not add up."""


def mark(event: str, schema: str = "2") -> None:
    """Let an event say that it is of this schema."""
    read(event, "events", "HSET", "schema", schema)


def mark_all(house: Runtime) -> None:
    """Let every event say that it is of the next schema."""
    for event in house.store.command("ZRANGE", INDEX_EVENTS, 0, -1):
        mark(event)


def refused(answer: Answer) -> bool:
    """Tell whether an answer is the refusal of an event of an unknown schema, with all that a 503 says."""
    assert (answer.status, answer.code, answer.json["outcome"]) == (503, "schema_unknown", "none"), answer.text
    return 1 <= int(answer.headers["Retry-After"]) <= 5


def block_seats(api: Api) -> Callable[[], Answer]:
    event, seats = new_seated(api)
    return lambda: api.patch(f"/events/{event}/seats", {"seat_ids": seats[:2], "blocked": True})


def erase(api: Api) -> Callable[[], Answer]:
    visitor = enter(api, new_event(api), "ada")
    hold(api, visitor)
    return lambda: api.post(f"/events/{visitor.event}/erasures", {"user_id": visitor.user})


def create_again(api: Api) -> Callable[[], Answer]:
    def create() -> Answer:
        return api.post("/events", event_body(), Idempotency_Key="k")

    assert create().status == 201
    return create


ASKED: dict[str, Callable[[Api], Callable[[], Answer]]] = {
    **{name: prepare for name, (prepare, *_) in REQUESTS.items() if name not in NOT_HERE},
    "block seats": block_seats,
    "erase": erase,
    "create again": create_again,
}


@pytest.mark.parametrize("name", ASKED)
def test_an_event_of_an_unknown_schema_is_refused_and_left_alone(house: Runtime, api: Api, name: str) -> None:
    """Whatever is asked of it, a 503 that says that nothing was done; and nothing was, in any key."""
    ask = ASKED[name](api)
    mark_all(house)
    with nothing_changed():
        assert refused(ask())


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("repair", ("a-request", 1, "sold", "0", 1)),
        ("drain", (500,)),
        ("begin_archiving", (0, 0)),
        ("end_archiving", ("1-0",)),
        ("outbox", (100,)),
        ("published", (1, "", 1)),
    ],
)
def test_nothing_is_done_to_it_behind_the_scenes(api: Api, command: str, words: tuple[str | int, ...]) -> None:
    """No counter is mended that was ours when it was counted, no session ended, and it is not archived."""
    event = new_event(api)
    mark(event)
    with nothing_changed():
        assert refusal(command, event, event, *words) == "schema_unknown"


@pytest.mark.parametrize("schema", ["0", "01", "2", "1.0", "next", ""])
def test_every_schema_but_ours_is_unknown(api: Api, schema: str) -> None:
    """However it is written: to guess would be to spoil."""
    event = new_event(api)
    mark(event, schema)
    assert refused(api.get(f"/events/{event}"))


def test_numbers_of_another_schema_need_be_none(api: Api) -> None:
    """They are not even read: it is a refusal and no bug."""
    event = new_event(api)
    mark(event)
    for field in ("minute", "next_due_ms", "last_ms"):
        read(event, "events", "HSET", field, "in another form")
    assert refused(api.get(f"/queue/length/{event}"))


def test_an_event_says_of_which_schema_it_is_and_one_that_does_not_is_of_the_first(house: Runtime, api: Api) -> None:
    """Events from before there were schemas are served as all others, and need no field."""
    event = new_event(api)
    assert read(event, "events", "HGET", "schema") == "1"
    read(event, "events", "HDEL", "schema")
    ticket = hold(api, enter(api, event, "ada"))
    assert settle(api, "confirm", ticket).status == 200
    assert read(event, "events", "HGET", "schema") is None
    assert [report.failed for report in audit_all(house.store)] == [[]]


@pytest.mark.parametrize("path", ["/events", "/events/active"])
def test_a_list_of_events_leaves_it_out(api: Api, path: str) -> None:
    """In the middle of a rollback the shop still shows what it can sell."""
    ours, other = new_event(api), new_event(api)
    mark(other)
    answer = api.get(path)
    assert (answer.status, [event["id"] for event in answer.json["events"]]) == (200, [ours])


def test_my_tickets_are_not_kept_silent_about(api: Api) -> None:
    """Who has paid must not read that they have nothing: it is a 503 for them, and for nobody else."""
    ours, other = new_event(api), new_event(api)
    for user, event in (("ada", ours), ("ada", other), ("bob", ours)):
        hold(api, enter(api, event, user))
    mark(other)
    assert refused(api.get("/tickets/user/ada"))
    assert len(api.get("/tickets/user/bob").json) == 1


def test_the_drain_leaves_it_alone_says_so_once_and_moves_all_others_on(house: Runtime, api: Api, clock: Clock) -> None:
    """Nothing to raise an alarm of failure about: it is counted by a metric of its own."""
    freeze(clock)
    patience = {"away_seconds": 86_400, "claim_seconds": 86_400, "session_seconds": 60, "max_active_sessions": 1}
    soon = instant(clock, ms=24 * HOUR_MS)
    other = crowd(new_event(api, start_time=instant(clock, ms=HOUR_MS), end_time=soon, **patience), 2)[0]
    ours = crowd(new_event(api, **patience), 2)
    mark(other.event)
    clock.advance(ms=MINUTE_MS)
    said: list[dict[str, Any]] = []
    before = inside(other.event)
    report = drain(house, lambda: MINUTE_MS, Ticks(lambda: None), lambda _, **more: said.append(more))
    assert (report.ticks > 1, report.failing, report.metrics["events_skipped"]) == (True, {}, 1)
    assert said == [{"event_id": other.event}]
    assert (inside(other.event), inside(ours[0].event)) == (before, [ours[1].session])


def test_the_archive_waits_for_the_build_that_wrote_it(api: Api, archive: Runtime, clock: Clock) -> None:
    """What cannot be read can be neither reported nor removed; others go."""
    assert archive
    other, ours = new_event(api, **times(clock)), new_event(api, **times(clock))
    mark(other)
    clock.advance(ms=RETENTION_MS + 2 * HOUR_MS)
    report = run_watched()
    assert (report.archived, report.waiting, report.failing) == (1, {other: "schema_unknown"}, {})
    assert (is_there(other), is_there(ours)) == (True, False)


def test_an_audit_says_that_it_cannot_judge_it(house: Runtime, api: Api) -> None:
    """And judges the others."""
    events = [new_event(api), new_event(api)]
    mark(events[0])
    assert {report.event: report.failed for report in audit_all(house.store)} == {events[0]: ["dump"], events[1]: []}


def test_it_is_served_again_by_who_knows_it(api: Api) -> None:
    """A refusal leaves nothing behind: when the build is back that wrote the event, all goes on where it was."""
    ada = enter(api, new_event(api), "ada")
    ticket = hold(api, ada)
    mark(ada.event)
    assert refused(settle(api, "confirm", ticket))
    assert refused(buy(api, ada))
    mark(ada.event, "1")
    assert settle(api, "confirm", ticket).json["ticket"]["status"] == "confirmed"
