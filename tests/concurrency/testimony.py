"""What clients wrote down while they competed for seats, as JSON lines, and what that says of each seat."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.fields import parse_instant
from chalicelib.store import REPLY_TIMEOUT_S
from tests.concurrency.linear import UNKNOWN, Operation

NS_PER_MS = 1_000_000

_STATUS_OF = {"ticket_cancelled": "cancelled", "hold_expired": "expired", "ticket_not_found": "missing"}
_NOT_OF_THE_SEAT = {"session_ended", "hold_limit_reached"}


@dataclass(frozen=True)
class Record:
    """One request as its client saw it. Times are ns of the wall clock, which on one machine is the server's too.

    ``args`` name what was asked for: the ticket, for a hold the id that it would have, and the session. ``body`` is
    what matters of the answer: ``tickets``, ``letters`` of the seat map, or the ``code`` of a refusal. ``tries`` is how
    often the store sent the command.
    """

    t_call: int
    t_ret: int
    worker: int
    user: str
    op: str
    seat: str
    args: dict[str, str]
    status: int
    body: dict[str, Any]
    unknown: bool
    tries: int

    @property
    def timed_out(self) -> bool:
        """Whether a try may have been given up that was still on its way, and comes when all is long answered."""
        return self.tries > 1 and self.t_ret - self.t_call >= REPLY_TIMEOUT_S * 1000 * NS_PER_MS


@dataclass(frozen=True)
class History:
    """All records of one event with these seats, in which a hold lasts so long."""

    seed: str
    seats: list[str]
    hold_ms: int
    records: list[Record]

    def lines(self) -> str:
        """Write it down: a line of what all have in common, then a line a record."""
        head = {"seed": self.seed, "seats": self.seats, "hold_ms": self.hold_ms}
        return "\n".join(json.dumps(line) for line in [head, *map(asdict, self.records)])


def read_history(lines: str) -> History:
    """Read what ``History.lines`` wrote."""
    head, *records = map(json.loads, lines.splitlines())
    return History(**head, records=[Record(**record) for record in records])


def operations(history: History) -> dict[str, list[Operation]]:
    """Give for each seat what its operations were."""
    found: dict[str, list[Operation]] = {seat: [] for seat in history.seats}
    seat_of = {r.args["ticket"]: r.seat for r in history.records if r.op == "hold"}
    for record in history.records:
        if record.op == "see":
            for seat, letter in zip(history.seats, record.body.get("letters", ""), strict=False):
                found[seat].append(_operation(record, letter, ""))
        for operation in _said_of_tickets(record):
            found[seat_of[operation.ticket]].append(operation)
    for seat, deadlines in _deadlines(history).items():
        found[seat] += deadlines
    return found


def _said_of_tickets(record: Record) -> Iterator[Operation]:
    tickets, code, ticket = record.body.get("tickets", []), record.body.get("code"), record.args.get("ticket", "")
    if code in _NOT_OF_THE_SEAT or (record.status == 503 and not record.unknown) or record.op == "see":
        return
    if record.unknown:
        if record.op in {"hold", "confirm", "cancel"}:
            yield _operation(record, UNKNOWN, ticket)
    elif record.op == "hold":
        yield from _hold(record, tickets, code, ticket)
    elif record.op == "mine":
        for found in tickets:
            yield _operation(record, found["status"], found["id"], what="read")
    else:
        yield _operation(record, tickets[0]["status"] if tickets else _STATUS_OF[str(code)], ticket)
        if record.op != "read" and code and record.tries > 1:
            # The first try may have confirmed before somebody cancelled, and only the second was told that it is late.
            yield _operation(record, UNKNOWN, ticket)


def _hold(record: Record, tickets: list[dict[str, str]], code: str | None, proposed: str) -> Iterator[Operation]:
    if record.status != 201 and record.timed_out:
        yield _operation(record, UNKNOWN, proposed)  # only an order that was made is remembered
    if code:
        assert code == "seat_taken", record
        yield _operation(record, "taken", proposed)
    elif record.status == 200:
        yield _operation(record, "mine", tickets[0]["id"])
    else:
        assert tickets[0]["id"] == proposed, record
        yield _operation(record, "made", proposed)
        if tickets[0]["status"] != "reserved":  # its second try was told what had become of the hold of its first
            yield _operation(record, tickets[0]["status"], proposed, what="read")


def _operation(record: Record, said: str, ticket: str, *, what: str = "") -> Operation:
    ret = math.inf if said == UNKNOWN else record.t_ret
    return Operation(record.t_call, ret, what or record.op, said, ticket, record.user, record.args.get("session", ""))


def _deadlines(history: History) -> dict[str, list[Operation]]:
    """Give the end of each hold that may have been made: at its deadline, to the nanosecond, where one was told."""
    over = max((record.t_ret for record in history.records), default=0)
    told = {
        ticket["id"]: parse_instant(ticket["expires_at"]) * NS_PER_MS
        for record in history.records
        for ticket in record.body.get("tickets", [])
        if ticket["expires_at"]
    }
    found = defaultdict(list)
    for record in history.records:
        if record.op != "hold" or not (record.status == 201 or record.unknown or record.timed_out):
            continue
        ticket = record.args["ticket"]
        at = told.get(ticket, record.t_call + history.hold_ms * NS_PER_MS)
        ret, said = (at, "") if ticket in told else (math.inf, UNKNOWN)
        if at <= over:
            found[record.seat].append(Operation(at, ret, "expire", said, ticket, record.user))
    return found
