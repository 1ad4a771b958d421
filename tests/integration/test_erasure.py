"""Erasure: the name goes, from wherever it stands; what was counted stays, and so does what others did."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.runtime import Runtime, runtime
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.people import Person, organiser, want_tokens
from tests.support.sale import (
    HOUR_MS,
    SECOND_MS,
    buy,
    change,
    enter,
    hold,
    instant,
    join,
    leave,
    new_event,
    order,
    raw,
    read,
    said,
    settle,
)
from tests.support.snapshot import snapshot

CANARY = "canary@example.com"
ALIAS = "canary-session"
REFERENCE = "canary-payment"


@pytest.fixture
def over(api: Api, clock: Clock) -> str:
    """Give an event that is over, in which somebody did all that one can do, and others something."""
    event = new_event(api, end_time=instant(clock, ms=HOUR_MS), start_time=instant(clock, ms=SECOND_MS), hold_seconds=5)
    for _ in range(2):
        leave(api, enter(api, event, CANARY))
    join(api, event, CANARY, ALIAS)
    visitor = enter(api, event, CANARY)
    sold, cancelled = hold(api, visitor), hold(api, visitor)
    api.post(f"/tickets/{sold}/confirm", {"payment_reference": REFERENCE})
    settle(api, "cancel", cancelled)
    joined = enter(api, event, CANARY)
    order(api, joined, 2, Idempotency_Key="k")
    settle(api, "confirm", hold(api, enter(api, event, "bob")))
    clock.advance(ms=2 * HOUR_MS)
    api.get(f"/events/{event}")
    return event


def erase(api: Api, event: str, user: str = CANARY) -> Answer:
    """Erase somebody."""
    return api.post(f"/events/{event}/erasures", {"user_id": user})


def everything() -> str:
    """Give all that stands in Redis as one text."""
    return json.dumps(snapshot(runtime().store, but_polls=False), default=sorted) + str(sorted(_keys()))


def _keys() -> list[str]:
    return list(runtime().store.client.scan_iter(count=1000))


def test_a_name_is_nowhere_afterwards(api: Api, over: str) -> None:
    """In no key, no record, no log; neither is the session id of their choice, nor what their payment was called."""
    assert all(text in everything() for text in (CANARY, ALIAS, REFERENCE))
    erased = erase(api, over)
    assert (erased.status, erased.json["sessions"], erased.json["tickets"], erased.json["orders"]) == (200, 4, 4, 3)
    assert not any(text in everything() for text in (CANARY, ALIAS, REFERENCE))
    assert api.get(f"/tickets/user/{CANARY}").json == []


def test_no_digest_of_a_name_stays(api: Api, over: str) -> None:
    """The fingerprint of an order is one: whoever tried a list of names would find the name."""
    assert any(not record.startswith(",") for record in read(over, "orders", "HVALS"))
    erase(api, over)
    assert all(record.startswith(",") for record in read(over, "orders", "HVALS"))


def test_all_sums_stay(api: Api, over: str) -> None:
    """Of the event, of the room, of the log but for what says so; and everything still adds up."""
    before = _sums(api, over)
    erase(api, over)
    assert _sums(api, over) == before
    assert api.get(f"/events/{over}/integrity").json["status"] == "ok"
    said_of_it = [entry for _, entry in read(over, "log", "XRANGE", "-", "+") if entry["what"] == "person.erased"]
    assert [entry["data"] for entry in said_of_it] == ["4,4,3"]


def _sums(api: Api, event: str) -> Any:
    now = api.get(f"/events/{event}").json
    kept = {name: now[name] for name in now if name.endswith("tickets") or name == "seat_count"}
    statuses = sorted(json.loads(text)["status"] for text in read(event, "tickets", "HVALS"))
    return (
        kept,
        statuses,
        read(event, "sessions", "HLEN"),
        read(event, "orders", "HLEN"),
        read(event, "holders", "HLEN"),
    )


def test_what_the_person_had_is_of_one_who_has_no_name(api: Api, over: str) -> None:
    """All of it of the same one, so that limits and sums can still be checked."""
    erase(api, over)
    names = {json.loads(text)["user"] for text in read(over, "tickets", "HVALS")} - {"bob"}
    assert len(names) == 1
    assert names.pop().startswith("~erased-")


def test_others_are_as_they_were(api: Api, over: str) -> None:
    """Also one whose name is a part of the name."""
    before = api.get("/tickets/user/bob").json
    erase(api, over)
    assert api.get("/tickets/user/bob").json == before
    again = erase(api, over, "example.com")
    assert (again.json["sessions"], again.json["tickets"], again.json["orders"]) == (0, 0, 0)


def test_a_repeat_finds_nothing_more(api: Api, over: str) -> None:
    """200 with zeros, and no further line in the log."""
    erase(api, over)
    before = everything()
    again = erase(api, over)
    assert (again.status, again.json["sessions"], again.json["tickets"], again.json["orders"]) == (200, 0, 0, 0)
    assert everything() == before


def test_what_ended_long_before_is_found_too(api: Api, clock: Clock) -> None:
    """More ended tickets than "my tickets" remembers, in more sessions than one."""
    event = new_event(
        api, end_time=instant(clock, ms=HOUR_MS), start_time=instant(clock, ms=SECOND_MS), total_tickets=200
    )
    for _ in range(3):
        visitor = enter(api, event, CANARY)
        for _ in range(5):
            made = order(api, visitor, 10)
            api.post(f"/orders/{made.json['id']}/cancel")
        leave(api, visitor)
    clock.advance(ms=2 * HOUR_MS)
    erased = erase(api, event).json
    assert (erased["sessions"], erased["tickets"], erased["orders"]) == (3, 150, 15)
    assert CANARY not in everything()


def test_nobody_is_erased_while_the_sale_lasts(api: Api) -> None:
    """409: their ticket would be nobody's. Of a cancelled event they are."""
    event = new_event(api)
    hold(api, enter(api, event, CANARY))
    assert said(erase(api, event)) == (409, "event_not_ended")
    change(api, event, status="cancelled")
    assert erase(api, event).json["tickets"] == 1


