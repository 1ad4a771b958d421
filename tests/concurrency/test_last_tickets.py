"""Many buyers and few standing tickets: there is nothing to tell one from another but how many are left."""

from __future__ import annotations

from collections import Counter

from tests.concurrency import workers
from tests.support.api import Api
from tests.support.pool import run_processes
from tests.support.sale import change, counts, crowd, new_event

BUYERS = 64
LEFT = 7


def test_seven_of_64_buyers_get_the_last_seven_tickets(port: int, api: Api) -> None:
    """Seven 201; the others are told that too few are left, and nothing is sold that is not there."""
    event = new_event(api, total_tickets=BUYERS)
    buyers = crowd(event, BUYERS)
    change(api, event, total_tickets=LEFT)
    tries = [
        (port, "/tickets/purchase", {"event_id": event, "user_id": b.user, "session_id": b.session}) for b in buyers
    ]
    answers = run_processes(workers.post, tries, processes=BUYERS)
    assert Counter((status, body.get("code")) for status, body in answers) == {
        (201, None): LEFT,
        (409, "not_enough_tickets"): BUYERS - LEFT,
    }
    assert counts(api, event) == (0, LEFT, 0)
