"""Whether the service can serve, and if not, why."""

from __future__ import annotations

from typing import Any, Literal

from chalicelib import __version__
from chalicelib.durability import POLICY, fsyncs_always
from chalicelib.errors import DomainError
from chalicelib.fields import Answer
from chalicelib.http.auth import Access
from chalicelib.http.route import PREFIX, Reply, Request, Routes
from chalicelib.settings import Durability
from chalicelib.store import Store

State = Literal["ok", "unreachable", "evicting", "read_only", "not_persistent"]

routes = Routes()


class Health(Answer):
    """Green only when Redis answers, takes writes and will not throw sales away."""

    status: Literal["ok", "unavailable"]
    redis: State
    durability: Durability
    reason: str | None
    version: str


def health(request: Request) -> Reply:
    """Answer 200 when the service can serve, else 503 and the reason."""
    house = request.house
    level = house.settings.durability
    try:
        state, reason = _state_of(house.store, level)
    except DomainError:
        state, reason = "unreachable", "Redis does not answer."
    answer = Health(
        status="unavailable" if reason else "ok", redis=state, durability=level, reason=reason, version=__version__
    )
    return Reply(answer, 503, {"Retry-After": "5"}) if reason else Reply(answer)


def _state_of(store: Store, level: Durability) -> tuple[State, str | None]:
    """Judge what the server tells of itself; what a managed one keeps to itself is not held against it.

    But for the level that was asked for: whether a write reaches the disk must be known. Raises ``redis_unavailable``.
    """
    told = _told(store)
    policy = str(told.get("maxmemory_policy"))
    if policy.startswith("allkeys-"):
        return "evicting", f"Redis may evict sales: maxmemory-policy is {policy}, it must be noeviction."
    # A replica is a member like others in a cluster, whose client sends writes elsewhere.
    if told.get("role") == "slave" and told.get("slave_read_only") != 0 and not store.is_cluster:
        return "read_only", "Redis is a read-only replica: REDIS_ADDR must name the primary."
    if level == "fsync" and not fsyncs_always(_answer(store, *POLICY)):
        return "not_persistent", "DURABILITY is fsync, and Redis does not say appendonly yes, appendfsync always."
    return "ok", None


def _told(store: Store) -> dict[str, Any]:
    store.command("PING")
    info = _answer(store, "INFO")
    if isinstance(info, dict) and isinstance(next(iter(info.values()), None), dict):
        info = next(iter(info.values()))  # a cluster answers for a server each
    return info if isinstance(info, dict) else {}


def _answer(store: Store, *words: str | int) -> Any:
    try:
        return store.command(*words)
    except Exception:  # noqa: BLE001 - a server that serves, but may not or cannot tell
        return None


for _path in ("/health", f"{PREFIX}/health"):
    routes.add(
        "GET",
        _path,
        access=Access.PUBLIC,
        summary="Tell whether the service can serve",
        answers={200: Health, 503: Health},
    )(health)
