"""One token in many hands: however many ask with it at once, it is one person."""

from __future__ import annotations

from collections import Counter
from typing import Any

from chalicelib.runtime import runtime
from tests.concurrency.workers import api_on
from tests.support.people import AUTH_KEY, Person, organiser, want_tokens
from tests.support.pool import run_processes
from tests.support.sale import new_event

HANDS, LIMIT = 50, 4


def _ask(port: int, event: str, hand: int) -> tuple[str, list[tuple[int, Any]]]:
    """Join and buy two tickets as everybody with this token does; give the session and the answers."""
    ada = _as_ada(port)
    session = ada.post("/queue/join", {"event_id": event}).json["session_id"]
    wish = {"event_id": event, "session_id": session}
    bought = [ada.post("/tickets/purchase", wish, Idempotency_Key=f"{hand}-{n}") for n in range(2)]
    return session, [(answer.status, answer.json) for answer in bought]


def _as_ada(port: int) -> Person:
    api_on(port, auth_keys=(AUTH_KEY,))
    want_tokens(runtime())
    return Person("ada")


def test_one_token_in_fifty_hands_is_one_person(port: int) -> None:
    """One place, and no more tickets than one person may have; the others hear that."""
    ada = _as_ada(port)
    event = new_event(organiser(), total_tickets=1_000, max_tickets_per_user=LIMIT)
    results = run_processes(_ask, [(port, event, hand) for hand in range(HANDS)], processes=16)
    assert len({session for session, _ in results}) == 1
    answers = [answer for _, bought in results for answer in bought]
    assert Counter(status for status, _ in answers) == {201: LIMIT, 409: 2 * HANDS - LIMIT}
    assert {body["code"] for status, body in answers if status == 409} == {"ticket_limit_reached"}
    mine = ada.get("/tickets/user/ada").json
    assert sorted(ticket["id"] for ticket in mine) == sorted(body["id"] for status, body in answers if status == 201)
