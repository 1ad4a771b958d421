"""People with tokens: each talks to the service as themselves, once it wants to know who asks."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import jwt

from chalicelib.http.auth import ISSUER, ORGANISER
from chalicelib.runtime import Runtime, install
from tests.support.api import Answer, Api

AUTH_KEY = "the key of every token in these tests"
TICKET_KEY = "the key of every ticket in these tests"


class Person(Api):
    """The service as one person sees it: their token goes along with every request that brings none."""

    def __init__(self, user_id: str, role: str | None = None) -> None:
        """Give this person a token for an hour."""
        self.user_id = user_id
        self.token = token(sub=user_id, role=role)

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send a request with the token."""
        return super().call(method, path, body, {"Authorization": f"Bearer {self.token}"} | (headers or {}))


def organiser(user_id: str = "olga") -> Person:
    """Give an organiser."""
    return Person(user_id, ORGANISER)


def token(key: Any = AUTH_KEY, algorithm: str = "HS256", headers: dict[str, Any] | None = None, **claims: Any) -> str:
    """Sign a token of the service's own, good for an hour; claims replace those it would have, None leaves one out."""
    now_s = int(time.time())
    common = {"iss": ISSUER, "aud": ISSUER, "sub": "ada", "iat": now_s, "exp": now_s + 3600}
    wanted = {name: value for name, value in (common | claims).items() if value is not None}
    return jwt.encode(wanted, key, algorithm=algorithm, headers=headers)


def want_tokens(house: Runtime, **settings: Any) -> Runtime:
    """Have the service ask everybody for a token, as it does outside a laptop."""
    wanted: dict[str, Any] = {"auth_mode": "jwt", "requests_per_minute": 1_000_000} | settings
    return install(replace(house, settings=replace(house.settings, **wanted)))