def test_another_event_of_the_same_person_is_left_alone(api: Api, over: str) -> None:
    """Erasure is of one event; the session id that they chose is the other's now."""
    other = new_event(api)
    join(api, other, CANARY, ALIAS)
    buy(api, enter(api, other, CANARY))
    erase(api, over)
    assert len(api.get(f"/tickets/user/{CANARY}").json) == 1
    assert api.get(f"/queue/status/{ALIAS}").json["entry"]["event_id"] == other


def test_only_the_organiser_erases(house: Runtime, clock: Clock) -> None:
    """Neither the person, nor another organiser; and what is refused leaves everything as it was."""
    want_tokens(house)
    olga, ada = organiser(), Person("ada")
    event = new_event(olga, end_time=instant(clock, ms=HOUR_MS), start_time=instant(clock, ms=SECOND_MS))
    hold(ada, enter(ada, event, "ada"))
    clock.advance(ms=2 * HOUR_MS)
    # Tokens are judged by the clock of this process, which has not moved.
    assert said(erase(ada, event, "ada")) == (403, "organiser_required")
    assert said(erase(organiser("oscar"), event, "ada")) == (403, "not_your_event")
    assert erase(olga, event, "ada").json["tickets"] == 1


def test_the_script_leaves_alone_what_is_not_this_persons(api: Api, over: str) -> None:
    """Whatever ids it is given."""
    ticket = api.get("/tickets/user/bob").json[0]["id"]
    session = json.loads(read(over, "tickets", "HGET", ticket))["session"]
    words = ["ticket", ticket, "session", session, "order", json.loads(read(over, "tickets", "HGET", ticket))["order"]]
    assert raw("erase", over, over, "write", CANARY, "~erased-x", *words) == [1, 4, 0]
    assert json.loads(read(over, "tickets", "HGET", ticket))["user"] == "bob"
