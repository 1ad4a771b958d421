"""The keys of the provider: when they are asked for, and what is good while they cannot be had."""

from __future__ import annotations

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chalicelib.errors import DomainError
from chalicelib.http.jwks import AGAIN_S, FRESH_S, KeySet


class _Provider:
    """Keys by name, a clock, and how often somebody asked."""

    def __init__(self, *names: str) -> None:
        self.names, self.now_s, self.asked = list(names), 1_000.0, 0
        self.broken: Any = None
        self.keys = KeySet(self.fetch, lambda: self.now_s)

    def fetch(self) -> Any:
        self.asked += 1
        if isinstance(self.broken, Exception):
            raise self.broken
        return self.broken or {"keys": [_jwk(name) for name in self.names]}

    def has(self, name: Any, algorithm: str = "EdDSA") -> str | None:
        """Ask for a key; give the word of a refusal."""
        try:
            assert self.keys.key(name, algorithm).key_id == name
        except DomainError as refusal:
            return refusal.code
        return None


def _jwk(name: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(
        jwt.get_algorithm_by_name("EdDSA").to_jwk(Ed25519PrivateKey.generate().public_key())
    )
    return made | {"kid": name}


def test_keys_are_fetched_once_and_kept() -> None:
    """However many tokens come."""
    provider = _Provider("a", "b")
    assert [provider.has(name) for name in "abab"] == [None] * 4
    assert provider.asked == 1


def test_keys_are_fetched_again_when_they_are_old() -> None:
    """A key that was withdrawn is good for so long, and no longer."""
    provider = _Provider("a", "b")
    assert provider.has("a") is None
    provider.names = ["b"]
    provider.now_s += FRESH_S
    assert provider.has("a") is None
    provider.now_s += 1
    assert [provider.has("a"), provider.has("b")] == ["token_invalid", None]


def test_a_new_key_is_asked_for() -> None:
    """By its first token; but not more often than once in a while, whoever makes names up."""
    provider = _Provider("a")
    assert provider.has("a") is None
    provider.names = ["a", "new"]
    assert provider.has("new") == "token_invalid"
    provider.now_s += AGAIN_S
    assert [provider.has("new"), provider.asked] == [None, 2]
    assert [provider.has(str(n)) for n in range(50)] == ["token_invalid"] * 50
    assert provider.asked == 2


@pytest.mark.parametrize("broken", [OSError("away"), ValueError("no JSON"), {"keys": []}, ["x"], {"keys": "x"}, "x"])
def test_while_the_provider_is_broken_its_last_keys_are_good(broken: Any) -> None:
    """And who never had any is not called a liar: it is 503 until they can be had."""
    provider = _Provider("a")
    assert provider.has("a") is None
    provider.broken = broken
    provider.now_s += FRESH_S + 1
    assert provider.has("a") is None
    fresh = _Provider("a")
    fresh.broken = broken
    assert fresh.has("a") == "keys_unavailable"
    fresh.broken = None
    fresh.now_s += AGAIN_S
    assert fresh.has("a") is None


@pytest.mark.parametrize("kid", [None, 7, ["a"], {}, "b", ""])
def test_a_name_that_is_none_finds_nothing(kid: Any) -> None:
    """Whatever stands in the head of a token: it is the sender's choice."""
    provider = _Provider("a")
    assert provider.has("a") is None
    assert provider.has(kid) == "token_invalid"
    assert provider.has("a", "ES256") == "token_invalid"
