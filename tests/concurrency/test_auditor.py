"""The auditor in the middle of a sale: it sees one instant, and what it mends is right whatever happens meanwhile."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from chalicelib.ids import code_of
from chalicelib.keys import event_key
from chalicelib.runtime import runtime
from tests.concurrency.workers import api_on
from tests.support.api import Api
from tests.support.auditing import audit, named
from tests.support.pool import run_processes
from tests.support.sale import buy, enter, leave, logged, new_seated, settle

TRADERS, VISITS, SEATS = 3, 60, 30
MENDABLE = ("available", "held", "sold", "browsing")


def trade(port: int, event: str, seats: list[str], number: int) -> int:
    """Come in again and again as somebody new, buy what is there, keep it or give it back; gives the purchases."""
    api, rng, owned = api_on(port), random.Random(number), []
    purchases = 0
    for visit in range(VISITS):
        visitor = enter(api, event, f"trader{number}-{visit}")
        bought = buy(api, visitor, rng.choice(seats))
        if bought.status == 201:
            purchases += 1
            owned.append(bought.json["id"])
            settle(api, rng.choice(("confirm", "cancel")), bought.json["id"])
        if len(owned) > SEATS // TRADERS // 2:
            settle(api, "cancel", owned.pop(0))
        leave(api, visitor)
    return purchases


def look(port: int, event: str, times: int) -> list[tuple[int, Any]]:
    """Audit again and again; gives how long the log was, and what was named."""
    api = api_on(port)
    found = [audit(api, event) for _ in range(times)]
    return [(seen["log_seq"], named(seen)) for seen in found]


def mend(port: int, event: str, times: int) -> tuple[int, int]:
    """Spoil a counter and repair until it is mended, again and again; gives how often it was and was not the moment."""
    api, rng, mended, refused = api_on(port), random.Random(7), 0, 0
    for _ in range(times):
        field = rng.choice(MENDABLE)
        runtime().store.command("HINCRBY", event_key("events", code_of(event)), field, rng.randint(1, 3))
        while (answer := api.post(f"/events/{event}/repair")).code == "event_busy":
            refused += 1
        assert answer.status == 200, answer.text
        assert [change["field"] for change in answer.json["repaired"]] == [field]
        mended += 1
    return mended, refused


def either(what: str, *arguments: Any) -> Any:
    """Do one of these, in a process of its own."""
    deeds: dict[str, Callable[..., Any]] = {"trade": trade, "look": look, "mend": mend}
    return deeds[what](*arguments)


def test_a_busy_sale_never_has_differences(port: int, api: Api) -> None:
    """However the reads of an audit fall among the writes of a sale."""
    event, seats = new_seated(api, SEATS, max_active_sessions=3)
    trading = [("trade", port, event, seats, number) for number in range(TRADERS)]
    found, *purchases = run_processes(either, [("look", port, event, 60), *trading], processes=TRADERS + 1)
    assert all(purchases)
    assert {differences for _, differences in ((length, tuple(seen)) for length, seen in found)} == {()}
    assert len({length for length, _ in found}) > 10, "the sale and the audits did not overlap"


def test_a_repair_in_the_middle_of_a_sale_does_no_harm(port: int, api: Api) -> None:
    """Each is refused or right: when all is over every counter is, without another repair."""
    event, seats = new_seated(api, SEATS, max_active_sessions=3)
    trading = [("trade", port, event, seats, number) for number in range(TRADERS)]
    (mended, _), *purchases = run_processes(either, [("mend", port, event, 40), *trading], processes=TRADERS + 1)
    assert all(purchases)
    assert named(audit(api, event)) == []
    assert logged(event).count("counters.repaired") == mended == 40
