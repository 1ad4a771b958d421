"""Tokens of an identity provider: checked with the keys it publishes, which are kept, and asked for with restraint."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.runtime import Runtime
from tests.http.tokens import ask, assert_refused, claims_of, unsigned
from tests.support.people import AUTH_KEY, Person, organiser, token, want_tokens
from tests.support.provider import Provider
from tests.support.sale import new_event


@pytest.fixture
def provider() -> Iterator[Provider]:
    """An identity provider with one key of each kind."""
    with Provider() as running:
        yield running


@pytest.fixture
def provided(house: Runtime, provider: Provider) -> Runtime:
    """The service with an identity provider, and a key of its own beside it."""
    return want_tokens(house, **provider.settings)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_a_token_of_the_provider_is_taken(provided: Runtime, provider: Provider, algorithm: str) -> None:
    """Of each kind of key; and it is one person on every route."""
    assert provided
    assert ask(f"Bearer {provider.token(algorithm)}").status == 200
    assert_refused(ask(f"Bearer {provider.token(algorithm, aud='another')}"))
    assert_refused(ask(f"Bearer {provider.token(algorithm, iss='ticketing', aud='ticketing')}"))


def test_the_algorithm_says_whose_key_it_is(provided: Runtime, provider: Provider) -> None:
    """A public key is public: what it signs as if it were a secret is no token. Neither do kinds of keys mix."""
    assert provided
    public = provider.private["RS256"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    claims = claims_of(provider.token("RS256"))
    body = unsigned({"alg": "HS256", "kid": "RS256"}, claims).rsplit(".", 1)[0]
    forged = base64.urlsafe_b64encode(hmac.new(public, body.encode(), hashlib.sha256).digest()).rstrip(b"=").decode()
    assert_refused(ask(f"Bearer {body}.{forged}"))
    assert_refused(ask(f"Bearer {provider.token('ES256', kid='RS256')}"))
    assert_refused(ask(f"Bearer {provider.token('RS256', kid='ES256')}"))
    assert_refused(ask(f"Bearer {token(key=AUTH_KEY, iss='https://id.example/', aud='tickets')}"))


def test_a_key_that_the_provider_never_published_is_refused(provided: Runtime) -> None:
    """Under a name of its own, under the name of another, without a name, and brought along in the token itself."""
    assert provided
    strangers: dict[str, Any] = {
        "RS256": rsa.generate_private_key(65537, 2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }
    for algorithm, key in strangers.items():
        jwk = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key()))
        claims = {"iss": "https://id.example/", "aud": "tickets"}
        for headers in ({"kid": "new"}, {"kid": algorithm}, {}, {"jwk": jwk, "kid": algorithm}, {"jku": "http://x/"}):
            assert_refused(ask(f"Bearer {token(key, algorithm, headers, **claims)}"))


def test_keys_that_are_known_stay_good(provided: Runtime, provider: Provider) -> None:
    """Those that are known are not asked for again and again, and stay good while the provider is away."""
    assert provided
    assert ask(f"Bearer {provider.token('EdDSA')}").status == 200
    asked = provider.asked
    assert [ask(f"Bearer {provider.token('EdDSA')}").status for _ in range(5)] == [200] * 5
    assert provider.asked == asked
    old = provider.token("EdDSA")
    provider.stop()
    assert ask(f"Bearer {old}").status == 200


def test_nobody_can_make_us_ask_the_provider_again_and_again(provided: Runtime, provider: Provider) -> None:
    """Tokens with names of keys that are made up cost one question in a while."""
    assert provided
    for number in range(20):
        assert_refused(ask(f"Bearer {provider.token('EdDSA', kid=str(number))}"))
    assert provider.asked == 1


def test_while_no_keys_can_be_had_nobody_is_called_a_liar(house: Runtime, provider: Provider) -> None:
    """503, to be tried again; our own tokens need no provider."""
    want_tokens(house, **provider.settings)
    provider.stop()
    answer = ask(f"Bearer {provider.token('RS256')}")
    assert (answer.status, answer.code, answer.json["outcome"]) == (503, "keys_unavailable", "none")
    assert ask(f"Bearer {token()}").status == 200


@pytest.mark.parametrize(
    ("subject", "user_id"),
    [
        ("ada@example.com|x", "ada@example.com|x"),
        ("auth0 ada", "~"),
        ("ada,past", "~"),
        ("\u2603", "~"),
        ("..", "~"),
        ("x" * 129, "~"),
        ("~guest-" + "0" * 32, "~"),
        ("*", "~"),
    ],
)
def test_a_subject_is_a_user_id_or_its_digest(
    provided: Runtime, provider: Provider, subject: str, user_id: str
) -> None:
    """What has not the form of one, or could be taken for a guest of ours, is ``~`` and its SHA-256 in base64url."""
    assert provided
    event = new_event(organiser())
    person = Person("")
    person.token = provider.token("EdDSA", sub=subject)
    joined = person.post("/queue/join", {"event_id": event})
    digest = base64.urlsafe_b64encode(hashlib.sha256(subject.encode()).digest()).rstrip(b"=").decode()
    assert joined.json["user_id"] == (user_id if user_id != "~" else f"~{digest}")


@pytest.mark.parametrize("claim", [{"role": "organiser"}, {"scope": "read organiser"}])
def test_a_role_or_a_scope_makes_an_organiser(provided: Runtime, provider: Provider, claim: dict[str, Any]) -> None:
    """Whoever issues the token; nothing that only looks like it does."""
    assert provided
    person = Person("")
    for person.token in (provider.token("RS256", **claim), token(**claim)):
        assert new_event(person)
    for wrong in (
        {},
        {"role": "Organiser"},
        {"scope": "organisers"},
        {"role": ["organiser"]},
        {"scope": ["organiser"]},
    ):
        person.token = provider.token("RS256", **wrong)
        refused = person.post("/events", {})
        assert (refused.status, refused.code) == (403, "organiser_required")
