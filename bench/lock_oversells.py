"""Why no lock guards a sale: ``python -m bench.lock_oversells`` shows one that sells a seat twice.

Two real processes, Ada and Bob, want one seat of a real Valkey. Ada has read that it is free when she is stopped, as a
process is when its Lambda is frozen, its virtual machine moved or its garbage collected. Her lease runs out; Bob buys;
she goes on where she was. The lock is the textbook one: SET NX PX with a token, released only by its owner. The same
scene is then played with one script in place of the lock. Exit code 0: the lock sold the seat twice, the script once.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import redis

from infra import embedded

LEASE_MS = 300
WITHIN_S = 10.0

RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
SELL = """
if redis.call('GET', KEYS[1]) ~= 'free' then return 0 end
redis.call('SET', KEYS[1], 'sold')
redis.call('RPUSH', KEYS[2], ARGV[1])
return 1
"""


def main() -> int:
    """Play the scene with the lock and with the script; returns 0 when they end as the module says."""
    with embedded.start(None) as server, redis.Redis("127.0.0.1", server.port, decode_responses=True) as client:
        sold = {way: _play(way, client, server.port) for way in BUYERS}
    for way, tickets in sold.items():
        print(f"{way}: {len(tickets)} of 1 seat sold, to {' and '.join(tickets)}")
    return 0 if len(sold["lock"]) == 2 and len(sold["script"]) == 1 else 1


def buy_with_lock(client: Any, name: str, pause: Callable[[], None]) -> None:
    """Take the lock, read, check, write, give the lock back."""
    token = secrets.token_hex(8)
    if not client.set("lock:seat", token, nx=True, px=LEASE_MS):
        return _say(name, "the lock is taken; I give up")
    _say(name, f"I have the lock, for {LEASE_MS} ms")
    state = client.get("seat")
    _say(name, f"the seat is {state}")
    pause()
    if state == "free":
        client.set("seat", "sold")
        client.rpush("tickets", name)
        _say(name, "I have bought it")
    mine = client.eval(RELEASE, 1, "lock:seat", token)
    return _say(name, "I give the lock back" if mine else "the lock was no longer mine, and I only learn it now")


def buy_with_script(client: Any, name: str, pause: Callable[[], None]) -> None:
    """Look, and let one script check and write."""
    _say(name, f"the seat is {client.get('seat')}")
    pause()
    bought = client.eval(SELL, 2, "seat", "tickets", name)
    _say(name, "I have bought it" if bought else "seat_taken: I have bought nothing")


BUYERS = {"lock": buy_with_lock, "script": buy_with_script}


def _play(way: str, client: Any, port: int) -> list[str]:
    """Stop Ada between her look and her purchase, let Bob buy, let her go on; gives the names on the tickets."""
    print(f"--- {way}")
    client.flushall()
    client.set("seat", "free")
    ada = _start(way, "Ada", port, "pause")
    try:
        _wait_until(lambda: os.waitid(os.P_PID, ada.pid, os.WSTOPPED | os.WNOHANG) is not None, "Ada to be stopped")
        _say("", "Ada is stopped")
        _wait_until(lambda: not client.exists("lock:seat"), "the lease to run out")
        _say("", "no lock is held")
        _start(way, "Bob", port).wait(WITHIN_S)
        _say("", "Ada goes on")
        os.kill(ada.pid, signal.SIGCONT)
        ada.wait(WITHIN_S)
    finally:
        ada.kill()
    tickets: list[str] = client.lrange("tickets", 0, -1)
    print()
    return tickets


def _start(way: str, name: str, port: int, *more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "bench.lock_oversells", way, name, str(port), *more])


def _wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {WITHIN_S:g} s for {what}")
        time.sleep(0.01)


def _stop_here() -> None:
    signal.raise_signal(signal.SIGSTOP)


def _say(name: str, what: str) -> None:
    print(f"{name:>5}  {what}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(main())
    _way, _name, _port, *_pauses = sys.argv[1:]
    with redis.Redis("127.0.0.1", int(_port), decode_responses=True) as _client:
        BUYERS[_way](_client, _name, _stop_here if _pauses else lambda: None)
