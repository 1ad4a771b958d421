"""Every seat behaves as if its requests came one after the other; and the search that says so can say no."""

from __future__ import annotations

import math
import random
import secrets
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.concurrency.histories import judge, make_histories
from tests.concurrency.linear import UNKNOWN, Operation, stuck
from tests.concurrency.testimony import History, Record, read_history

HISTORIES, OPERATIONS = 100, 60


def op(call: float, ret: float, what: str, said: str, ticket: str = "", user: str = "ada") -> Operation:
    """Give an operation of a user, whose session has the same name."""
    return Operation(call, ret, what, said, ticket, user, session=user)


HELD = op(0, 1, "hold", "made", "t1")
SOLD = [HELD, op(2, 3, "confirm", "confirmed", "t1")]

EXPLAINED = {
    "a seat that is sold, cancelled and sold again": [
        *SOLD,
        op(4, 5, "cancel", "cancelled", "t1"),
        op(6, 7, "hold", "made", "t2", "bob"),
        op(8, 9, "read", "cancelled", "t1"),
    ],
    "a hold that overlaps the cancel it needs": [
        HELD,
        op(2, 9, "cancel", "cancelled", "t1"),
        op(3, 8, "hold", "made", "t2", "bob"),
    ],
    "repeats": [
        HELD,
        op(2, 3, "hold", "mine", "t1"),
        op(4, 5, "confirm", "confirmed", "t1"),
        op(6, 7, "confirm", "confirmed", "t1"),
    ],
    "an unknown hold that took place later": [
        op(0, math.inf, "hold", UNKNOWN, "t1"),
        op(1, 2, "see", "a"),
        op(3, 4, "see", "h"),
        op(5, 6, "hold", "taken", "t2", "bob"),
    ],
    "an unknown cancel that never took place": [HELD, op(2, math.inf, "cancel", UNKNOWN, "t1"), op(3, 4, "see", "h")],
    "a hold that ends at its deadline": [
        HELD,
        op(2, 3, "see", "h"),
        op(4, 4, "expire", "", "t1"),
        op(5, 6, "see", "a"),
        op(7, 8, "confirm", "expired", "t1"),
    ],
    "a deadline that comes after the confirm": [*SOLD, op(4, 4, "expire", "", "t1"), op(5, 6, "see", "s")],
}

UNEXPLAINED = {
    "a double hold": [HELD, op(2, 3, "hold", "made", "t2", "bob")],
    "a double hold of which one was slow": [op(0, 9, "hold", "made", "t1"), op(1, 2, "hold", "made", "t2", "bob")],
    "a confirm of somebody else's hold": [HELD, op(2, 3, "confirm", "confirmed", "t1", "bob")],
    "a confirm of a hold that never was": [HELD, op(2, 3, "confirm", "confirmed", "t2")],
    "a stale read": [HELD, op(2, 3, "see", "a")],
    "a read that goes back": [op(0, 9, "hold", "made", "t1"), op(1, 2, "see", "h"), op(3, 4, "see", "a")],
    "a lost confirm": [*SOLD, op(4, 5, "read", "reserved", "t1")],
    "a sold seat that is sold again": [*SOLD, op(4, 5, "hold", "made", "t2", "bob")],
    "a refusal without a reason": [op(0, 1, "hold", "taken", "t1")],
    "a seat of one's own that is taken": [HELD, op(2, 3, "hold", "taken", "t1")],
    "a cancelled ticket that lives again": [
        HELD,
        op(2, 3, "cancel", "cancelled", "t1"),
        op(4, 5, "confirm", "confirmed", "t1"),
    ],
    "an unknown hold that happened before it was asked for": [
        op(0, 1, "see", "h"),
        op(2, math.inf, "hold", UNKNOWN, "t1"),
    ],
    "a hold that outlives its deadline": [HELD, op(4, 4, "expire", "", "t1"), op(5, 6, "confirm", "confirmed", "t1")],
    "a hold that ends before its deadline": [HELD, op(2, 3, "see", "a"), op(4, 4, "expire", "", "t1")],
}


@pytest.mark.parametrize("name", EXPLAINED)
def test_a_history_with_an_order_is_accepted(name: str) -> None:
    """Some order within the intervals gives all the answers."""
    assert stuck(EXPLAINED[name]) is None


@pytest.mark.parametrize("name", UNEXPLAINED)
def test_a_history_without_an_order_is_rejected(name: str) -> None:
    """No order within the intervals gives all the answers."""
    assert stuck(UNEXPLAINED[name]) is not None


