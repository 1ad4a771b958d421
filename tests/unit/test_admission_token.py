"""The admission token: what it says, by which key, and that nothing but a good one passes."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.queue.admission_token import public_keys, sign
from tests.support.sale import UNKNOWN as EVENT

# RFC 8037, appendix A: a private key, its public key, and the thumbprint of that.
RFC_KEY = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
RFC_X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
RFC_KID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"

OLD, NEW, FOREIGN = (secrets.token_urlsafe(32) for _ in range(3))
NOW_MS = 2_000_000_000_999
DEADLINE_MS = 2_000_000_900_001


def signed(*keys: str, now_ms: int = NOW_MS, deadline_ms: int = DEADLINE_MS) -> str:
    """Sign for ada with the first of these keys."""
    token = sign(keys, event_id=EVENT, user_id="ada", now_ms=now_ms, deadline_ms=deadline_ms)
    assert token
    return token


def checked(token: str, *keys: str, event: str = EVENT) -> dict[str, Any]:
    """Read a token as another shop does, which has only what is published; its time does not matter here."""
    published = {key["kid"]: key for key in public_keys(keys)["keys"]}
    key = jwt.PyJWK(published[jwt.get_unverified_header(token)["kid"]])
    options: Any = {"verify_exp": False, "verify_iat": False}
    claims: dict[str, Any] = jwt.decode(
        token, key, algorithms=["EdDSA"], audience=event, issuer="ticketing", options=options
    )
    return claims


def test_without_keys_nothing_is_signed_and_nothing_published() -> None:
    """The status has no token then, and the set of keys is there and empty."""
    assert sign((), event_id=EVENT, user_id="ada", now_ms=NOW_MS, deadline_ms=DEADLINE_MS) is None
    assert public_keys(()) == {"keys": []}


def test_it_says_who_may_buy_where_and_until_when() -> None:
    """And nothing else; instants are whole seconds, cut."""
    assert checked(signed(NEW), NEW) == {
        "iss": "ticketing",
        "aud": EVENT,
        "sub": "ada",
        "iat": 2_000_000_000,
        "exp": 2_000_000_900,
    }


@settings(deadline=None)
@given(st.integers(0, 2**42), st.integers(-1_000, 86_400_000))
def test_it_never_outlives_the_session(now_ms: int, left_ms: int) -> None:
    """And ends less than a second before it."""
    claims = checked(signed(NEW, now_ms=now_ms, deadline_ms=now_ms + left_ms), NEW)
    assert now_ms + left_ms - 1_000 < claims["exp"] * 1_000 <= now_ms + left_ms
    assert now_ms - 1_000 < claims["iat"] * 1_000 <= now_ms


def test_the_first_key_signs_and_says_so() -> None:
    """The header has the algorithm, the type and the key's id."""
    first, second = public_keys((NEW, OLD))["keys"]
    assert jwt.get_unverified_header(signed(NEW, OLD)) == {"alg": "EdDSA", "kid": first["kid"], "typ": "JWT"}
    assert jwt.get_unverified_header(signed(OLD, NEW))["kid"] == second["kid"]


def test_a_token_of_the_old_key_is_good_until_that_is_dropped() -> None:
    """Rotation: a new key in front refuses nobody."""
    token = signed(OLD)
    assert checked(token, OLD) == checked(token, NEW, OLD)
    with pytest.raises(KeyError):
        checked(token, NEW)


def test_the_key_of_the_rfc_has_the_public_key_and_the_thumbprint_of_the_rfc() -> None:
    """RFC 8037, appendices A.1 to A.3; so the text of a key is what everybody else calls d."""
    assert public_keys((RFC_KEY,)) == {
        "keys": [{"kty": "OKP", "crv": "Ed25519", "x": RFC_X, "kid": RFC_KID, "use": "sig", "alg": "EdDSA"}]
    }


@pytest.mark.parametrize("key", [OLD, NEW, FOREIGN])
def test_a_kid_is_the_thumbprint_of_its_public_key(key: str) -> None:
    """RFC 7638, by hand: SHA-256 of the required members in the order of their names, without white space."""
    (published,) = public_keys((key,))["keys"]
    required = json.dumps({name: published[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    digest = base64.urlsafe_b64encode(hashlib.sha256(required.encode()).digest())
    assert published["kid"] + "=" == digest.decode()


def test_nothing_private_is_published() -> None:
    """Neither the seed nor a member that could hold one, and a reader cannot change what the next one gets."""
    published = public_keys((NEW, OLD))
    assert NEW not in str(published)
    assert all(set(key) == {"kty", "crv", "x", "kid", "use", "alg"} for key in published["keys"])
    published["keys"][0]["x"] = "changed"
    assert public_keys((NEW, OLD))["keys"][0]["x"] != "changed"


def test_it_is_for_one_event() -> None:
    """The turn in one event opens no other."""
    with pytest.raises(jwt.InvalidAudienceError):
        checked(signed(NEW), NEW, event=EVENT[:-1] + "0")


def test_another_signature_or_none_does_not_pass() -> None:
    """Not that of a foreign key under our kid, not the algorithm "none", not a MAC whose secret is our public key."""
    (ours,) = public_keys((NEW,))["keys"]
    claims, header = checked(signed(NEW), NEW), {"kid": ours["kid"]}
    head, _, _ = signed(NEW).split(".")
    _, body, foreign = signed(FOREIGN).split(".")
    with pytest.raises(jwt.InvalidSignatureError):
        checked(f"{head}.{body}.{foreign}", NEW)
    for forged in (
        jwt.encode(claims, None, algorithm="none", headers=header),  # type: ignore[arg-type]  # none has no key
        jwt.encode(claims, ours["x"], algorithm="HS256", headers=header),
    ):
        with pytest.raises(jwt.InvalidAlgorithmError):
            checked(forged, NEW)


def test_no_byte_of_the_claims_or_the_signature_can_be_changed() -> None:
    """Each in turn, by its lowest bit."""
    token = signed(NEW)
    parts = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split(".")]
    for number, place in [(1, place) for place in range(len(parts[1]))] + [(2, place) for place in range(64)]:
        bad = bytearray(parts[number])
        bad[place] ^= 1
        texts = token.split(".")
        texts[number] = base64.urlsafe_b64encode(bad).rstrip(b"=").decode()
        with pytest.raises(jwt.InvalidTokenError):
            checked(".".join(texts), NEW)


@pytest.mark.parametrize("bad", ["", "short", NEW[1:], NEW + "A", NEW + "=", "+" + NEW[1:], " " + NEW[1:], NEW + "\n"])
def test_a_bad_key_is_refused_without_showing_it(bad: str) -> None:
    """Also where the settings were not read from the environment."""
    for use in (lambda: public_keys((NEW, bad)), lambda: signed(bad)):
        with pytest.raises(ValueError, match="ADMISSION_KEYS") as caught:
            use()
        assert not bad or bad.strip() not in str(caught.value)
