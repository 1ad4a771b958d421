"""What each process of a concurrency test does: build its own runtime, then call the Lambda handler."""

from __future__ import annotations

import secrets
from typing import Any

from chalicelib.ids import IdMaker, code_of
from chalicelib.runtime import Runtime, install
from chalicelib.scripting import call, run
from chalicelib.settings import Settings
from chalicelib.store import connect
from tests.support.api import Answer, Api
from tests.support.people import TICKET_KEY

TRIES_MAX = 40


def api_on(port: int, **more: Any) -> Api:
    """Give the service on the Redis or proxy at this port, perhaps with more settings."""
    settings = Settings(redis_host="127.0.0.1", redis_port=port, **{"ticket_keys": (TICKET_KEY,)} | more)
    install(Runtime(settings, connect(settings), IdMaker(secrets.randbits)))
    return Api()


def post(port: int, path: str, body: Any = None, key: str | None = None) -> tuple[int, Any]:
    """Send one request and give status and body."""
    answer = api_on(port).post(path, body, **({"Idempotency-Key": key} if key else {}))
    return answer.status, answer.json


def until_known(api: Api, path: str, body: Any, key: str) -> Answer:
    """Send a request as a careful client does: again, with the same key, until the outcome is known."""
    for _ in range(TRIES_MAX):
        answer = api.post(path, body, **{"Idempotency-Key": key})
        if answer.status != 503:
            return answer
    raise AssertionError(f"{path} was still unknown after {TRIES_MAX} tries")


def buy_any(port: int, event: str, seats: list[str], buyers: list[tuple[str, str, str]]) -> list[tuple[str, int, Any]]:
    """Let each buyer (user, session, first seat) try one seat; give user, status and body."""
    api = api_on(port)
    results = []
    for user, session, seat in buyers:
        assert seat in seats
        body = {"event_id": event, "user_id": user, "session_id": session, "seat_id": seat}
        answer = until_known(api, "/tickets/purchase", body, f"buy-{user}")
        results.append((user, answer.status, answer.json))
    return results


def join_all(port: int, event: str, users: list[str]) -> list[tuple[str, int, str]]:
    """Join with each user, then again; give user, the first status and the session, which must not change."""
    api = api_on(port)
    results = []
    for user in users:
        first = api.post("/queue/join", {"event_id": event, "user_id": user})
        again = api.post("/queue/join", {"event_id": event, "user_id": user})
        assert (again.status, again.json["session_id"]) == (200, first.json["session_id"])
        results.append((user, first.status, first.json["session_id"]))
    return results


def come_and_go(port: int, event: str, users: list[str]) -> int:
    """Join with each user and leave again at once, whether waiting or active."""
    api = api_on(port)
    for user in users:
        session = api.post("/queue/join", {"event_id": event, "user_id": user}).json["session_id"]
        assert api.post("/queue/leave", {"session_id": session}).status == 200
    return len(users)


def drain_raw(port: int, event: str, times: int) -> int:
    """Drain one event again and again without the lease."""
    api_on(port)
    store = connect(Settings(redis_host="127.0.0.1", redis_port=port))
    for _ in range(times):
        run(store, call("drain", code_of(event), event, 500))
    return times


def drain_handler(port: int, times: int) -> int:
    """Run the scheduled function again and again, one tick each."""
    api = api_on(port)
    for _ in range(times):
        api.schedule("drain")
    return times
