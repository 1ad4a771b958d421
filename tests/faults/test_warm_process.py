"""A warm process remembers nothing of the requests before: what it answers is what a cold one would."""

from __future__ import annotations

import random
import re
from typing import Any

from tests.faults.service import LONG, check_server
from tests.faults.worker import Worker
from tests.support import servers
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.sale import UNKNOWN, new_event, new_seated

REQUESTS = 1000 if LONG else 100
USERS, SEATS, EVENTS = 5, 15, 3
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_JITTER = re.compile(r'"poll_after_ms":\d+|"updated_at":"[^"]*"')  # a poll is noted, and spread by a random number


class Day:
    """A day at the service, the same for each worker: who asks what is drawn from a seed, never from an answer."""

    def __init__(self, api: Api, seed: int) -> None:
        self.api, self.rng = api, random.Random(seed)
        seated, self.seats = new_seated(api, SEATS)
        self.events = [seated, new_event(api, total_tickets=8), new_event(api, max_active_sessions=2)]
        self.sessions: dict[tuple[int, int], str] = {}
        self.tickets: list[str] = [UNKNOWN]
        self.names: dict[str, str] = {}

    def request(self, clock: Clock) -> str:
        """Send the next request, a millisecond later, and give the answer, its ids named in their order."""
        clock.advance(ms=1)
        pick = self.rng.random()
        user, event = self.rng.randrange(USERS), self.rng.randrange(EVENTS)
        seat, ticket = self.rng.randrange(SEATS), self.rng.random()
        session = self.sessions.get((user, event), UNKNOWN)
        wish = {"event_id": self.events[event], "user_id": f"user{user}"}
        whole = wish | {"session_id": session}
        held = self.tickets[-1 - int(ticket * 4) % len(self.tickets)]
        asked: list[tuple[str, str, Any]] = [
            ("POST", "/queue/join", wish),
            ("POST", "/queue/join", wish),
            ("GET", f"/queue/status/{session}", None),
            ("POST", "/tickets/purchase", whole | ({"seat_id": self.seats[seat]} if event == 0 else {})),
            ("POST", "/tickets/purchase", whole | ({"seat_id": self.seats[seat]} if event == 0 else {})),
            ("POST", "/orders", whole | {"quantity": 2}),
            ("GET", f"/tickets/{held}", None),
            ("POST", f"/tickets/{held}/confirm", None),
            ("POST", f"/tickets/{held}/cancel", {}),
            ("POST", "/queue/leave", {"session_id": session}),
            ("POST", "/queue/refresh", {"session_id": session}),
            ("GET", f"/tickets/{held}", None),
            ("GET", f"/events/{self.events[event]}", None),
            ("GET", f"/events/{self.events[event]}/seatmap/states", None),
            ("GET", f"/queue/length/{self.events[event]}", None),
            ("POST", "/queue/join", '{"user_id": "x", "user_id": "y"}'),
            ("GET", "/tickets/not-an-id", None),
            ("GET", "/health", None),
        ]
        method, path, body = asked[int(pick * len(asked))]
        key = {"Idempotency-Key": f"{user}-{seat}"} if path.endswith(("purchase", "orders")) and seat % 2 else {}
        answer = self.api.call(method, path, body, key)
        self._note(answer, user, event)
        told = _JITTER.sub("", f"{method} {path} {answer.status} {sorted(answer.headers)} {answer.text}")
        return _ID.sub(lambda found: self.names.setdefault(found[0], f"#{len(self.names)}"), told)

    def _note(self, answer: Answer, user: int, event: int) -> None:
        said = answer.json if answer.status in {200, 201} else {}
        if isinstance(said, dict) and "session_id" in said and "position" in said:
            self.sessions[user, event] = said["session_id"]
        if answer.status == 201 and "expires_at" in said:
            self.tickets += [said["id"]] if "seat_id" in said or "price" in said else []
            self.tickets += [ticket["id"] for ticket in said.get("tickets", [])]


def test_requests_of_one_process_are_answered_as_by_a_process_for_each(clock: Clock) -> None:
    """The same requests in the same order on two servers: to one warm process, and each to one that has served none."""
    told = []
    for environ in ({}, {"TESTS_FRESH": "1"}):
        clock.set_offset(ms=0)
        with servers.valkey(clock=clock) as server, Worker(server.port, **environ) as worker:
            clock.freeze(2_000_000_000_000_000)
            day = Day(worker, seed=32)
            told.append([day.request(clock) for _ in range(REQUESTS)])
            check_server(server.port)
    statuses = {line.split()[2] for line in told[0]}
    assert {"200", "201", "400", "403", "404", "409"} <= statuses or not LONG, "the day was too quiet to tell anything"
    assert told[0] == told[1]
