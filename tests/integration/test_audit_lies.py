"""The auditor finds every lie: in the log, in the keys, or told by a client, under the invariant that it breaks.

A lie is planted in what was read of a real sale, one at a time. Entries of the log are numbered anew after it, so that
what is found is what the entry says, and not only that a number is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.audit import judge
from tests.audit.dump import Dump
from tests.audit.report import INVARIANTS
from tests.concurrency.workers import api_on
from tests.support import servers
from tests.support.clock import Clock
from tests.support.eventful import Sale, eventful_sale
from tests.support.lies import Lie


def _swap(lie: Lie, one: int, other: int) -> None:
    lie.log[one], lie.log[other] = lie.log[other], lie.log[one]


def _more_room(lie: Lie) -> None:
    lie.change(lie.at("admission.changed"), data="max_active_sessions=5")
    lie.field("max_active_sessions", 5)


def _paused(lie: Lie) -> None:
    lie.change(lie.at("admission.changed"), data="mode=paused,max_active_sessions=9")
    lie.add("session.activated", "hal", lie.dump.sessions[lie.sale.session("hal")]["place"])


def _after_two_that_expired(lie: Lie) -> None:
    index = lie.at("ticket.reserved", "fred")
    lie.hold("fred", 0, 2)
    for seat in (0, 2):
        lie.add("ticket.expired", "fred", f"{lie.fresh[:-1]}{seat},{seat}")
    lie.log.append(lie.log.pop(index))


IN_THE_LOG: dict[str, tuple[str, Callable[[Lie], Any]]] = {
    "an entry is gone": ("I9", lambda lie: lie.log.pop(lie.at("ticket.confirmed"))),
    "the first entry is gone": ("log", lambda lie: lie.log.pop(0)),
    "an entry stands there twice": (
        "I9",
        lambda lie: lie.log.insert(lie.at("ticket.expired"), lie.log[lie.at("ticket.expired")]),
    ),
    "the same ticket is made twice": ("I4", lambda lie: lie.log.append(lie.log[lie.at("ticket.reserved", "fred")])),
    "two entries have changed places": (
        "log",
        lambda lie: _swap(lie, lie.at("ticket.reserved", "carl"), lie.at("session.claimed", "fred")),
    ),
    "a ticket is confirmed before it is held": (
        "I17",
        lambda lie: _swap(lie, lie.at("ticket.reserved", "ada", 2), lie.at("ticket.confirmed", "ada")),
    ),
    "the clock goes back unsaid": ("log", lambda lie: lie.change(5, at_ms=lie.log[5].at_ms - 1)),
    "the terms are not said": ("log", lambda lie: lie.change(0, data="")),
    "what is said cannot be read": ("log", lambda lie: lie.change(lie.at("seats.added"), data="many")),
    "a seat is sold twice": ("I1", lambda lie: lie.hold("fred", 1)),
    "a blocked seat is sold": ("I1", lambda lie: lie.hold("fred", 7)),
    "a ticket ends with another seat": (
        "I1",
        lambda lie: lie.change(lie.at("ticket.expired"), data=f"{lie.sale.tickets['bob-2']},3"),
    ),
    "a seat is blocked unseen": ("I2", lambda lie: lie.change(lie.at("seats.changed"), data="3,block,,5 6,pillar")),
    "it is not sold out": ("I2", lambda lie: lie.add("event.sold_out", "fred", "")),
    "more seats than tickets": ("I3", lambda lie: lie.change(lie.at("seats.added"), data="9")),
    "one too many inside": ("I6", lambda lie: lie.add("session.activated", "hal", "8")),
    "somebody comes in through a pause": ("I6", _paused),
    "somebody overtakes": (
        "I7",
        lambda lie: lie.change(lie.at("session.activated", "carl"), who=lie.sale.session("fred"), data="6"),
    ),
    "the first is not passed over": ("I7", lambda lie: lie.log.pop(lie.at("session.passed_over", "carl"))),
    "a place is given twice": ("I7", lambda lie: lie.change(lie.at("session.joined", "dora"), data="3")),
    "a hold ends before its time": ("I9", lambda lie: lie.change(lie.at("ticket.cancelled"), what="ticket.expired")),
    "a hold is confirmed when it is due": ("I9", lambda lie: lie.change(0, data=lie.log[0].data + ",hold_ms=0")),
    "a ticket comes back to life": ("I9", lambda lie: lie.happen("confirmed", "bob-2")),
    "a ticket is settled by another": (
        "I10",
        lambda lie: lie.change(lie.at("ticket.confirmed"), who=lie.sale.session("bob")),
    ),
    "one ticket more than the limit": ("I12", lambda lie: lie.hold("fred", 0, 2, 4)),
    "a hold after two that expired": (
        "I12",
        _after_two_that_expired,
    ),
    "a hold after the turn": ("I13", lambda lie: lie.hold("ada", 0)),
    "a hold while waiting": ("I13", lambda lie: lie.hold("hal", 0)),
    "a turn that is too long": ("I13", lambda lie: lie.change(lie.at("session.refreshed"), data="9999999999999")),
    "a hold while nothing is on sale": ("I13", lambda lie: lie.change(0, data=lie.log[0].data + ",sale_ends_ms=1")),
    "a turn ends twice": ("I14", lambda lie: lie.add("session.left", "ada", "1")),
    "a turn ends before its time": ("I14", lambda lie: lie.add("session.expired", "fred", "6")),
    "a turn goes on after its last ticket": ("I14", lambda lie: lie.log.pop(lie.at("session.completed"))),
    "a place is lost too early": (
        "I14",
        lambda lie: lie.log.insert(lie.at("session.returned"), replace(lie.log[lie.at("session.abandoned")], data="3")),
    ),
    "a session that nobody began": ("I14", lambda lie: lie.log.pop(lie.at("session.joined", "gina"))),
    "an event that was cancelled goes on": (
        "I14",
        lambda lie: lie.change(lie.at("event.updated"), data="status=draft"),
    ),
    "somebody joins a closed queue": (
        "I14",
        lambda lie: lie.change(0, data=lie.log[0].data + ",mode=closed"),
    ),
    "somebody is let in with a ticket that is not sold": ("I9", lambda lie: lie.happen("checked_in", "fred-5")),
    "a ticket lets in twice": ("I21", lambda lie: lie.log.append(lie.log[lie.at("ticket.checked_in")])),
    "who was let in gives the ticket back": ("I21", lambda lie: lie.happen("cancelled", "ada-1")),
    "a person is named": ("I20", lambda lie: lie.change(lie.at("session.left", "gina"), who="gina")),
    "a person is named beside a number": ("I20", lambda lie: lie.change(lie.at("session.claimed"), data="carl")),
}

IN_THE_KEYS: dict[str, tuple[str, Callable[[Lie], Any]]] = {
    "a counter is bumped": ("I2", lambda lie: lie.field("sold", 3)),
    "somebody was admitted unsaid": ("I2", lambda lie: lie.field("admitted_total", 9)),
    "a seat is sold on the map": ("I2", lambda lie: setattr(lie.dump, "seatmap", "s" + lie.dump.seatmap[1:])),
    "more is sold than there is": ("I3", lambda lie: lie.field("sold", 9)),
    "more was taken": ("I2", lambda lie: lie.field("revenue", 1)),
    "another price of a ticket": ("I2", lambda lie: lie.ticket("ada-1", price="1")),
    "a place was given unsaid": ("I7", lambda lie: lie.field("next_seq", 9)),
    "another place": ("I7", lambda lie: lie.record("hal", place="1")),
    "another status of a ticket": ("I9", lambda lie: lie.ticket("bob-2", status="confirmed")),
    "another deadline of a ticket": ("I9", lambda lie: lie.ticket("fred-5", expires_ms="1")),
    "a ticket let in unsaid": ("I21", lambda lie: lie.ticket("carl-3", checked_in_ms="1")),
    "it let in at another time": ("I21", lambda lie: lie.ticket("ada-1", checked_in_ms="1")),
    "another seat of a ticket": ("I1", lambda lie: lie.ticket("ada-1", seat="4")),
    "another owner of a ticket": ("I10", lambda lie: lie.ticket("ada-1", user="bob")),
    "a person with two places": ("I11", lambda lie: lie.record("hal", user_id="fred")),
    "a lost hold is forgotten": ("I12", lambda lie: lie.record("bob", lost="0")),
    "another deadline of a turn": ("I13", lambda lie: lie.record("fred", deadline_ms="1")),
    "another status of a session": ("I14", lambda lie: lie.record("bob", status="c")),
    "somebody waits where there is room": ("I16", _more_room),
    "a session is gone": ("I17", lambda lie: lie.dump.sessions.pop(lie.sale.session("bob"))),
    "a session is there unsaid": (
        "I17",
        lambda lie: lie.dump.sessions.update({lie.fresh: lie.dump.sessions[lie.sale.session("bob")]}),
    ),
    "a ticket is gone": ("I17", lambda lie: lie.dump.tickets.pop(lie.sale.tickets["ada-1"])),
    "a ticket is in no order": ("I17", lambda lie: lie.ticket("carl-3", order=lie.fresh)),
    "an order has a ticket too many": ("I17", lambda lie: next(iter(lie.dump.orders.values())).append(lie.fresh)),
    "an index names too few": ("I17", lambda lie: setattr(lie.dump, "indexed", {"bob", "carl", "fred"})),
    "no list has the event": ("I17", lambda lie: setattr(lie.dump, "is_listed", False)),
    "a key goes by itself": ("I18", lambda lie: lie.dump.expiring.append("tickets")),
    "a limit was raised unsaid": ("log", lambda lie: lie.field("max_active_sessions", 2)),
}

IN_WHAT_WAS_TOLD: dict[str, tuple[str, Callable[[Lie], Any]]] = {
    "a confirm of a ticket that is not there": ("I5", lambda lie: lie.tell("confirm", "ada", 200, asked=lie.fresh)),
    "a confirm of a hold that expired": (
        "I5",
        lambda lie: lie.tell("confirm", "bob", 200, asked=lie.sale.tickets["bob-2"]),
    ),
    "a cancel of a ticket that is sold": (
        "I5",
        lambda lie: lie.tell("cancel", "ada", 200, asked=lie.sale.tickets["ada-1"]),
    ),
    "somebody was let in whom nobody knows of": ("I5", lambda lie: lie.retell("check_in", "ada", asked=lie.fresh)),
    "two people were let in with one ticket": (
        "I21",
        lambda lie: lie.told.append(lie.told[lie.told_of("check_in", "ada")]),
    ),
    "a place that is not there": ("I5", lambda lie: lie.tell("join", "ivy", 201, {"session_id": lie.fresh})),
    "another's place": ("I10", lambda lie: lie.tell("join", "ivy", 201, {"session_id": lie.sale.session("ada")})),
    "another's ticket": (
        "I10",
        lambda lie: lie.tell("purchase", "bob", 201, {"id": lie.sale.tickets["ada-1"], "status": "reserved"}),
    ),
    "two results of one key": (
        "I4",
        lambda lie: lie.tell("order", "carl", 200, {"id": lie.fresh, "tickets": []}, key="k"),
    ),
    "a position that grows": (
        "I8",
        lambda lie: lie.tell(
            "position",
            "hal",
            200,
            {"entry": lie.told[lie.told_of("join", "hal")].body | {"position": 9, "status": "waiting"}},
        ),
    ),
    "position 1, being inside": (
        "I8",
        lambda lie: lie.tell("position", "fred", 200, {"entry": {"position": 1, "status": "active", "entered_at": ""}}),
    ),
    "a refused purchase shows up": ("I19", lambda lie: lie.retell("purchase", "bob", status=409)),
    "a refused confirm shows up": (
        "I19",
        lambda lie: lie.tell("confirm", "ada", 410, {"code": "hold_expired"}, asked=lie.sale.tickets["ada-1"]),
    ),
    "a ticket is confirmed of which nobody was told": (
        "I19",
        lambda lie: lie.retell("confirm", "ada", asked=lie.fresh, status=410, body={"code": "hold_expired"}),
    ),
}

LIES = IN_THE_LOG | IN_THE_KEYS | IN_WHAT_WAS_TOLD


@pytest.fixture(scope="module")
def played(clock: Clock) -> Iterator[tuple[Sale, Dump]]:
    """Give a sale in which nearly everything has happened, and what was read of it: every lie is about this one."""
    clock.set_offset(ms=0)
    with servers.valkey(clock=clock) as server:
        sale = eventful_sale(api_on(server.port), clock)
        yield sale, sale.dump()
    clock.set_offset(ms=0)


@pytest.fixture
def lie(played: tuple[Sale, Dump]) -> Lie:
    """Give what is true up to now."""
    return Lie(*played)


@pytest.mark.parametrize(("invariant", "plant"), LIES.values(), ids=LIES)
def test_each_lie_is_found(lie: Lie, invariant: str, plant: Callable[[Lie], Any]) -> None:
    """One at a time, under the invariant that it breaks, with the first difference named."""
    assert judge(lie.numbered(), lie.told).failed == []
    plant(lie)
    report = judge(lie.numbered(), lie.told)
    assert invariant in report.failed, list(report.lines())
    (line,) = [line for line in report.lines() if line.split()[:2] == ["FAIL", invariant]]
    assert INVARIANTS[invariant] in line


def test_a_number_that_is_missing_is_found(lie: Lie) -> None:
    """Also where what is left would make sense."""
    lie.log.pop(lie.at("session.refreshed"))
    assert "log" in judge(lie.dump).failed


def test_a_person_who_was_erased_is_no_difference(lie: Lie) -> None:
    """What their clients were told is of the same places and tickets, under the name that they had then."""
    for record in lie.dump.sessions.values():
        record["user_id"] = record["user_id"].replace("ada", "~erased-1")
    for ticket in lie.dump.tickets.values():
        ticket["user"] = ticket["user"].replace("ada", "~erased-1")
    for order in lie.dump.orders.values():
        order[2] = order[2].replace("ada", "~erased-1")
    report = judge(lie.numbered(), lie.told)
    assert report.failed == [], list(report.lines())
