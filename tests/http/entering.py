"""Refusals at the door, and of what was let in: what leads to each, and the request that meets it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib.runtime import install
from chalicelib.tickets import ticket_code
from tests.http.good import Row, a_ticket, one_active
from tests.http.stage import Stage
from tests.support.api import Answer
from tests.support.people import TICKET_KEY, Person, organiser, want_tokens
from tests.support.sale import UNKNOWN, change, check_in, confirmed, enter, new_event, order, settle


def with_code(ticket_id: str) -> dict[str, Any]:
    """Give a ticket with the code that it has once it is confirmed, whatever has become of it."""
    return {"id": ticket_id, "barcode": ticket_code.make((TICKET_KEY,), ticket_id)}


def _not_offered(stage: Stage) -> Answer:
    install(replace(stage.house, settings=replace(stage.house.settings, ticket_keys=())))
    return check_in(stage.api, with_code(UNKNOWN))


def _of_another_ticket(stage: Stage) -> Answer:
    mine, other = _sold_together(stage)["tickets"]
    return check_in(stage.api, mine | {"barcode": other["barcode"]})


def _of_another_organiser(stage: Stage) -> Answer:
    want_tokens(stage.house)
    ticket = confirmed(Person("ada"), enter(Person("ada"), new_event(organiser("olga")), "ada"))
    return check_in(organiser("oscar"), ticket)


def _held(stage: Stage, settled: str = "", *, seconds: int = 0) -> Answer:
    ticket = a_ticket(stage)
    if settled:
        assert settle(stage.api, settled, ticket).status == 200
    stage.later(seconds)
    return check_in(stage.api, with_code(ticket))


def _of_a_cancelled_event(stage: Stage) -> Answer:
    visitor = one_active(stage)
    ticket = confirmed(stage.api, visitor)
    change(stage.api, visitor.event, status="cancelled")
    return check_in(stage.api, ticket)


def _let_in(stage: Stage) -> dict[str, Any]:
    ticket = confirmed(stage.api, one_active(stage))
    assert check_in(stage.api, ticket).status == 200
    return ticket


def _sold_together(stage: Stage) -> dict[str, Any]:
    made = order(stage.api, one_active(stage), 2).json["id"]
    settled = stage.api.post(f"/orders/{made}/confirm")
    assert settled.status == 200, settled.text
    return dict(settled.json["order"])


def _order_of_one_who_is_in(stage: Stage) -> Answer:
    sold = _sold_together(stage)
    assert check_in(stage.api, sold["tickets"][1]).status == 200
    return stage.api.post(f"/orders/{sold['id']}/cancel")


ENTERING: dict[tuple[str, str], Row] = {
    ("check_in", "check_in_not_offered"): _not_offered,
    ("check_in", "ticket_code_invalid"): _of_another_ticket,
    ("check_in", "ticket_not_found"): lambda s: check_in(s.api, with_code(UNKNOWN)),
    ("check_in", "not_your_event"): _of_another_organiser,
    ("check_in", "already_checked_in"): lambda s: check_in(s.api, _let_in(s)),
    ("check_in", "ticket_not_confirmed"): _held,
    ("check_in", "ticket_cancelled"): lambda s: _held(s, "cancel"),
    ("check_in", "hold_expired"): lambda s: _held(s, seconds=901),
    ("check_in", "event_cancelled"): _of_a_cancelled_event,
    ("cancel_ticket", "already_checked_in"): lambda s: settle(s.api, "cancel", _let_in(s)["id"]),
    ("cancel_order", "already_checked_in"): _order_of_one_who_is_in,
}
