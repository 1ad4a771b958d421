"""The admission token: by it another shop knows, without asking us, whose turn it is and until when.

A key is an Ed25519 seed, written as ADMISSION_KEYS has it. The first of several signs, all are published. Nothing here
reads a clock.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.settings import ADMISSION_KEY

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# jwt and cryptography are imported where they are used: they take 50 ms, and a cold start that signs nothing (a drain,
# a purchase, a service without keys) must not pay for them.

ISSUER = "ticketing"


class _Key(NamedTuple):
    private: Ed25519PrivateKey
    jwk: dict[str, str]


def sign(keys: tuple[str, ...], *, event_id: str, user_id: str, now_ms: int, deadline_ms: int) -> str | None:
    """Sign that it is this person's turn in this event until the deadline, never later; None without keys."""
    if not keys:
        return None
    import jwt  # noqa: PLC0415 - see above

    key = _key(keys[0])
    claims = {"iss": ISSUER, "aud": event_id, "sub": user_id, "iat": now_ms // 1000, "exp": deadline_ms // 1000}
    return jwt.encode(claims, key.private, algorithm=key.jwk["alg"], headers={"kid": key.jwk["kid"]})


def public_keys(keys: tuple[str, ...]) -> dict[str, list[dict[str, str]]]:
    """Give the JWK Set (RFC 7517) of the public halves, in the order of the keys; without keys it is empty."""
    return {"keys": [dict(_key(key).jwk) for key in keys]}


@cache
def _key(text: str) -> _Key:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - see above

    if ADMISSION_KEY.fullmatch(text) is None:
        raise ValueError("each of ADMISSION_KEYS must be 32 bytes in base64url without padding")
    private = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(text + "="))
    x = _base64url(private.public_key().public_bytes_raw())
    # RFC 7638 hashes exactly this text: the members that make the key, by name, without white space.
    kid = _base64url(hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()).digest())
    return _Key(private, {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "use": "sig", "alg": "EdDSA"})


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
