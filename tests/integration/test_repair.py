"""Repair: it sets the counters to what is counted, once, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.keys import EVENT_KEYS
from chalicelib.runtime import Runtime, install
from chalicelib.store import Command, Store
from tests.support.api import Api
from tests.support.auditing import audit, named, repair
from tests.support.clock import Clock
from tests.support.planted import COUNTERS, IN_SALE
from tests.support.sale import (
    MINUTE_MS,
    buy,
    counts,
    crowd,
    enter,
    freeze,
    hold,
    logged,
    new_event,
    nothing_changed,
    order,
    raw,
    read,
    refusal,
)
from tests.support.spoilable import Sale


class Interrupted(Store):
    """A store between whose look at an event and whatever comes next something else happens; counts the looks."""

    def __init__(self, store: Store, meanwhile: Callable[[], object]) -> None:
        super().__init__(store.client)
        self.meanwhile, self.looks = meanwhile, 0

    def snapshot(self, reads: Sequence[Command]) -> list[Any]:
        """Look, and let it happen."""
        found = super().snapshot(reads)
        if len(reads) == len(EVENT_KEYS):
            self.looks += 1
            self.meanwhile()
        return found


@pytest.mark.parametrize("word", COUNTERS)
def test_each_counter_is_set_to_what_is_counted(api: Api, sale: Sale, word: Any) -> None:
    """The answer says from what to what, and that nothing differs any more."""
    field = IN_SALE[word](sale)
    (wrong,) = audit(api, sale.event)["differences"]
    answer = repair(api, sale.event)
    assert answer["repaired"] == [{"field": field, "from": wrong["stored"], "to": wrong["counted"]}]
    assert (answer["message"], answer["integrity"]["status"]) == ("1 counters mended", "ok")
    assert int(sale.do("HGET", "events", field)) == wrong["counted"]


def test_all_counters_are_mended_in_one_step_that_the_log_tells(api: Api, sale: Sale) -> None:
    """Each with what it was and what it is."""
    wrong = {IN_SALE[word](sale) for word in COUNTERS}
    answer = repair(api, sale.event)
    assert {mended["field"] for mended in answer["repaired"]} == wrong
    ((_, entry),) = sale.do("XREVRANGE", "log", "+", "-", "COUNT", 1)
    _, *terms = entry["data"].split(",")
    said = [{"field": terms[n], "from": int(terms[n + 1]), "to": int(terms[n + 2])} for n in range(0, len(terms), 3)]
    assert (entry["what"], entry["who"], said) == ("counters.repaired", "organiser", answer["repaired"])


def test_a_counter_that_is_gone_comes_back(api: Api, sale: Sale) -> None:
    """From null."""
    sale.do("HDEL", "events", "blocked")
    assert repair(api, sale.event)["repaired"] == [{"field": "blocked", "from": None, "to": 1}]


def test_a_repeat_mends_nothing(api: Api, sale: Sale) -> None:
    """It is answered with 200, and leaves everything as it is."""
    sale.count("held")
    repair(api, sale.event)
    with nothing_changed():
        answer = repair(api, sale.event)
    assert (answer["message"], answer["repaired"], answer["integrity"]["status"]) == ("Nothing to mend", [], "ok")


def test_no_counter_is_mended_while_something_cannot_be_read(api: Api, sale: Sale) -> None:
    """It may be a ticket that is held: counted as none, its seat would be sold again."""
    sale.do("HSET", "tickets", sale.cancelled, "{")
    sale.count("held")
    with nothing_changed():
        answer = repair(api, sale.event)
    assert named(answer["integrity"]) == [("ticket_unreadable", sale.cancelled), ("held_counter", "held")]
    assert not any(difference["repairable"] for difference in answer["integrity"]["differences"])


def test_what_is_sold_beyond_the_stock_is_named_and_not_mended(api: Api) -> None:
    """No number of available tickets would make it right."""
    event = new_event(api, total_tickets=2)
    for user in ("ada", "bob"):
        hold(api, enter(api, event, user))
    read(event, "events", "HSET", "total_tickets", 1)
    answer = repair(api, event)
    (wrong,) = answer["integrity"]["differences"]
    assert (wrong["what"], wrong["stored"], wrong["counted"], wrong["repairable"]) == (
        "available_counter",
        0,
        -1,
        False,
    )
    assert answer["repaired"] == []
    read(event, "events", "HSET", "total_tickets", 2)


def test_stock_that_was_missing_lets_people_in(api: Api) -> None:
    """Nobody waits in vain until the next command."""
    event = new_event(api, total_tickets=5)
    read(event, "events", "HSET", "available", 0)
    read(event, "events", "HSET", "held", 5)  # all is held, as far as anybody knows
    visitor = enter(api, event, "ada")
    assert read(event, "queue", "ZCARD") == 1
    repair(api, event)
    assert (counts(api, event), buy(api, visitor).status) == ((5, 0, 0), 201)


def test_what_is_due_does_not_stand_in_the_way(house: Runtime, api: Api, clock: Clock) -> None:
    """150 holds end in one millisecond, and each command that sweeps moves the log: yet the first try mends."""
    install(replace(house, store=(store := Interrupted(house.store, lambda: None))))
    freeze(clock)
    event = new_event(api, total_tickets=200, hold_seconds=60)
    for visitor in crowd(event, 15):
        order(api, visitor, 10)
    read(event, "events", "HINCRBY", "sold", 1)
    clock.advance(ms=MINUTE_MS)
    answer = repair(api, event)
    assert answer["repaired"] == [{"field": "sold", "from": 1, "to": 0}]
    assert (answer["integrity"]["status"], store.looks) == ("ok", 2)


def test_an_event_that_is_deleted_meanwhile_is_not_found(house: Runtime, api: Api) -> None:
    """Its log is gone when it is to be read; that is no gap."""
    event = new_event(api)
    install(replace(house, store=Interrupted(house.store, lambda: api.delete(f"/events/{event}"))))
    answer = api.get(f"/events/{event}/integrity")
    assert (answer.status, answer.code) == (404, "event_not_found")


def test_a_purchase_between_the_count_and_the_mending_is_counted(house: Runtime, api: Api, sale: Sale) -> None:
    """The first try is refused, the second has counted again."""
    seats = iter(sale.seats[5:6])
    store = Interrupted(house.store, lambda: [hold(api, sale.dora, seat) for seat in seats])
    install(replace(house, store=store))
    sale.count("held", 7)
    answer = repair(api, sale.event)
    assert answer["repaired"] == [{"field": "held", "from": 9, "to": 2}]
    assert (answer["integrity"]["status"], store.looks) == ("ok", 3)


def test_a_command_that_was_sent_twice_mends_once(api: Api, sale: Sale) -> None:
    """Our own retry after a lost reply finds what the first try wrote, even when a purchase came between."""
    sale.count("held", 7)
    log_seq = sale.do("HGET", "events", "log_seq")
    terms = ["request", log_seq, "held", 8, 1]
    assert raw("repair", sale.event, sale.event, *terms) == []
    hold(api, sale.dora, sale.seats[5])
    assert raw("repair", sale.event, sale.event, *terms) == []
    assert (logged(sale.event).count("counters.repaired"), named(audit(api, sale.event))) == (1, [])


@pytest.mark.parametrize("changed", ["log_seq", "held"])
def test_a_count_that_is_no_longer_true_is_refused(sale: Sale, changed: str) -> None:
    """Whether something happened, or somebody mended the counter meanwhile; nothing is written."""
    terms = {"log_seq": int(sale.do("HGET", "events", "log_seq")), "held": int(sale.do("HGET", "events", "held"))}
    terms[changed] += 1
    with nothing_changed():
        word = refusal("repair", sale.event, sale.event, "request", terms["log_seq"], "held", terms["held"], 5)
    assert word == "event_busy"
