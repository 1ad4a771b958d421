"""What each process of a history does: want seats that others want and write down the answers; or pause the others."""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis

from chalicelib.ids import IdMaker, code_of
from chalicelib.runtime import Runtime, install, runtime
from chalicelib.settings import Settings
from chalicelib.store import Store, connect
from tests.concurrency.testimony import Record
from tests.support import servers
from tests.support.api import Answer, Api
from tests.support.sale import Visitor, buy, leave, settle
from tests.support.wait import wait_until

CLIENTS, USERS = 8, 4
MIX = {"hold": 40, "confirm": 15, "cancel": 20, "read": 5, "mine": 5, "see": 15}
READY, WORKERS, DONE = "lock:ready", "lock:workers", "lock:done"  # names that the check of all keys knows
PAUSE_S = 0.02
TRIES_MAX = 100


class _Dice:
    """Random bits that remember the last ones: a hold whose answer is lost has an id all the same."""

    def __init__(self) -> None:
        self._last = 0

    def __call__(self, bits: int) -> int:
        self._last = secrets.randbits(bits)
        return self._last

    def last_id(self, event: str) -> str:
        """Give the last id that was made of these bits, which was one within this event."""
        return IdMaker(lambda _: self._last).within(code_of(event))


_dice = _Dice()


@dataclass(frozen=True)
class Plan:
    """One history to be made: ``wishes`` are those of each client, ``seed`` says which."""

    seed: str
    event: str
    seats: list[str]
    hold_ms: int
    wishes: int


class Client:
    """One of two that act for the same person, one request after the other."""

    def __init__(self, plan: Plan, number: int) -> None:
        self.records: list[Record] = []
        self._api, self._plan, self._number = Api(), plan, number
        self._random = random.Random(f"{plan.seed}/{number}")
        self._known: list[str] = []
        self._me = self._enter()

    def wish(self) -> None:
        """Ask for the next thing, whatever it is."""
        op = self._random.choices(list(MIX), list(MIX.values()))[0]
        if op in {"mine", "see"}:
            self.look(op)
        elif op == "hold" or not self._known:
            self._hold(self._random.choice(self._plan.seats))
        else:
            ticket = self._random.choice(self._known[-3:])
            read = op == "read"
            self._note(
                op,
                {"ticket": ticket},
                lambda: self._api.get(f"/tickets/{ticket}") if read else settle(self._api, op, ticket),
            )

    def look(self, op: str) -> None:
        """Read what there is: of one's own tickets (mine), or on the seat map (see)."""
        path = f"/tickets/user/{self._me.user}" if op == "mine" else f"/events/{self._plan.event}/seatmap/states"
        self._note(op, {}, lambda: self._api.get(path))

    def _hold(self, seat: str) -> None:
        noted = self._note("hold", {"session": self._me.session}, lambda: buy(self._api, self._me, seat), seat)
        code = noted.body.get("code")
        if noted.unknown:
            self._known.append(noted.args["ticket"])
        elif not code:
            self._known.append(noted.body["tickets"][0]["id"])
        elif code == "hold_limit_reached":
            _until_known(lambda: leave(self._api, self._me))
        if code in {"hold_limit_reached", "session_ended"}:
            self._me = self._enter()

    def _enter(self) -> Visitor:
        user = f"user{self._number % USERS}@{self._plan.event}"  # or "my tickets" would tell of other histories too
        wish = {"event_id": self._plan.event, "user_id": user}
        joined = _until_known(lambda: self._api.post("/queue/join", wish)).json
        assert joined["status"] == "active", joined
        return Visitor(self._plan.event, user, joined["session_id"])

    def _note(self, op: str, args: dict[str, str], send: Callable[[], Answer], seat: str = "") -> Record:
        t_call = time.time_ns()
        answer = send()
        t_ret = time.time_ns()
        assert answer.status < 500 or answer.status == 503, answer.text
        record = Record(
            t_call=t_call,
            t_ret=t_ret,
            worker=self._number,
            user=self._me.user,
            op=op,
            seat=seat,
            args=args | {"ticket": _dice.last_id(self._plan.event)} if op == "hold" else args,
            status=answer.status,
            body=self._gist(op, answer.json),
            unknown=answer.status == 503 and answer.json["outcome"] == "unknown",
            tries=runtime().store.meter.trips,
        )
        self.records.append(record)
        return record

    def _gist(self, op: str, body: Any) -> dict[str, Any]:
        if "code" in body:
            return {"code": body["code"]}
        if op == "see":
            return {"letters": body["states"][: len(self._plan.seats)]}
        tickets = body if op == "mine" else [body.get("ticket", body)]
        return {"tickets": [{name: ticket[name] for name in ("id", "status", "expires_at")} for ticket in tickets]}


def start_service(port: int) -> Store:
    """Make this process one of the service on the Redis or proxy at this port, and give its store."""
    settings = Settings(redis_host="127.0.0.1", redis_port=port)
    return install(Runtime(settings, connect(settings), IdMaker(_dice))).store


def take_part(number: int, through: int, direct: int, plans: list[Plan]) -> list[list[Record]]:
    """Be this client in each history, or with the number after the last client the one who pauses workers.

    The service is asked through the proxy at one port; at the other is Redis itself, where the clients wait for each
    other before each history.
    """
    beside = servers.client(direct, timeout_s=60)  # more patient than the service, which may be told 503
    if number == CLIENTS:
        _pause_workers(beside)
        return []
    start_service(through)
    beside.rpush(WORKERS, os.getpid())
    records = []
    try:
        with contextlib.redirect_stdout(None):  # where the metrics of refusals go
            for plan in plans:
                client = Client(plan, number)
                if not _all_are_there(beside, plan.event):
                    break
                for _ in range(plan.wishes):
                    client.wish()
                records.append(client.records)
    finally:
        beside.incr(DONE)  # or the others would wait for one who failed
    return records


def _all_are_there(beside: redis.Redis, event: str) -> bool:
    """Wait for everybody to be ready, and tell whether they are, and none has ended before."""
    beside.hincrby(READY, event, 1)
    everybody = str(CLIENTS).encode()

    def settled() -> str:
        ready = beside.hget(READY, event) == everybody
        return "ready" if ready else "ended" if beside.exists(DONE) else ""

    return wait_until(settled, within_s=60, what="the other clients") == "ready"


def _pause_workers(beside: redis.Redis) -> None:
    while not beside.exists(DONE):
        workers = beside.lrange(WORKERS, 0, -1)
        if workers:
            worker = int(random.choice(workers))
            os.kill(worker, signal.SIGSTOP)
            time.sleep(random.uniform(0, PAUSE_S))
            os.kill(worker, signal.SIGCONT)
        time.sleep(random.uniform(0, PAUSE_S))


def _until_known(ask: Callable[[], Answer]) -> Answer:
    for _ in range(TRIES_MAX):
        answer = ask()
        if answer.status != 503:
            return answer
    raise AssertionError(f"still unknown after {TRIES_MAX} tries")
