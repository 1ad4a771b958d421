"""A sale in few words: events, people in their queues, purchases; and the proof that a refusal changed nothing.

All of it works on the runtime that the `house` fixture installed. A sentence that needs the whole answer takes `join`,
`buy` or `order`; one that takes success for granted takes `enter` or `hold`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.errors import DomainError
from chalicelib.fields import format_instant
from chalicelib.ids import code_of, seat_id
from chalicelib.keys import event_key
from chalicelib.queue.drain import Report, drain
from chalicelib.queue.draws import lot
from chalicelib.queue.service import pacing
from chalicelib.runtime import runtime
from chalicelib.scripting import call, run, run_many
from tests.support.api import Answer, Api, path_part
from tests.support.clock import Clock
from tests.support.snapshot import snapshot

UNKNOWN = "00000000-0001-8000-8000-000000000001"
"""A well-formed id of an event, session, ticket or order that is not there."""

SECOND_MS, MINUTE_MS, HOUR_MS = 1_000, 60_000, 3_600_000

_PIPELINED = 500


@dataclass(frozen=True)
class Visitor:
    """A person with a session of an event."""

    event: str
    user: str
    session: str


def event_body(**fields: Any) -> dict[str, Any]:
    """Give what creates an event of ten standing tickets in 2090, with these fields added or changed."""
    common = {"name": "Concert", "start_time": "2090-12-25T20:00:00Z", "end_time": "2090-12-25T23:00:00Z"}
    return common | {"total_tickets": 10} | fields


def new_event(api: Api, **fields: Any) -> str:
    """Create an event as `event_body` says it, and give its id."""
    made = api.post("/events", event_body(**fields))
    assert made.status == 201, made.text
    return str(made.json["id"])


def new_seated(api: Api, count: int = 10, **fields: Any) -> tuple[str, list[str]]:
    """Create an event with so many seats of 50.00 each; give its id and theirs."""
    event = new_event(api, **{"total_tickets": count, "is_seated_event": True} | fields)
    added = api.post(f"/events/{event}/seats", {"seats": seat_specs(count)})
    assert (added.status, added.json["count"]) == (201, count)
    return event, [seat_id(code_of(event), ordinal) for ordinal in range(count)]


def seat_specs(count: int, price: int = 5000, section: str = "A") -> list[dict[str, Any]]:
    """Give so many seats to import, in rows of 100."""
    return [{"section": section, "row": str(n // 100), "number": str(n % 100), "price": price} for n in range(count)]


def change(api: Api, event: str, **fields: Any) -> dict[str, Any]:
    """Change fields of an event, which must be allowed, and give the event."""
    changed = api.put(f"/events/{event}", fields)
    assert changed.status == 200, changed.text
    return dict(changed.json)


def counts(api: Api, event: str) -> tuple[int, int, int]:
    """Give what is available, held and sold."""
    now = api.get(f"/events/{event}").json
    return now["available_tickets"], now["held_tickets"], now["sold_tickets"]


def join(api: Api, event: str, user: str, session_id: str | None = None) -> Answer:
    """Join the queue, perhaps under a session id of one's own choice."""
    chosen = {"session_id": session_id} if session_id else {}
    return api.post("/queue/join", {"event_id": event, "user_id": user} | chosen)


def enter(api: Api, event: str, user: str) -> Visitor:
    """Join the queue, which must be allowed; the turn may have come or not."""
    joined = join(api, event, user)
    assert joined.status in {200, 201}, joined.text
    return Visitor(event, user, joined.json["session_id"])


def state(api: Api, visitor: Visitor) -> str:
    """Tell the status of a person's session, as anybody may ask who is not its owner: it is no poll."""
    return str(api.get(f"/queue/position/{visitor.event}/{path_part(visitor.user)}").json["status"])


def states(api: Api, visitors: Sequence[Visitor]) -> str:
    """Tell the states of several sessions by their first letters, such as `aaw`."""
    return "".join(state(api, visitor)[0] for visitor in visitors)


def leave(api: Api, visitor: Visitor) -> Answer:
    """Give the place up."""
    return api.post("/queue/leave", {"session_id": visitor.session})


def refresh(api: Api, visitor: Visitor) -> Answer:
    """Ask for the full time again."""
    return api.post("/queue/refresh", {"session_id": visitor.session})


def buy(api: Api, visitor: Visitor, seat: str | None = None, **headers: str) -> Answer:
    """Purchase one ticket."""
    wish = {"event_id": visitor.event, "user_id": visitor.user, "session_id": visitor.session}
    return api.post("/tickets/purchase", wish | ({"seat_id": seat} if seat else {}), **headers)


