"""Who asks: the one place where a bearer token becomes a caller, for every route.

A token is one of two kinds, and its algorithm says which; no key is ever tried with the algorithm of the other kind.

* ours: HS256 with one of AUTH_KEYS, issued by and for ``ticketing``: guests, organisers of a small installation, and
  what a shop signs that shares the key;
* the identity provider's: RS256, ES256 or EdDSA with a key of AUTH_JWKS_URL, from AUTH_ISSUER for AUTH_AUDIENCE.

The time of a token is judged by this machine's clock, give or take AUTH_LEEWAY_SECONDS. It decides nothing of the sale.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from chalicelib import ids
from chalicelib.caller import EVERYBODY, NOBODY, Caller
from chalicelib.errors import DomainError
from chalicelib.http import jwks
from chalicelib.settings import OUR_ISSUER, Settings

# jwt and cryptography are imported where they are used: in open mode nobody pays 50 ms of a cold start for them.

ISSUER: Final = OUR_ISSUER
ORGANISER: Final = "organiser"
TOKEN_CHARACTERS_MAX: Final = 4096
_SYMMETRIC: Final = "HS256"
_ASYMMETRIC: Final = ("RS256", "ES256", "EdDSA")
_REQUIRED: Final = ["exp", "sub", "iss", "aud"]


class Access(Enum):
    """Who may use a route; what is a buyer's own, the scripts know."""

    PUBLIC = "anybody, without a token"
    BUYER = "a person, for what is theirs"
    ORGANISER = "an organiser, for events of theirs"


_OF_TOKENS: Final = ("token_missing", "token_invalid", "token_expired", "keys_unavailable", "too_many_requests")
REFUSALS: Final[dict[Access, tuple[str, ...]]] = {
    Access.PUBLIC: (),
    Access.BUYER: _OF_TOKENS,
    Access.ORGANISER: (*_OF_TOKENS, "organiser_required"),
}
"""What a route refuses with because of its access, beside what it names itself."""


def authenticate(access: Access, headers: Mapping[str, str], settings: Settings) -> Caller:
    """Give who asks, or refuse: 401 without a token that is good now, 403 when an organiser is wanted.

    In open mode that is ``EVERYBODY``; on a public route ``NOBODY``, whatever token comes along.
    """
    if settings.auth_mode == "open":
        return EVERYBODY
    if access is Access.PUBLIC:
        return NOBODY
    claims = verify(bearer(headers), settings)
    is_organiser = _has_role(claims, ORGANISER)
    if access is Access.ORGANISER and not is_organiser:
        raise DomainError("organiser_required")
    return Caller(user_id_of(claims), is_organiser, settings.requests_per_minute)


def bearer(headers: Mapping[str, str]) -> str:
    """Give the token of the Authorization header; raises ``token_missing``."""
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise DomainError("token_missing")
    return token.strip()


def verify(token: str, settings: Settings) -> dict[str, Any]:
    """Give the claims of a token that is good now; raises token_invalid, token_expired or keys_unavailable."""
    import jwt  # noqa: PLC0415 - see above

    if len(token) > TOKEN_CHARACTERS_MAX:
        raise DomainError("token_invalid")
    # What a claim can be is the sender's choice: 1e400 is an OverflowError, NaN a ValueError, a list a TypeError.
    try:
        header = jwt.get_unverified_header(token)
        return _verified(token, header.get("alg"), header.get("kid"), settings)
    except jwt.ExpiredSignatureError:
        raise DomainError("token_expired") from None
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
        raise DomainError("token_invalid") from None


def issue(settings: Settings, user_id: str, lifetime_s: int, role: str | None = None) -> tuple[str, int]:
    """Sign a token of our own; gives it and when it ends, in seconds since 1970."""
    import jwt  # noqa: PLC0415 - see above

    now_s = int(time.time())
    claims = {"iss": ISSUER, "aud": ISSUER, "sub": user_id, "iat": now_s, "exp": now_s + lifetime_s}
    signed = jwt.encode(claims | ({"role": role} if role else {}), settings.auth_keys[0], algorithm=_SYMMETRIC)
    return signed, claims["exp"]  # type: ignore[return-value]  # a number among texts


def user_id_of(claims: Mapping[str, Any]) -> str:
    """Give the id by which the service knows the subject of a token.

    That is ``sub`` itself where it has the form of a user id. What has not, and what another issuer begins with ``~``,
    is ``~`` and the base64url of its SHA-256: no two subjects meet, and nobody else can name a guest of ours.
    """
    subject = claims["sub"]
    if ids.is_name(subject) and (claims["iss"] == ISSUER or not subject.startswith("~")):
        return str(subject)
    digest = hashlib.sha256(subject.encode()).digest()
    return "~" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _verified(token: str, algorithm: Any, kid: Any, settings: Settings) -> dict[str, Any]:
    import jwt  # noqa: PLC0415 - see above

    if algorithm == _SYMMETRIC:
        candidates: list[Any] = list(settings.auth_keys)
        issuer = audience = ISSUER
    elif algorithm in _ASYMMETRIC and settings.auth_jwks_url:
        candidates = [jwks.key(settings.auth_jwks_url, kid, algorithm)]
        issuer, audience = settings.auth_issuer, settings.auth_audience
    else:
        raise DomainError("token_invalid")
    for candidate in candidates:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                candidate,
                algorithms=[algorithm],
                issuer=issuer,
                audience=audience,
                leeway=settings.auth_leeway_seconds,
                options={"require": _REQUIRED},
            )
        except jwt.InvalidSignatureError:
            continue  # signed with a key before or after this one
        if not claims["sub"].encode():  # raises what half a surrogate pair deserves
            break
        return claims
    raise DomainError("token_invalid")


def _has_role(claims: Mapping[str, Any], role: str) -> bool:
    scope = claims.get("scope")
    return claims.get("role") == role or (isinstance(scope, str) and role in scope.split())
