"""Whether one order of the operations on a seat explains every answer: the search of Wing and Gong, Lowe's memory.

An operation happens at one instant between its call and its return. One whose outcome nobody knows returns never: it
may have happened at any time since its call, or not at all. Operations on different seats do not touch each other, so
each seat is searched by itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Seat:
    """The register: who holds or owns a seat by which ticket, and how its earlier tickets ended."""

    ticket: str = ""
    user: str = ""
    session: str = ""
    sold: bool = False
    ended: frozenset[tuple[str, str]] = frozenset()

    @property
    def letter(self) -> str:
        """The state as the seat map shows it."""
        return "s" if self.sold else "h" if self.ticket else "a"

    def status(self, ticket: str) -> str:
        """Tell the status of a ticket, as its owner reads it."""
        if ticket == self.ticket:
            return "confirmed" if self.sold else "reserved"
        return next((how for ended, how in self.ended if ended == ticket), "missing")

    def freed(self, how: str) -> Seat:
        """Give the seat without its ticket, which ended so."""
        return Seat(ended=self.ended | {(self.ticket, how)})


@dataclass(frozen=True)
class Operation:
    """What was asked of a seat and answered, from `call` to `ret` on one clock; `ret` is infinite if unknown.

    ==========  ===================================================================================================
    what        said
    ==========  ===================================================================================================
    hold        made: it holds `ticket` now; mine: this session held it by `ticket` already; taken; unknown
    confirm     the status of `ticket` then (confirmed, cancelled, expired), or unknown
    cancel      the same
    read        the status of `ticket`, missing if there is none
    see         the letter on the seat map: a, h or s
    expire      nothing: the deadline of `ticket`, at an instant or, unknown, some time after `call`
    ==========  ===================================================================================================
    """

    call: float
    ret: float
    what: str
    said: str
    ticket: str = ""
    user: str = ""
    session: str = ""


@dataclass(frozen=True)
class Stuck:
    """A proof that no order explains the answers: as far as one came, none of these could be the next."""

    done: int
    seat: Seat
    next: list[Operation] = field(default_factory=list)


def after(seat: Seat, op: Operation) -> Seat | None:
    """Give the seat after an operation that was answered so, or None where it cannot have been.

    An unknown one without an effect need not have happened, so that is None as well.
    """
    current = seat.ticket == op.ticket != ""
    theirs = current and seat.user == op.user
    following: Seat | None = None
    match op.what, op.said:
        case "hold", ("made" | "unknown") if seat.status(op.ticket) == "missing" and not seat.ticket:
            following = replace(seat, ticket=op.ticket, user=op.user, session=op.session)
        case "hold", "mine" if theirs and not seat.sold and seat.session == op.session:
            following = seat
        case "hold", "taken" if seat.ticket and (seat.sold or seat.session != op.session):
            following = seat
        case "confirm", ("confirmed" | "unknown") if theirs and not seat.sold:
            following = replace(seat, sold=True)
        case "cancel", ("cancelled" | "unknown") if theirs:
            following = seat.freed("cancelled")
        case "expire", _ if theirs and not seat.sold:
            following = seat.freed("expired")
        case "expire", "" if seat.status(op.ticket) != "missing":
            following = seat
        case (("confirm" | "cancel" | "read"), said) if seat.status(op.ticket) == said and (theirs or not current):
            following = seat
        case "see", letter if seat.letter == letter:
            following = seat
    return following


def stuck(operations: Sequence[Operation]) -> Stuck | None:
    """Give None if some order of the operations on one seat explains all answers, else how far the best one came."""
    ops = sorted(operations, key=lambda op: op.call)
    needed = sum(1 << i for i, op in enumerate(ops) if op.ret < math.inf)
    best = Stuck(-1, Seat())
    seen = {(0, Seat())}
    path: list[tuple[int, Seat, Iterator[int]]] = [(0, Seat(), iter(_candidates(ops, 0)))]
    while path:
        done, seat, candidates = path[-1]
        if done & needed == needed:
            return None
        if done.bit_count() > best.done:
            best = Stuck(done.bit_count(), seat, [ops[i] for i in _candidates(ops, done)])
        for i in candidates:
            following = after(seat, ops[i])
            if following is not None and (done | 1 << i, following) not in seen:
                seen.add((done | 1 << i, following))
                path.append((done | 1 << i, following, iter(_candidates(ops, done | 1 << i))))
                break
        else:
            path.pop()
    return best


def _candidates(ops: Sequence[Operation], done: int) -> list[int]:
    """Give those that may come next: not done, and called before any other that is not done has returned."""
    found, first_return = [], math.inf
    for i, op in enumerate(ops):
        if op.call > first_return:
            break
        if not done >> i & 1:
            found.append(i)
            first_return = min(first_return, op.ret)
    # The unknown ones last: most orders need few of them.
    return sorted(found, key=lambda i: ops[i].ret == math.inf)
