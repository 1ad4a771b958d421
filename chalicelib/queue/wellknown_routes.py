"""What other shops read to check an admission token."""

from __future__ import annotations

from typing import Literal

from chalicelib.fields import Answer
from chalicelib.http.auth import Access
from chalicelib.http.route import Reply, Request, Routes
from chalicelib.queue import admission_token

routes = Routes()


class Jwk(Answer):
    """The public half of a key (RFC 8037); its kid is its thumbprint (RFC 7638)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    use: Literal["sig"]
    alg: Literal["EdDSA"]


class JwkSet(Answer):
    """Every key by which an admission token may be signed now; the first signs."""

    keys: list[Jwk]


@routes.add(
    "GET",
    "/.well-known/jwks.json",
    access=Access.PUBLIC,
    summary="Read the public keys of the admission tokens",
    answers={200: JwkSet},
)
def jwks(request: Request) -> Reply:
    """Answer from the settings alone: this needs no Redis."""
    published = admission_token.public_keys(request.house.settings.admission_keys)
    return Reply(JwkSet.model_validate(published), headers={"Cache-Control": "public, max-age=300"})
