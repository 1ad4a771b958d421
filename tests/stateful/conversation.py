"""One request to the service and the same question to the model, and whether they say the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from chalicelib.ids import IdMaker, code_of, seat_id
from chalicelib.runtime import Runtime, install
from chalicelib.settings import Settings
from chalicelib.store import Store
from tests.stateful import shown, wishes
from tests.stateful.invariants import Watch
from tests.stateful.model import Event
from tests.stateful.model_objects import LIVING, Order, Refused, Session
from tests.stateful.model_organiser import TIMES
from tests.stateful.model_queue import DRAW_KEY, Aliases
from tests.stateful.model_tickets import Wanted
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.people import TICKET_KEY

T = TypeVar("T")
Reword = Callable[[str, str, str], None]
"""Replaces a text by another in the script of this name: the fixture `reword` of conftest.py."""

START_US = 2_000_000_000_000_123
_STATUS = {
    "session_not_active": 403,
    "hold_expired": 410,
    "idempotency_key_reused": 422,
    **dict.fromkeys(("event_not_found", "seat_not_found", "session_not_found", "not_in_queue"), 404),
    **dict.fromkeys(("ticket_not_found", "order_not_found"), 404),
    "polling_too_fast": 429,
    **dict.fromkeys(("end_before_start", "sale_start_in_past", "end_in_past", "sale_window_invalid"), 400),
    **dict.fromkeys(("seat_required", "event_not_seated"), 400),
}
_CONFLICT = 409


@dataclass(frozen=True)
class Stage:
    """The server that the play is on, and its clock."""

    settings: Settings
    store: Store
    clock: Clock


class Conversation(RuleBasedStateMachine):
    """Asks both sides and compares; the rules of what is asked are in machine.py."""

    event: Event
    first_terms: dict[str, Any]
    watch: Watch
    asked_for = 0

    def __init__(self, stage: Stage) -> None:
        """Begin on an empty server, at a fixed time, with ids that are the same in each run of the same rules."""
        super().__init__()
        self.stage, self.api = stage, Api()
        self.aliases: Aliases = {}
        self.sessions: list[Session] = []
        self.orders: list[Order] = []
        self.keyed: list[tuple[Session, tuple[str, str, Wanted], str]] = []
        self.created = 0
        self.asked = False
        stage.clock.freeze(START_US)
        stage.store.client.flushall()
        keys: Any = {"draw_key": DRAW_KEY, "ticket_keys": (TICKET_KEY,)}
        install(Runtime(replace(stage.settings, **keys), stage.store, IdMaker(random.Random(0).getrandbits)))

    @property
    def now(self) -> int:
        """What the server's clock shows, in ms."""
        return self.stage.clock.now_us() // 1000

    @property
    def now_and_then(self) -> bool:
        """Tell whether it is time for something that is going to be refused: seldom, for it teaches little."""
        return self.asked_for % 8 == 0

    def create(self, terms: dict[str, Any]) -> None:
        """Create an event; it is the one that the rules act on from now."""
        self.created += 1
        made = Event(self.absolute(terms), created_ms=self.now, updated_ms=self.now, now_us=self.stage.clock.now_us())
        made.begin(self.stage.clock.now_us())
        answer = self.api.post("/events", shown.terms(made.terms), Idempotency_Key=f"event-{self.created}")
        assert answer.status == 201, answer.text
        self.event, made.id, self.first_terms = made, answer.json["id"], made.terms
        self.watch = Watch(self.stage.store, code_of(made.id))
        self.same(answer.json["event"], shown.event(made))
        assert answer.json["id"] == answer.json["event"]["id"]

    def agree(
        self,
        answer: Answer,
        rule: Callable[[], T],
        event: Event,
        *,
        missing: str = "event_not_found",
        admit: bool = True,
    ) -> T | None:
        """Let the model follow a command; gives what the rule gives, or None when both sides refuse alike.

        ``missing`` is the word for an object of an event that is gone.
        """
        self.asked = True
        self.asked_for += 1
        try:
            event.begin(self.stage.clock.now_us(), admit=admit)
            result = rule()
        except Refused as no:
            self.refused(answer, missing if no.code == "event_not_found" else no.code)
            if "seats" in no.added:
                self.same(sorted(answer.json["seat_ids"]), sorted(self.seat_id(n, event) for n in no.added["seats"]))
            if "available" in no.added:
                self.same(answer.json["available"], no.added["available"])
            return None
        event.admit()
        assert answer.status in {200, 201, 204}, answer.text
        return result

    def refused(self, answer: Answer, code: str) -> None:
        """Assert that the service refuses with this word."""
        assert (answer.status, answer.code) == (_STATUS.get(code, _CONFLICT), code), answer.text

    def read(
        self, path: str, event: Event, expected: Callable[[Event], Any], *, missing: str = "event_not_found"
    ) -> None:
        """Read something of an event and compare it."""
        answer = self.api.get(path)
        if self.agree(answer, lambda: event, event, missing=missing):
            self.same(answer.json, expected(event))

    def same(self, answered: Any, expected: Any) -> None:
        """Assert that an answer says what the model says; it may say more."""
        said = _only(answered, expected)
        assert said == expected, f"the service says {said}, the model {expected}"

    def told_in_time(self, answer: Answer, session: Session) -> None:
        """Assert that the owner of a session is told to come again neither too soon nor too late, or not at all."""
        told_ms = answer.json["poll_after_ms"]
        if session.status not in LIVING:
            assert told_ms is None
            return
        least_ms, most_ms = shown.polls_ms(session)
        assert least_ms <= told_ms <= most_ms, (least_ms, told_ms, most_ms)

    def named(self, session: Session, *, by_alias: bool) -> tuple[str, Session | None]:
        """Give the id by which a session is asked for, and the session that this means."""
        if by_alias and session.alias:
            return session.alias, self.aliases[session.alias][1]
        return session.id, session

    def seat_id(self, seat: int, event: Event) -> str:
        """Give the id of a seat, which may not be there."""
        return seat_id(code_of(event.id), seat)

    def absolute(self, terms: dict[str, Any]) -> dict[str, Any]:
        """Turn the offsets of times into instants."""
        return {
            name: self.now + value if name in TIMES and value is not None else value for name, value in terms.items()
        }

    def deadlines(self) -> list[int]:
        """Give the instants at which something is going to be different, in ms."""
        event, terms = self.event, self.event.terms
        at = {session.deadline_ms for session in event.at("active")}
        for session in event.at("waiting"):
            away_ms = terms["away_seconds"] * 1000
            at |= {session.poll_due_ms + away_ms, session.quiet_until_ms, session.lost_at_ms or 0}
        at |= {ticket.expires_ms for ticket in event.tickets if ticket.status == "reserved"}
        at |= {terms["end_time"], terms["sale_starts_at"] or 0, terms["sale_ends_at"] or 0}
        at.add(-(-event.next_admission_us // 1000))
        return sorted(ms for ms in at if self.now < ms < self.now + wishes.DAY_MS // 2)


def search(machine: Callable[[Stage], Conversation], stage: Stage, how: settings) -> None:
    """Play the machine on this stage, again and again, until its two sides disagree: then raise with the play."""
    run_state_machine_as_test(cast("type[RuleBasedStateMachine]", lambda: machine(stage)), settings=how)


def _only(answered: Any, expected: Any) -> Any:
    """Leave out of an answer the fields that the model does not speak of."""
    if isinstance(answered, dict) and isinstance(expected, dict):
        return {name: _only(value, expected[name]) for name, value in answered.items() if name in expected}
    if isinstance(answered, list) and isinstance(expected, list) and len(answered) == len(expected):
        return [_only(one, other) for one, other in zip(answered, expected, strict=True)]
    return answered
