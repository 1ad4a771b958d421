"""Guests: a signed identity for who has no account, so that a sale needs no account system."""

from __future__ import annotations

import re

from chalicelib.errors import DomainError
from chalicelib.fields import Answer, Instant, Strict
from chalicelib.http import auth
from chalicelib.http.auth import Access
from chalicelib.http.route import PREFIX, Reply, Request, Routes

LIFETIME_S = 90 * 86_400
_BITS = 128
_GUEST = re.compile(rf"~guest-[0-9a-f]{{{_BITS // 4}}}")

routes = Routes()


class Guest(Answer):
    """A guest's identity; whoever has the token is this guest, so it belongs in no address and no log."""

    user_id: str
    token: str
    expires_at: Instant


class GuestWish(Strict):
    """A body that says nothing."""


@routes.add(
    "POST",
    f"{PREFIX}/guests",
    access=Access.PUBLIC,
    summary="Get a guest's identity, or with a guest's token the same one for longer",
    body=GuestWish,
    body_optional=True,
    answers={201: Guest},
    refusals=("guests_not_offered", "token_missing", "token_invalid", "token_expired", "keys_unavailable"),
)
def create_guest(request: Request) -> Reply:
    """Answer from the settings alone: a guest is not stored anywhere until they join."""
    settings = request.house.settings
    if not settings.auth_keys:
        raise DomainError("guests_not_offered")
    user_id = _known_guest(request) or f"~guest-{request.house.ids.randbits(_BITS):0{_BITS // 4}x}"
    token, expires_s = auth.issue(settings, user_id, LIFETIME_S)
    return Reply(Guest(user_id=user_id, token=token, expires_at=expires_s * 1000), 201)


def _known_guest(request: Request) -> str | None:
    if "authorization" not in request.headers:
        return None
    claims = auth.verify(auth.bearer(request.headers), request.house.settings)
    if claims["iss"] != auth.ISSUER or not _GUEST.fullmatch(claims["sub"]):
        raise DomainError("token_invalid")
    return str(claims["sub"])
