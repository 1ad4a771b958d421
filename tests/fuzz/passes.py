"""The ways in which the service is met: what it is told by its settings, and whose token the cases bring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from chalicelib.http import auth
from chalicelib.settings import Settings
from tests.support.people import AUTH_KEY, TICKET_KEY, token

ORGANISER: Final = "olga"
BUYER: Final = "ada"
_OPEN: Final = Settings(
    draw_key="the key of the draws of a fuzzed sale", auth_keys=(AUTH_KEY,), ticket_keys=(TICKET_KEY,)
)


@dataclass(frozen=True)
class Pass:
    """One way to meet the service: its mode, and who asks; nobody brings no token, or what was drawn in its place."""

    name: str
    asked_by: str = ""
    is_open: bool = False

    @property
    def settings(self) -> Settings:
        """What the service is told; nobody asks too often here."""
        if self.is_open:
            return _OPEN
        return replace(_OPEN, auth_mode="jwt", requests_per_minute=1_000_000, events_per_organiser=1_000_000)

    @property
    def unread(self) -> frozenset[str]:
        """What of the document does not hold: an open service looks at no token."""
        return frozenset({"security", "securitySchemes"} if self.is_open else ())

    def headers(self, user: str) -> dict[str, str]:
        """Give the headers that say that this person asks."""
        if self.is_open or not user:
            return {}
        return {"Authorization": f"Bearer {token(sub=user, role=auth.ORGANISER if user == ORGANISER else None)}"}


OPEN: Final = Pass("open", is_open=True)
PASSES: Final = (OPEN, Pass("no token"), Pass("a buyer's token", BUYER), Pass("an organiser's token", ORGANISER))
