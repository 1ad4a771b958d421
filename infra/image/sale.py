"""A stage for the functions of the image: settings as on Lambda, people with tokens, and a request of a buyer's."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from chalicelib.http import auth
from chalicelib.settings import Settings
from infra import lambda_events
from infra.image.engine import ImageError
from infra.runtime_api import Function

_HOUR_S = 3_600
_EVENT = {
    "name": "Concert",
    "total_tickets": 10,
    "start_time": "2090-12-25T20:00:00Z",
    "end_time": "2090-12-25T23:00:00Z",
}


@dataclass(frozen=True)
class Stage:
    """A Redis to use, and the key that signs everybody's token; nobody asks too much here."""

    redis_addr: str
    auth_key: str = secrets.token_hex(32)

    @property
    def environ(self) -> dict[str, str]:
        """The settings of every function."""
        return {
            "REDIS_ADDR": self.redis_addr,
            "AUTH_MODE": "jwt",
            "AUTH_KEYS": self.auth_key,
            "REQUESTS_PER_MINUTE": "1000000",
        }

    def new_event(self, function: Function) -> str:
        """Have an organiser create an event, and give its id."""
        request = self._post("/api/v1/events", _EVENT, "olga", auth.ORGANISER)
        return str(answered(function.invoke(request), 201)["id"])

    def join(self, event_id: str) -> dict[str, Any]:
        """Give the request of a buyer who joins: a token, a body, one round trip. A repeat has the same answer."""
        return self._post("/api/v1/queue/join", {"event_id": event_id, "user_id": "ada"}, "ada")

    def _post(self, path: str, body: dict[str, Any], user_id: str, role: str | None = None) -> dict[str, Any]:
        token, _ = auth.issue(Settings(auth_keys=(self.auth_key,)), user_id, _HOUR_S, role)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        return lambda_events.request("POST", path, headers=headers, body=json.dumps(body))


def answered(answer: dict[str, Any], *statuses: int) -> dict[str, Any]:
    """Give the body of an answer that must have one of these statuses. Raises ImageError with what it says."""
    if answer["statusCode"] not in statuses:
        raise ImageError(f"the answer is {answer['statusCode']}: {answer['body']}")
    body: dict[str, Any] = json.loads(answer["body"])
    return body
