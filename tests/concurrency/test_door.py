"""Two doors, and more, that read the same code at once: one lets somebody in, and all others know when that was."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.audit import Told
from tests.concurrency.workers import api_on, until_known
from tests.support.api import Api
from tests.support.pool import run_processes
from tests.support.proxy import Proxy
from tests.support.sale import confirmed, enter, new_event, settle

DOORS = 16
COMMANDS = 20 * DOORS
ON_THE_WAY_MS = 50
LOST = 0.2
GUESTS = 20


def show(port: int, ticket: dict[str, Any], key: str) -> Told:
    """Show a ticket at one of the doors, until it is known what came of it."""
    answer = until_known(api_on(port), f"/tickets/{ticket['id']}/check-in", {"barcode": ticket["barcode"]}, key)
    return Told(ticket["event_id"], "check_in", key, answer.status, answer.json, ticket["id"], key)


def use(port: int, ticket: dict[str, Any], how: str) -> Told:
    """Show a ticket at the door, or give it back."""
    if how == "show":
        return show(port, ticket, "scan")
    answer = settle(api_on(port), "cancel", ticket["id"])
    return Told(ticket["event_id"], "cancel", ticket["user_id"], answer.status, answer.json, ticket["id"])


def test_one_of_sixteen_doors_lets_somebody_in(port: int, api: Api, told: list[Told]) -> None:
    """Though every command takes long on its way, and one reply in five is lost."""
    ticket = confirmed(api, enter(api, new_event(api), "ada"))
    with Proxy(port) as proxy:
        for kth in range(1, COMMANDS):
            proxy.delay(kth, ms=ON_THE_WAY_MS)
        proxy.lose_replies(LOST, seed=1)
        told += run_processes(show, [(proxy.port, ticket, f"scan-{door}") for door in range(DOORS)], processes=DOORS)
    assert Counter(one.body.get("code") for one in told) == {None: 1, "already_checked_in": DOORS - 1}
    (entered,) = (one.body["ticket"]["checked_in_at"] for one in told if one.status == 200)
    assert {one.body["checked_in_at"] for one in told if one.status == 409} == {entered}


def test_a_ticket_is_used_or_given_back_and_never_both(port: int, api: Api, told: list[Told]) -> None:
    """Each is shown at a door while its owner cancels it: whoever comes second is refused, and told why."""
    tickets = [confirmed(api, enter(api, new_event(api), f"user{n}")) for n in range(GUESTS)]
    told += run_processes(use, [(port, t, how) for t in tickets for how in ("show", "give back")], processes=8)
    for shown, returned in zip(told[::2], told[1::2], strict=True):
        codes = shown.body.get("code"), returned.body.get("code")
        assert codes in {(None, "already_checked_in"), ("ticket_cancelled", None)}
