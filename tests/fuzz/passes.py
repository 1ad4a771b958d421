"""The ways in which the service is met: what it is told by its settings, and whose token the cases bring."""

from __future__ import annotations

import time
from dataclasses import dataclass

import jwt

from chalicelib.settings import Settings

ORGANISER = "olga"
_DRAW_KEY = "the key of the draws of a fuzzed sale"
_ROUND_S = 86_400


@dataclass(frozen=True)
class Pass:
    """One way to meet the service; with a key its callers bring tokens signed with that."""

    name: str
    settings: Settings
    unused_checks: tuple[str, ...] = ()
    key: str = ""
    caller: str = ""

    def headers(self, user: str) -> dict[str, str]:
        """Give the headers that say that this person asks; nobody, or an open service, none."""
        return {"Authorization": f"Bearer {self._token(user)}"} if self.key and user else {}

    def _token(self, user: str) -> str:
        claims = {"iss": "ticketing", "aud": "ticketing", "sub": user, "exp": int(time.time()) + _ROUND_S}
        role = {"role": "organiser"} if user == ORGANISER else {}
        return jwt.encode(claims | role, self.key, algorithm="HS256")


OPEN = Pass("open", Settings(draw_key=_DRAW_KEY), unused_checks=("ignored_auth",))
"""Nobody is asked for a token, so `ignored_auth` would find just that."""

PASSES = (OPEN,)
