"""Several buyers and few standing tickets: there is nothing to tell one from another but how many are left."""

from __future__ import annotations

from collections import Counter

from tests.concurrency import workers
from tests.support.api import Api
from tests.support.pool import run_processes
from tests.support.proxy import Proxy
from tests.support.sale import change, counts, crowd, new_event

BUYERS = 16
LEFT = 3
COMMANDS = 20 * BUYERS
ON_THE_WAY_MS = 150


def test_three_of_sixteen_buyers_get_the_last_three_tickets(port: int, api: Api) -> None:
    """The others are told that too few are left, and nothing is sold that is not there.

    Every command takes long on the way: whoever looked first and took afterwards would be overtaken in between.
    """
    event = new_event(api, total_tickets=BUYERS)
    buyers = crowd(event, BUYERS)
    change(api, event, total_tickets=LEFT)
    with Proxy(port) as proxy:
        for kth in range(1, COMMANDS):
            proxy.delay(kth, ms=ON_THE_WAY_MS)
        tries = [(proxy.port, event, b.user, b.session) for b in buyers]
        answers = run_processes(buy_one, tries, processes=BUYERS)
    assert Counter(answers) == {None: LEFT, "not_enough_tickets": BUYERS - LEFT}
    assert counts(api, event) == (0, LEFT, 0)


def buy_one(port: int, event: str, user: str, session: str) -> str | None:
    """Buy until it is known what came of it; give the word of the refusal, or None for a ticket."""
    body = {"event_id": event, "user_id": user, "session_id": session}
    return workers.until_known(workers.api_on(port), "/tickets/purchase", body, f"buy-{user}").code
