"""Whether the service can serve, and if not, why."""

from __future__ import annotations

from typing import Any, Literal

from chalicelib import __version__
from chalicelib.errors import DomainError
from chalicelib.fields import Answer
from chalicelib.http.auth import Access
from chalicelib.http.route import PREFIX, Reply, Request, Routes
from chalicelib.store import Store

routes = Routes()


class Health(Answer):
    """Green only when Redis answers and will not throw sales away."""

    status: Literal["ok", "unavailable"]
    redis: Literal["ok", "unreachable", "evicting"]
    reason: str | None
    version: str


def health(request: Request) -> Reply:
    """Answer 200 when the service can serve, else 503 and the reason."""
    try:
        policy = eviction_policy(request.house.store)
    except DomainError:
        return _red("unreachable", "Redis does not answer.")
    if policy.startswith("allkeys-"):
        return _red("evicting", f"Redis may evict sales: maxmemory-policy is {policy}, it must be noeviction.")
    return Reply(Health(status="ok", redis="ok", reason=None, version=__version__))


def eviction_policy(store: Store) -> str:
    """Give the eviction policy, or "unknown" where the server does not tell; raises ``redis_unavailable``."""
    store.command("PING")
    try:
        info: Any = store.command("INFO", "memory")
    except DomainError:
        raise
    except Exception:  # noqa: BLE001 - a server that serves but does not tell is not red
        return "unknown"
    if isinstance(info, dict) and "maxmemory_policy" not in info:
        info = next(iter(info.values()), {})  # a cluster answers for a server each
    return str(info.get("maxmemory_policy", "unknown")) if isinstance(info, dict) else "unknown"


def _red(redis: Literal["unreachable", "evicting"], reason: str) -> Reply:
    answer = Health(status="unavailable", redis=redis, reason=reason, version=__version__)
    return Reply(answer, 503, {"Retry-After": "5"})


for _path in ("/health", f"{PREFIX}/health"):
    routes.add(
        "GET",
        _path,
        access=Access.PUBLIC,
        summary="Tell whether the service can serve",
        answers={200: Health, 503: Health},
    )(health)