def order(api: Api, visitor: Visitor, wanted: Sequence[str] | int, **headers: str) -> Answer:
    """Order several tickets: these seats, or so many of a standing event."""
    what = {"quantity": wanted} if isinstance(wanted, int) else {"seat_ids": list(wanted)}
    wish = {"event_id": visitor.event, "user_id": visitor.user, "session_id": visitor.session}
    return api.post("/orders", wish | what, **headers)


def hold(api: Api, visitor: Visitor, seat: str | None = None) -> str:
    """Purchase one ticket, which must succeed, and give its id."""
    bought = buy(api, visitor, seat)
    assert bought.status == 201, bought.text
    return str(bought.json["id"])


def settle(api: Api, action: str, ticket: str) -> Answer:
    """Confirm or cancel a ticket."""
    return api.post(f"/tickets/{ticket}/{action}")


def confirmed(api: Api, visitor: Visitor, seat: str | None = None) -> dict[str, Any]:
    """Purchase and confirm one ticket, which must succeed, and give it."""
    settled = settle(api, "confirm", hold(api, visitor, seat))
    assert settled.status == 200, settled.text
    return dict(settled.json["ticket"])


def check_in(api: Api, ticket: dict[str, Any], **headers: str) -> Answer:
    """Show the code of a ticket at the door."""
    return api.post(f"/tickets/{ticket['id']}/check-in", {"barcode": ticket["barcode"]}, **headers)


def said(answer: Answer) -> tuple[int, str | None]:
    """Give the status and the word of a refusal."""
    return answer.status, answer.code


def instant(clock: Clock, *, ms: int) -> str:
    """Give the time so many milliseconds from the servers' now, as the API writes it."""
    return format_instant(clock.now_us() // 1000 + ms)


def freeze(clock: Clock) -> int:
    """Stop the servers' clock at the beginning of a millisecond, and give that."""
    now_ms = clock.now_us() // 1000
    clock.freeze(now_ms * 1000)
    return now_ms


def raw(command: str, event: str, *args: str | int) -> list[Any]:
    """Run one script on an event, for what HTTP cannot say; raises DomainError with its word."""
    return run(runtime().store, call(command, code_of(event), *args))


def refusal(command: str, event: str, *args: str | int) -> str:
    """Run one script that must refuse, and give its word."""
    with pytest.raises(DomainError) as refused:
        raw(command, event, *args)
    return refused.value.code


def read(event: str, name: str, command: str, *rest: str | int) -> Any:
    """Read one key of an event as it lies in Redis, without the sweep that every command of the service makes."""
    return runtime().store.command(command, event_key(name, code_of(event)), *rest)


def logged(event: str) -> list[str]:
    """Tell what the log says happened, in its order."""
    return [fields["what"] for _, fields in read(event, "log", "XRANGE", "-", "+")]


def inside(event: str) -> list[str]:
    """Tell whose sessions are active as it lies in Redis."""
    found: list[str] = read(event, "active", "ZRANGE", 0, -1)
    return found


def crowd(event: str, count: int, name: str = "user") -> list[Visitor]:
    """Let so many people join, pipelined: `user0`, `user1` and so on, in this order."""
    house, code = runtime(), code_of(event)
    visitors = [Visitor(event, f"{name}{n}", house.ids.within(code)) for n in range(count)]
    for start in range(0, count, _PIPELINED):
        page = visitors[start : start + _PIPELINED]
        joins = [
            call("join", code, event, v.user, v.session, "", *pacing(house), *lot(house, event, v.user, v.session))
            for v in page
        ]
        answers = run_many(house.store, joins)
        assert not any(isinstance(answer, DomainError) for answer in answers)
    return visitors


class Ticks:
    """Time as the drain sees it, without the waiting: a pause is over at once, and something may happen in it."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.passed_s, self.meanwhile = 0.0, meanwhile

    def monotonic(self) -> float:
        """Give the seconds that were slept."""
        return self.passed_s

    def sleep(self, seconds: float, /) -> None:
        """Let what was asked for happen instead of waiting."""
        self.passed_s += seconds
        self.meanwhile()


def drained(meanwhile: Callable[[], object] = lambda: None, left_ms: int = MINUTE_MS) -> Report:
    """Run the drain with this much of the Lambda's time left at every look."""
    return drain(runtime(), lambda: left_ms, Ticks(meanwhile), lambda *_, **__: None)


@contextlib.contextmanager
def nothing_changed(*, but_polls: bool = False) -> Iterator[None]:
    """Assert that the block leaves every key as it was, except indexes that may say too much and the turn of a minute.

    With `but_polls` it may also be noted of sessions that their owners were here, and when they shall come again.
    """
    before = snapshot(runtime().store, but_polls=but_polls)
    yield
    after = snapshot(runtime().store, but_polls=but_polls)
    changed = {k: (before.get(k), after.get(k)) for k in before.keys() | after.keys() if before.get(k) != after.get(k)}
    assert not changed, changed
