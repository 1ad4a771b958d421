"""What each process of the test of the cap does: be a house full of visitors, drain, or only count who is inside."""

from __future__ import annotations

import heapq
import random
from collections import Counter, defaultdict

from chalicelib.ids import code_of
from chalicelib.keys import event_key
from chalicelib.queue.model import Telling
from chalicelib.runtime import runtime
from chalicelib.scripting import call, run, run_many
from tests.concurrency.workers import api_on
from tests.support.sale import Visitor, crowd, hold, settle

OVER, ROUNDS, LOOKS = "lock:over", "lock:rounds", "lock:looks"  # names that the check of all keys knows
PLANS = ("buys", "buys", "buys", "leaves", "leaves", "leaves", "runs out", "gives up", "never asks", "never asks")
PARTY = 50

COUNT = """
local time = redis.call('TIME')
local now = math.floor((time[1] * 1e6 + time[2]) / 1000)
return {redis.call('ZCOUNT', KEYS[1], '(' .. string.format('%.0f', now), '+inf'),
    tonumber(redis.call('HGET', KEYS[2], 'max_active_sessions'))}
"""


def drain(port: int, event: str) -> int:
    """Drain without a lease until all is over."""
    api_on(port)
    store, times = runtime().store, 0
    while not store.command("EXISTS", OVER):
        for _ in range(20):
            run(store, call("drain", code_of(event), event, 50))
        times += 20
    return times


def watch(port: int, event: str) -> tuple[Counter[int], dict[int, list[int]]]:
    """Count who is inside, as fast as it goes; gives for each cap how often, and the counts without repeats.

    ``LOOKS`` has how often fifty counts have been made.
    """
    api_on(port)
    store, code = runtime().store, code_of(event)
    looks, seen = Counter[int](), defaultdict[int, list[int]](list)
    while True:
        for _ in range(50):
            count, cap = store.command("EVAL_RO", COUNT, 2, event_key("active", code), event_key("events", code))
            looks[cap] += 1
            if seen[cap][-1:] != [count]:
                seen[cap].append(count)
        store.command("INCR", LOOKS)
        if store.command("EXISTS", OVER):
            return looks, dict(seen)


class House:
    """A process full of visitors: they join in parties, ask when told to, and do as planned when it is their turn."""

    def __init__(self, port: int, event: str, number: int, people: int) -> None:
        self.api, self.store = api_on(port), runtime().store
        self.event, self.code, self.rng = event, code_of(event), random.Random(number)
        self.parties = [f"house{number}-party{party}-" for party in range(people // PARTY)]
        self.visitors: dict[str, Visitor] = {}
        self.plans: dict[str, str] = {}
        self.ends: dict[str, str] = {}  # by session: what its owner was told last
        self.due: list[tuple[int, str]] = []

    def round(self) -> bool:
        """Let the next party join, and all ask whose time has come; gives whether there is more to come."""
        seconds, micros = (int(part) for part in self.store.command("TIME"))
        now_ms, asking = seconds * 1000 + micros // 1000, []
        for visitor in crowd(self.event, PARTY, self.parties.pop()) if self.parties else []:
            self.visitors[visitor.session] = visitor
            self.plans[visitor.session] = plan = self.rng.choice(PLANS)
            if plan != "never asks":
                heapq.heappush(self.due, (now_ms, visitor.session))
        while self.due and self.due[0][0] <= now_ms:
            asking.append(heapq.heappop(self.due)[1])
        calls = [call("status", self.code, "", s, "", 5_000, self.rng.randrange(1000)) for s in asking]
        for session, answer in zip(asking, run_many(self.store, calls), strict=True):
            assert isinstance(answer, list), answer
            self._act(session, Telling(*answer[3:]))
        return bool(self.due or self.parties)

    def _act(self, session: str, told: Telling) -> None:
        plan = self.plans[session]
        if told.poll_after_ms is None:
            self.ends[session] = told.state
        elif told.state == "active" and plan != "runs out":
            if plan == "buys":
                settle(self.api, "confirm", hold(self.api, self.visitors[session]))
            self._leave(session)
        elif told.state == "waiting" and plan == "gives up" and self.rng.random() < 0.5:
            self._leave(session)
        else:
            heapq.heappush(self.due, (told.now_ms + told.poll_after_ms, session))

    def _leave(self, session: str) -> None:
        # Who has bought everything is done; to leave then changes nothing, and is answered with how it ended.
        self.ends[session] = self.api.post("/queue/leave", {"session_id": session}).json["entry"]["status"]


def live(port: int, event: str, number: int, people: int) -> dict[str, tuple[str, str | None]]:
    """Be a house until nobody in it has anything more to ask; gives each session's plan and how it ended.

    ``ROUNDS`` has how often each house has been round, or "done"; the last one that is done ends it all.
    """
    house = House(port, event, number, people)
    store = house.store
    try:
        while house.round() and not store.command("EXISTS", OVER):
            store.command("HINCRBY", ROUNDS, number, 1)
    except BaseException:
        store.command("SET", OVER, 1)  # or the others would go on without us
        raise
    store.command("HSET", ROUNDS, number, "done")
    if set(store.command("HVALS", ROUNDS)) == {"done"}:
        store.command("SET", OVER, 1)
    return {session: (plan, house.ends.get(session)) for session, plan in house.plans.items()}
