"""What clients were told, held against what the log and the keys say: I4, I5, I8, I10, I19.

A history is a list of answers. It must have every answer that the people it names were given to the operations it has,
503 included, and those of one person in their order; of other people and operations it need say nothing.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib import ids
from chalicelib.fields import format_instant
from tests.audit.dump import is_same
from tests.audit.model import Model

OK, UNKNOWN, REFUSED = range(200, 300), 503, range(400, 429)
LOST_FOR_EVER = frozenset(
    {"hold_expired", "ticket_cancelled", "event_cancelled", "ticket_not_found", "order_not_found"}
)
BECOMES = {"confirm": "confirmed", "cancel": "cancelled"}
MAY_BE = {"reserved": (), "confirmed": ("confirmed", "cancelled"), "cancelled": ("cancelled",), "expired": ("expired",)}
"""Said of a ticket -> what it may be in the end; what is reserved may become anything."""

Difference = tuple[str, str]


@dataclass(frozen=True)
class Told:
    """One answer: about which event, to which operation, of whom, with which status and body.

    ``op`` is join, position, purchase, order, confirm, cancel or check_in. ``asked`` is the id of the ticket or order
    that was asked for, or of the seat for a purchase; ``key`` the Idempotency-Key.
    """

    event: str
    op: str
    user: str
    status: int
    body: Any = None
    asked: str | None = None
    key: str | None = None


def read_history(path: Path) -> list[Told]:
    """Read answers, a JSON object of the fields of Told each line."""
    return [Told(**json.loads(line)) for line in path.read_text().splitlines() if line.strip()]


def compare(model: Model, history: Sequence[Told]) -> None:
    """Note every answer that the event contradicts; answers about other events are left out."""
    mine = [told for told in history if told.event == model.dump.fields["id"]]
    for judge in (_acknowledged, _keys, _positions, _confirmed, _refused, _let_in):
        for invariant, what in judge(model, mine):
            model.findings.add(invariant, what)


def _acknowledged(model: Model, history: Sequence[Told]) -> Iterator[Difference]:
    for told in history:
        if told.status not in OK:
            continue
        if told.op == "join":
            yield from _joined(model, told)
        for name, said in _tickets(model, told):
            ticket, found = model.tickets.get(name), model.dump.tickets.get(name)
            if ticket is None or found is None:
                yield "I5", f"{told.user} was told of ticket {name} by {told.op}, and it is not there"
                continue
            if not is_same(found["user"], told.user):
                yield "I10", f"{told.user} was told of ticket {name} by {told.op}, which is of {found['user']}"
            was_so = said != "confirmed" or ticket.was_confirmed
            if not was_so or found["status"] not in (MAY_BE[said] or MAY_BE):
                yield "I5", f"{told.user} was told that ticket {name} is {said}, and it is {found['status']}"


def _joined(model: Model, told: Told) -> Iterator[Difference]:
    known = {record["alias"]: name for name, record in model.dump.sessions.items() if record["alias"]}
    said = told.body["session_id"]
    record = model.dump.sessions.get(known.get(said, said))
    if record is None:
        yield "I5", f"{told.user} was given session {said}, and it is not there"
    elif not is_same(record["user_id"], told.user):
        yield "I10", f"{told.user} was given session {said}, which is of {record['user_id']}"


def _keys(_: Model, history: Sequence[Told]) -> Iterator[Difference]:
    given: dict[tuple[str, str, str], str] = {}
    for told in history:
        if told.key and told.status in OK and told.op != "check_in":
            first = given.setdefault((told.op, told.user, told.key), told.body["id"])
            if first != told.body["id"]:
                yield "I4", f"key {told.key} of {told.user} gave {first}, then {told.body['id']}"


def _positions(_: Model, history: Sequence[Told]) -> Iterator[Difference]:
    last: dict[str, int] = {}
    for told in history:
        entry = told.body.get("entry", told.body) if told.op in {"join", "position"} and told.status in OK else {}
        position, place = entry.get("position"), f"{told.user} since {entry.get('entered_at')}"
        if position is None:
            continue
        if position > last.get(place, position):
            yield "I8", f"{told.user} was told position {position} after {last[place]}"
        if (position == 0) != (entry.get("status") == "active"):
            yield "I8", f"{told.user} was told position {position}, being {entry.get('status')}"
        last[place] = position


def _confirmed(model: Model, history: Sequence[Told]) -> Iterator[Difference]:
    """Who tells what became of every confirm has no other confirmed ticket."""
    asking = [told for told in history if told.op == "confirm"]
    people = {told.user for told in asking}
    may_be = {name for told in asking if told.status in {*OK, UNKNOWN} for name, _ in _tickets(model, told)}
    for name, ticket in model.tickets.items():
        if ticket.was_confirmed and ticket.session.user in people and name not in may_be:
            yield "I19", f"{ticket.session.user} was never told that ticket {name} is or may be confirmed, and it was"


def _refused(model: Model, history: Sequence[Told]) -> Iterator[Difference]:
    purchases: defaultdict[str, list[Told]] = defaultdict(list)
    for told in history:
        if told.op in {"purchase", "order"}:
            purchases[told.user].append(told)
        elif told.op == "confirm" and told.status in REFUSED and told.body["code"] in LOST_FOR_EVER:
            for name, _ in _tickets(model, told):
                if model.dump.tickets.get(name, {}).get("status") == "confirmed":
                    yield "I19", f"{told.user} was refused ticket {name} ({told.body['code']}), and it is confirmed"
    for name, ticket in model.tickets.items():
        user = ticket.session.user
        seat = None if ticket.seat is None else ids.seat_id(model.dump.code, ticket.seat)
        may_have_made_it = [told for told in purchases[user] if told.op == "order" or told.asked in {None, seat}]
        if purchases[user] and all(told.status in REFUSED for told in may_have_made_it):
            yield "I19", f"{user} was refused whatever may have made ticket {name}, and it is there"


def _let_in(model: Model, history: Sequence[Told]) -> Iterator[Difference]:
    let_in = [told for told in history if told.op == "check_in" and told.status in OK]
    for told in let_in:
        found = model.dump.tickets.get(str(told.asked), {}).get("checked_in_ms")
        if found is None or format_instant(int(found)) != told.body["ticket"]["checked_in_at"]:
            yield "I5", f"{told.user} was told that ticket {told.asked} lets in, and it did at {found}"
    requests = Counter(asked for asked, _ in {(told.asked, told.key or number) for number, told in enumerate(let_in)})
    for asked, times in requests.items():
        if times > 1:
            yield "I21", f"{times} people were let in with ticket {asked}"


def _tickets(model: Model, told: Told) -> list[tuple[str, str]]:
    """Give the tickets that an answer is about, and what it says each of them is."""
    if told.op not in {"purchase", "order", "confirm", "cancel"}:
        return []
    if told.status in OK and told.body:
        what = told.body.get("ticket", told.body.get("order", told.body))
        return [(ticket["id"], ticket["status"]) for ticket in what.get("tickets", [what])]
    asked = told.asked if told.op in BECOMES else None
    names = list(model.dump.orders[asked][4:]) if asked in model.dump.orders else [asked] if asked else []
    return [(name, BECOMES[told.op]) for name in names]
