"""A replica that was behind takes over: what it never heard is gone, and what DURABILITY makes of that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from chalicelib.settings import Durability
from tests.faults.pairs import lagging_pair, leave_behind, promote
from tests.faults.service import LONG, assert_not_durable, assert_unavailable, check_server, in_time, service
from tests.support.api import Api
from tests.support.sale import Visitor, buy, counts, crowd, enter, hold, new_seated, settle
from tests.support.servers import Server

SEATS, BEFORE = 20, 8
FAILOVERS = 5 if LONG else 1


def confirm_until_it_lags(
    api: Api, tickets: Sequence[str], behind: int, lag: Callable[[], None]
) -> tuple[list[str], list[str]]:
    """Confirm tickets in turn, the last ones while the replica lags; gives those acknowledged and the rest."""
    acknowledged, others = [], []
    for n, ticket in enumerate(tickets[: BEFORE + behind]):
        if n == BEFORE:
            lag()
        answer = in_time(lambda ticket=ticket: settle(api, "confirm", ticket))  # type: ignore[misc]
        if answer.status == 200:
            acknowledged.append(ticket)
        else:
            assert_not_durable(answer)
            others.append(ticket)
    return acknowledged, others


def fail_over(primary: Server, replica: Server) -> None:
    """Lose the primary for good, and let the replica take over."""
    primary.kill()
    promote(replica)


def confirmed(api: Api, tickets: Sequence[str]) -> list[str]:
    """Give those of the tickets that are confirmed."""
    return [ticket for ticket in tickets if api.get(f"/tickets/{ticket}").json["status"] == "confirmed"]


@pytest.mark.parametrize("_round", range(FAILOVERS))
@pytest.mark.parametrize(("durability", "behind"), [("replica", 2), ("memory", 6)])
def test_what_the_new_primary_never_heard_is_lost_unless_it_was_waited_for(
    durability: Durability, behind: int, _round: int, record_property: Callable[[str, object], None]
) -> None:
    """With DURABILITY=replica no acknowledged confirm is lost; with memory those made meanwhile are: counted."""
    with lagging_pair() as (primary, replica, link):
        with service(primary.port, durability=durability) as api:
            event, seats = new_seated(api, SEATS)
            tickets = [hold(api, visitor, seats[n]) for n, visitor in enumerate(crowd(event, SEATS))]
            assert settle(api, "confirm", tickets.pop()).status == 200
            acknowledged, others = confirm_until_it_lags(api, tickets, behind, lambda: leave_behind(primary, link))
            fail_over(primary, replica)
            assert_unavailable(in_time(lambda: settle(api, "confirm", tickets[0])), "none")
        with service(replica.port) as api:
            lost = len(acknowledged) - len(confirmed(api, acknowledged))
            check_server(replica.port)
            again = [settle(api, "confirm", ticket).status for ticket in acknowledged + others]
            assert set(again) == {200}, "held still, and confirmed again by the repeat"
            check_server(replica.port)
    record_property(
        "figure", f"failover behind by {behind}, {durability}: {lost} of {len(acknowledged)} acknowledged confirms lost"
    )
    assert lost == (behind if durability == "memory" else 0)


def test_a_seat_that_was_sold_can_be_sold_again_after_a_failover() -> None:
    """What no level can promise, shown once: two people hold a 200 for it, and one of them a ticket in this history."""
    with lagging_pair() as (primary, replica, link):
        with service(primary.port) as api:
            event, seats = new_seated(api, SEATS)
            ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
            leave_behind(primary, link)
            first = hold(api, ada, seats[0])
            assert settle(api, "confirm", first).status == 200
            fail_over(primary, replica)
        with service(replica.port) as api:
            assert api.get(f"/tickets/{first}").status == 404
            second = hold(api, Visitor(event, "bob", bob.session), seats[0])
            assert settle(api, "confirm", second).status == 200
            assert buy(api, Visitor(event, "ada", ada.session), seats[0]).code == "seat_taken"
            assert counts(api, event) == (SEATS - 1, 0, 1)
            check_server(replica.port)
