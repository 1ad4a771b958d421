"""The cap under eight drains and a crowd: somebody who only counts never sees one too many inside.

The servers' clock stands still, and is moved on by a second whenever every process of visitors has been round once
more, and who counts has counted fifty times more: so it cannot outrun them, however slow the machine is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from chalicelib.ids import code_of
from chalicelib.keys import SESSION_FIELDS, event_key
from chalicelib.runtime import runtime
from chalicelib.store import Store
from tests.audit import assert_audited
from tests.concurrency.houses import LOOKS, OVER, ROUNDS, drain, live, watch
from tests.concurrency.test_queue import log_of
from tests.concurrency.workers import api_on
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.pool import run_processes
from tests.support.sale import SECOND_MS, freeze, new_event, read
from tests.support.servers import Server
from tests.support.wait import wait_until

DRAINS, HOUSES, VISITORS, CAP, LOWER_CAP = 8, 4, 2_000, 50, 20
LOWERED_AT, MOVES_MIN, WITHIN_S = 600, 20, 200.0
"""So many admissions come before the cap is lowered, and so many seconds of the clock; so long may the whole take."""

ENDS = {"session.left", "session.completed", "session.expired", "session.no_show"}


def work(job: Callable[..., Any], *arguments: Any) -> Any:
    """Do one job of the mix: the pool runs one function."""
    return job(*arguments)


def move_clock(store: Store, clock: Clock, api: Api, event: str) -> int:
    """Move the clock on by a second whenever all have been round again; lower the cap in the middle.

    Gives how often the clock was moved before that.
    """

    def rounds() -> dict[str, str]:
        houses: dict[str, str] = store.command("HGETALL", ROUNDS)
        return houses | {LOOKS: store.command("GET", LOOKS)}

    before = rounds()

    def moved_on() -> bool:
        after = rounds()
        if any(before[who] == count != "done" for who, count in after.items()):
            return bool(store.command("EXISTS", OVER))
        before.update(after)
        return True

    is_lowered, moves = False, 0
    while not store.command("EXISTS", OVER):
        wait_until(moved_on, within_s=WITHIN_S, what="a round of everybody")
        clock.advance(ms=SECOND_MS)
        admitted = int(read(event, "events", "HGET", "admitted_total"))
        if admitted >= LOWERED_AT and not is_lowered:
            is_lowered = api.post(f"/events/{event}/admission", {"max_active_sessions": LOWER_CAP}).status == 200
        moves += not is_lowered
    return moves


@dataclass
class Day:
    """What was seen of a sale, and what its log says."""

    looks: Counter[int]
    seen: dict[int, list[int]]
    plans: dict[str, tuple[str, str | None]]
    log: list[dict[str, str]]
    records: dict[str, dict[str, str]]
    drained: int
    moves: int

    def logged(self, what: str) -> set[str]:
        """Give the sessions of which the log says this."""
        return {entry["who"] for entry in self.log if entry["what"] == what}


@pytest.fixture(scope="module")
def day(server: Server, clock: Clock) -> Day:
    """A sale with everybody in it, once; many promises are looked at."""
    clock.set_offset(ms=0)
    freeze(clock)
    api, store = api_on(server.port), runtime().store
    store.client.flushall()
    terms = {"session_seconds": 10, "away_seconds": 5, "claim_seconds": 60}
    event = new_event(api, total_tickets=1_000_000, max_active_sessions=CAP, **terms)
    where = (server.port, event)
    jobs = [
        (watch, *where),
        *[(live, *where, n, VISITORS // HOUSES) for n in range(HOUSES)],
        *[(drain, *where)] * DRAINS,
    ]
    store.command("SET", LOOKS, 0)
    store.command("HSET", ROUNDS, *(word for n in range(HOUSES) for word in (n, 0)))
    with ThreadPoolExecutor(1) as beside:
        moving = beside.submit(move_clock, store, clock, api, event)
        try:
            (looks, seen), *rest = run_processes(work, jobs, processes=len(jobs), within_s=WITHIN_S)
        finally:
            store.command("SET", OVER, 1)
        moves = moving.result()
    store.command("DEL", OVER, ROUNDS, LOOKS)
    assert_audited(store)
    records = store.command("HGETALL", event_key("sessions", code_of(event)))
    return Day(
        looks=looks,
        seen=seen,
        plans={session: end for house in rest[:HOUSES] for session, end in house.items()},
        log=log_of(server.port, event),
        records={s: dict(zip(SESSION_FIELDS, line.split(","), strict=True)) for s, line in records.items()},
        drained=sum(rest[HOUSES:]),
        moves=moves,
    )


def test_who_only_counts_never_sees_one_too_many(day: Day) -> None:
    """Whatever eight drains and two thousand visitors do at once, at every instant 50 are inside, or fewer."""
    assert day.drained > VISITORS
    assert day.looks[CAP] >= 50 * day.moves
    assert day.moves > MOVES_MIN
    assert max(day.seen[CAP]) == CAP


def test_under_a_lower_cap_it_only_empties_until_it_is_kept(day: Day) -> None:
    """From 50 inside and a cap of 20 on, the count never grows above 20 again."""
    counts = day.seen[LOWER_CAP]
    assert counts[0] > LOWER_CAP
    assert max(counts[-10:]) <= LOWER_CAP
    assert not [(was, then) for was, then in pairwise(counts) if then > max(LOWER_CAP, was - 1)]


def test_the_log_lets_nobody_in_above_the_cap_or_out_of_turn(day: Day) -> None:
    """Replayed, each admission finds a place free, and is of the first of those who wait and were not passed over."""
    cap, inside, waiting = CAP, set[str](), dict[str, int]()
    for entry in day.log:
        what, who = entry["what"], entry["who"]
        if what in {"session.joined", "session.returned"}:
            waiting[who] = int(entry["data"])
        elif what == "session.activated":
            assert len(inside) < cap, "one too many inside"
            first = min(waiting.values(), default=None)
            assert first == waiting.pop(who, None), "let in before somebody who stood further in front"
            inside.add(who)
        elif what in ENDS | {"session.passed_over"}:
            waiting.pop(who, None)
            inside.discard(who)
        elif what == "admission.changed":
            cap = LOWER_CAP
    assert cap == LOWER_CAP
    assert day.logged("session.passed_over")


def test_everybody_who_stayed_got_in(day: Day) -> None:
    """They did inside what they had come for, or stayed there until their time was over."""
    ends = {"buys": "completed", "leaves": "left", "runs out": "expired"}
    stayed = {session: (plan, end) for session, (plan, end) in day.plans.items() if plan in ends}
    assert stayed.keys() <= day.logged("session.activated")
    assert Counter(end == ends[plan] for plan, end in stayed.values()) == {True: len(stayed)}


def test_no_session_ends_but_by_its_owner_or_its_time(day: Day) -> None:
    """The lower cap ended none: who did not buy or leave was inside until the deadline."""
    by_owner = {session for session, (_, end) in day.plans.items() if end in {"completed", "left"}}
    assert day.logged("session.left") | day.logged("session.completed") == by_owner
    timed_out = [entry for entry in day.log if entry["what"] in {"session.expired", "session.no_show"}]
    assert timed_out
    assert not [entry for entry in timed_out if int(entry["at"]) < int(day.records[entry["who"]]["deadline_ms"])]
