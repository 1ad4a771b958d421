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
DONE = "lock:done"  # a name that the check of all keys knows: which traders are done


def trade(port: int, event: str, seats: list[str], number: int) -> int:
    """Come in again and again as somebody new, buy what is there, keep it or give it back; gives the purchases."""
    api, rng, owned, purchases = api_on(port), random.Random(number), list[str](), 0
    try:
        for visit in range(VISITS):
            visitor = enter(api, event, f"trader{number}-{visit}")
            bought = buy(api, visitor, rng.choice(seats))
            if bought.status == 201:
                purchases += 1
                owned.append(bought.json["id"])
                settle(api, rng.choice(("confirm", "cancel")), owned[-1])
            if len(owned) > SEATS // TRADERS // 2:
                settle(api, "cancel", owned.pop(0))
            leave(api, visitor)
    finally:
        runtime().store.command("HSET", DONE, number, 1)
    return purchases


def trading() -> bool:
    """Tell whether anybody still trades."""
    return int(runtime().store.command("HLEN", DONE)) < TRADERS


def look(port: int, event: str) -> list[tuple[int, list[tuple[str, str]]]]:
    """Audit until nobody trades any more; gives how long the log was, and what was named."""
    api, found = api_on(port), []
    while trading():
        seen = audit(api, event)
        found.append((seen["log_seq"], named(seen)))
    return found


def mend(port: int, event: str) -> int:
    """Spoil a counter and repair until it is mended, again and again while others trade; gives how often."""
    api, rng, mended = api_on(port), random.Random(7), 0
    while trading():
        field = rng.choice(MENDABLE)
        runtime().store.command("HINCRBY", event_key("events", code_of(event)), field, rng.randint(1, 3))
        while (answer := api.post(f"/events/{event}/repair")).code == "event_busy":
            pass
        assert answer.status == 200, answer.text
        assert [change["field"] for change in answer.json["repaired"]] == [field]
        mended += 1
    return mended


def either(what: str, *arguments: Any) -> Any:
    """Do one of these, in a process of its own."""
    deeds: dict[str, Callable[..., Any]] = {"trade": trade, "look": look, "mend": mend}
    return deeds[what](*arguments)


def while_trading(api: Api, port: int, what: str) -> tuple[str, Any]:
    """Let people trade and one process do something else meanwhile; gives the event, and what that process gave."""
    event, seats = new_seated(api, SEATS, max_active_sessions=3)
    deeds = [(what, port, event), *(("trade", port, event, seats, number) for number in range(TRADERS))]
    given, *purchases = run_processes(either, deeds, processes=TRADERS + 1)
    assert all(purchases)
    return event, given


def test_a_busy_sale_never_has_differences(port: int, api: Api) -> None:
    """However the reads of an audit fall among the writes of a sale."""
    _, found = while_trading(api, port, "look")
    assert [differences for _, differences in found if differences] == []
    assert len({length for length, _ in found}) > 3, "the sale and the audits did not overlap"


def test_a_repair_in_the_middle_of_a_sale_does_no_harm(port: int, api: Api) -> None:
    """Each is refused or right: when all is over every counter is, without another repair."""
    event, mended = while_trading(api, port, "mend")
    assert named(audit(api, event)) == []
    assert logged(event).count("counters.repaired") == mended > 0