def sequential_run(chance: random.Random, length: int) -> list[Operation]:
    """Let users play with one seat, one after the other, operation n at the instant n; gives what they are told."""
    found: list[Operation] = []
    owner, ticket, letter = "", "", "a"
    ended: dict[str, str] = {}
    for n in range(length):
        user, what = chance.choice("abc"), chance.choice(["hold", "hold", "confirm", "cancel", "read", "see"])
        of_mine = ticket and owner == user
        if what == "see":
            found.append(op(n, n, "see", letter))
        elif what == "hold" and letter == "a":
            owner, ticket, letter = user, f"t{n}", "h"
            found.append(op(n, n, "hold", "made", ticket, user))
        elif what == "hold":
            again = of_mine and letter == "h"
            found.append(op(n, n, "hold", "mine" if again else "taken", ticket if again else f"t{n}", user))
        elif of_mine and what == "read":
            found.append(op(n, n, "read", {"h": "reserved", "s": "confirmed"}[letter], ticket, user))
        elif of_mine and what == "confirm":
            letter = "s"
            found.append(op(n, n, "confirm", "confirmed", ticket, user))
        elif of_mine:
            found.append(op(n, n, "cancel", "cancelled", ticket, user))
            ended[ticket] = "cancelled"
            owner, ticket, letter = "", "", "a"
        elif ended:
            old = chance.choice(list(ended))
            found.append(op(n, n, chance.choice(["read", "confirm", "cancel"]), ended[old], old, user))
    return found


def widened(run: list[Operation], chance: random.Random) -> list[Operation]:
    """Give the same operations as if they had taken a while around their instants, some of them for ever."""
    slow = [replace(o, call=o.call - chance.uniform(0, 4), ret=o.ret + chance.uniform(0, 4)) for o in run]
    changing = {"hold": "made", "confirm": "confirmed", "cancel": "cancelled"}
    return [
        replace(o, said=UNKNOWN, ret=math.inf) if changing.get(o.what) == o.said and chance.random() < 0.1 else o
        for o in slow
    ]


@settings(deadline=None, max_examples=100)
@given(st.randoms(use_true_random=False), st.integers(1, 80))
def test_what_really_happened_in_some_order_is_always_accepted(chance: random.Random, length: int) -> None:
    """However wide the intervals grow and whatever becomes unknown, the order of the run still explains it."""
    assert stuck(widened(sequential_run(chance, length), chance)) is None


@settings(deadline=None, max_examples=100)
@given(st.randoms(use_true_random=False), st.integers(20, 80))
def test_a_double_hold_is_always_rejected(chance: random.Random, length: int) -> None:
    """Planted while somebody else surely has the seat: after the answer to a hold, before the call of what ends it."""
    exact, spans = sequential_run(chance, length), []
    run = [replace(o, call=o.call - chance.uniform(0, 1), ret=o.ret + chance.uniform(0, 1)) for o in exact]
    for made in (o for o in run if (o.what, o.said) == ("hold", "made")):
        ends = [o.call for o in run if (o.what, o.said, o.ticket) == ("cancel", "cancelled", made.ticket)]
        if made.ret < min(ends, default=length):
            spans.append((made.ret, min(ends, default=length)))
    for start, end in spans:
        # Well within: at the very instant of an end the seat may be free already.
        call, ret = sorted(start + (end - start) * chance.uniform(0.25, 0.75) for _ in range(2))
        assert stuck([*run, op(call, ret, "hold", "made", "planted", "eve")]) is not None


def test_a_history_can_be_written_down_and_read_again() -> None:
    """As JSON lines, to be judged later: what failed once is kept."""
    record = Record(1, 2, 3, "ada", "see", "", {}, 200, {"letters": "a"}, unknown=False, tries=1)
    history = History("seed/0", ["seat"], 900_000, [record])
    assert read_history(history.lines()) == history
    assert not judge(history)


def test_100_histories_of_eight_clients_can_be_explained(port: int, tmp_path: Path) -> None:
    """Five seats, lost replies, paused workers, holds that expire: each seat's answers have an order."""
    seed, racing = secrets.token_hex(4), 0
    for history in make_histories(port, seed, HISTORIES, OPERATIONS):
        if verdict := judge(history):
            kept = tmp_path / "history.jsonl"
            kept.write_text(history.lines())
            pytest.fail(f"{verdict}\nkept in {kept}")
        racing += len({r.body.get("code") for r in history.records} & {"seat_taken", "ticket_cancelled"})
    assert racing >= HISTORIES
