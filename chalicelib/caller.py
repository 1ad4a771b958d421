"""Who asks: what the rules of the sale need to know of a token.

In open mode everybody is ``EVERYBODY`` and may act for anybody. Else a caller acts for one person, and who brought no
token is ``NOBODY``: a name that no person can have, so nothing in Redis is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib import ids
from chalicelib.errors import DomainError, InvalidRequest


@dataclass(frozen=True)
class Caller:
    """A person, as the scripts know them, and how many requests a minute they may make (0: any number)."""

    user_id: str
    is_organiser: bool = False
    requests_per_minute: int = 0

    @property
    def is_known(self) -> bool:
        """Whether there are persons at all; not in open mode."""
        return bool(self.user_id)

    def person(self, named: str | None) -> str | None:
        """Give the person a request is about: the caller, or in open mode whom it names. Raises identity_mismatch."""
        if not self.is_known:
            return named
        if named not in {None, self.user_id}:
            raise DomainError("identity_mismatch")
        return self.user_id

    def buyer(self, named: str | None) -> str:
        """Give the person who joins or buys; in open mode the request must name one."""
        person = self.person(named)
        if person is None:
            raise InvalidRequest([("user_id", "must be given")])
        return person

    def check_session(self, session_id: str) -> None:
        """Refuse a session id that a client chose: with tokens only we choose them, and nobody can plant one."""
        if self.is_known and not ids.is_ours(session_id):
            raise DomainError("invalid_id", "session_id must be one that this service gave.")


EVERYBODY = Caller("")
NOBODY = Caller("*")
