"""The auditor: real sales stand up to it, whatever happens in them."""

from __future__ import annotations

import pytest

from chalicelib.ids import code_of
from chalicelib.runtime import Runtime
from tests.audit import audit, judge
from tests.audit.dump import Entry
from tests.audit.replay import RULES
from tests.audit.report import INVARIANTS
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.eventful import Sale, eventful_sale
from tests.support.room import drawn, new_lobby, operate
from tests.support.sale import HOUR_MS, change, crowd, hold, leave, new_event, settle


@pytest.fixture
def sale(api: Api, clock: Clock) -> Sale:
    """Give a sale in which nearly everything has happened."""
    return eventful_sale(api, clock)


def test_an_eventful_sale_stands_up_to_its_audit(house: Runtime, sale: Sale) -> None:
    """Every invariant that can be judged holds, and what clients were told is true."""
    report = audit(house.store, code_of(sale.event), sale.told)
    assert report.failed == [], list(report.lines())
    judged = [line.split()[1] for line in report.lines() if line.startswith("PASS")]
    assert judged == [name for name in INVARIANTS if name != "I15"]


def test_that_sale_has_an_entry_of_every_kind_but_one(sale: Sale) -> None:
    """A rule that is never asked would prove nothing."""
    assert RULES.keys() - {entry.what for entry in sale.dump().log} == {"event.sold_out"}


def test_a_draw_that_is_cancelled_stands_up_to_its_audit(api: Api, house: Runtime, clock: Clock) -> None:
    """Places that were drawn, a pause with admission by hand, passing through, sold out, cancelled with holds."""
    event = new_lobby(api, clock, total_tickets=4, max_active_sessions=1)
    visitors = crowd(event, 5)
    leave(api, visitors[0])
    crowd(event, 1)  # user0 again: the same place, another session
    clock.advance(ms=HOUR_MS)
    operate(api, event, mode="paused")
    operate(api, event, max_active_sessions=2)
    assert api.post(f"/queue/process/{event}").status == 200
    operate(api, event, mode="passthrough")
    first, second = drawn(visitors[1:])[:2]
    settle(api, "confirm", hold(api, first))
    hold(api, second)
    change(api, event, total_tickets=2)
    change(api, event, status="cancelled")
    report = audit(house.store, code_of(event))
    assert report.failed == [], list(report.lines())


def test_a_clock_that_is_set_back_is_followed(api: Api, house: Runtime, clock: Clock) -> None:
    """What was open stays open, and entries may be older than those before the step."""
    event = new_lobby(api, clock, total_tickets=1, queue_mode="fifo")
    ada, bob = crowd(event, 2)
    clock.advance(ms=HOUR_MS)
    ticket = hold(api, ada) if api.get(f"/queue/status/{ada.session}").json["entry"]["status"] == "active" else ""
    clock.advance(ms=-HOUR_MS)
    settle(api, "confirm", ticket)
    leave(api, bob)
    report = audit(house.store, code_of(event))
    assert report.failed == [], list(report.lines())


def test_what_no_rule_knows_of_is_listed_where_it_changes_nothing(sale: Sale) -> None:
    """An organiser's entry of another kind is no difference; one about a session or ticket is."""
    dump = sale.dump()
    last = dump.log[-1]

    def with_entry(what: str, who: str) -> tuple[list[str], list[str]]:
        dump.log[-1:] = [last, Entry(f"{len(dump.log) + 1}-0", last.at_ms, what, who, "1,2")]
        dump.fields["log_seq"] = str(len(dump.log))
        report = judge(dump)
        del dump.log[-1]
        return report.failed, list(report.lines())[-1:]

    assert with_entry("counters.repaired", "organiser") == ([], ["listed: 1 of counters.repaired"])
    assert "I14" in with_entry("ticket.painted", last.who)[0]


def test_an_event_that_is_not_there_is_said_so(house: Runtime, api: Api) -> None:
    """No event, no verdict."""
    event = new_event(api)
    api.delete(f"/events/{event}")
    with pytest.raises(LookupError):
        audit(house.store, code_of(event))
