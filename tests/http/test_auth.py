"""Tokens: what is no good token is a 401 with WWW-Authenticate, whatever is wrong with it; nothing is done."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

import app
from chalicelib.http.auth import Access
from chalicelib.http.route import Route
from chalicelib.runtime import Runtime
from tests.http.good import path_of
from tests.http.stage import label
from tests.http.tokens import ask, assert_refused, claims_of, signed, unsigned
from tests.support.api import Api
from tests.support.people import AUTH_KEY, Person, organiser, token, want_tokens
from tests.support.sale import enter, new_event, nothing_changed

PROTECTED = [row for row in app.table if row.access is not Access.PUBLIC]


@pytest.fixture
def guarded(house: Runtime) -> Runtime:
    """The service outside a laptop, with a key of its own."""
    return want_tokens(house)


@pytest.mark.parametrize("row", PROTECTED, ids=label)
def test_without_a_token_nothing_is_done(guarded: Runtime, row: Route) -> None:
    """On no route that is not public; a good body does not help, and a bad one is not looked at."""
    assert guarded
    with nothing_changed():
        for bearer in (None, "", "Bearer", "Bearer ", f"Basic {token()}", token()):
            assert_refused(ask(bearer, row), "token_missing")
        assert_refused(Api().call(row.method, path_of(row), b'{"x": NaN}'), "token_missing")


@pytest.mark.parametrize("row", PROTECTED, ids=label)
def test_with_a_bad_token_nothing_is_done(guarded: Runtime, row: Route) -> None:
    """On no route either."""
    assert guarded
    with nothing_changed():
        assert_refused(ask(f"Bearer {token(key='another key, as long as it has to be')}", row))


def test_a_good_token_is_taken_in_either_case_of_the_scheme(guarded: Runtime) -> None:
    """RFC 9110: the name of a scheme has no case."""
    assert guarded
    assert [ask(f"{scheme} {token()}").status for scheme in ("Bearer", "bearer", "BEARER")] == [200] * 3


def test_no_bit_of_a_token_can_be_flipped(guarded: Runtime) -> None:
    """Each byte of the token, one bit; the last character of a part holds bits that mean nothing, and is left out."""
    assert guarded
    good = token()
    ends = {len(good) - 1, *(place - 1 for place, letter in enumerate(good) if letter == ".")}
    for place in set(range(len(good))) - ends:
        bad = good[:place] + chr(ord(good[place]) ^ 1) + good[place + 1 :]
        assert_refused(ask(f"Bearer {bad}"))


def _claims(**changed: Any) -> dict[str, Any]:
    return claims_of(token()) | changed


BAD_TOKENS: dict[str, Callable[[], str]] = {
    "alg none": lambda: unsigned({"alg": "none", "typ": "JWT"}, _claims()),
    "alg None": lambda: unsigned({"alg": "None"}, _claims()),
    "no alg": lambda: unsigned({"typ": "JWT"}, _claims()),
    "an alg that is a list": lambda: unsigned({"alg": ["HS256"]}, _claims()),
    "an empty signature": lambda: unsigned({"alg": "HS256"}, _claims()),
    "HS512 with our key": lambda: token(key=AUTH_KEY * 2, algorithm="HS512"),
    "HS384 with our key": lambda: token(algorithm="HS384", key=AUTH_KEY * 2),
    "another key": lambda: token(key="another key, as long as it has to be"),
    "an empty key": lambda: unsigned({"alg": "HS256"}, _claims(), hmac.new(b"", b"x", hashlib.sha256).digest()),
    "another issuer": lambda: token(iss="https://id.example/"),
    "no issuer": lambda: token(iss=None),
    "another audience": lambda: token(aud="another shop"),
    "no audience": lambda: token(aud=None),
    "no subject": lambda: token(sub=None),
    "an empty subject": lambda: token(sub=""),
    "a subject that is a number": lambda: signed(json.dumps(_claims(sub=7)).encode()),
    "no end": lambda: token(exp=None),
    "not yet": lambda: token(nbf=int(time.time()) + 60),
    "issued tomorrow": lambda: token(iat=int(time.time()) + 86_400),
    "an end of 1e400": lambda: signed(json.dumps(_claims(exp=7)).replace('"exp": 7', '"exp": 1e400').encode()),
    "an end of NaN": lambda: signed(json.dumps(_claims(exp=float("nan"))).encode()),
    "an end that is a text": lambda: signed(json.dumps(_claims(exp="tomorrow")).encode()),
    "an end that is a list": lambda: signed(json.dumps(_claims(exp=[9e9])).encode()),
    "claims that are no object": lambda: signed(b'["ada"]'),
    "claims 2,000 deep": lambda: signed(b'{"a":' + b"[" * 1_000 + b"]" * 1_000 + b"}"),
    "claims that are no JSON": lambda: signed(b"{"),
    "claims that are no UTF-8": lambda: signed(b'{"sub": "\xff"}'),
    "half a surrogate pair": lambda: signed(json.dumps(_claims(sub="\ud800")).encode()),
    "a critical extension": lambda: signed(json.dumps(_claims()).encode(), {"alg": "HS256", "crit": ["b64"]}),
    "two parts": lambda: token().rpartition(".")[0],
    "four parts": lambda: token() + ".x",
    "dots": lambda: "..",
    "not base64": lambda: "!!.!!.!!",
    "8 kB": lambda: token(more="x" * 8192),
}


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_what_is_no_good_token_is_refused(guarded: Runtime, name: str) -> None:
    """In the same words, so that nobody learns from them."""
    assert guarded
    with nothing_changed():
        assert_refused(ask(f"Bearer {BAD_TOKENS[name]()}"))


@pytest.mark.parametrize("end", [-1, 0, 1_000_000_000])
def test_a_token_is_over_at_its_end(guarded: Runtime, end: int) -> None:
    """Long ago, before the epoch; and a word of its own says that a new one would do."""
    assert guarded
    assert_refused(ask(f"Bearer {token(exp=end)}"), "token_expired")


def test_clocks_may_differ_by_the_leeway(house: Runtime) -> None:
    """Of seconds; a token that ended before that is over."""
    want_tokens(house, auth_leeway_seconds=30)
    now_s = int(time.time())
    assert ask(f"Bearer {token(exp=now_s - 5, nbf=now_s + 5)}").status == 200
    assert_refused(ask(f"Bearer {token(exp=now_s - 31)}"), "token_expired")
    want_tokens(house, auth_leeway_seconds=0)
    assert_refused(ask(f"Bearer {token(exp=now_s - 1)}"), "token_expired")


def test_a_key_can_be_changed_without_locking_anybody_out(house: Runtime) -> None:
    """The first of AUTH_KEYS signs, each of them is taken; without the old one its tokens are no good."""
    new = "a new key, which is long enough too"
    want_tokens(house, auth_keys=(new, AUTH_KEY))
    fresh = jwt.get_unverified_header(Api().post("/guests").json["token"])
    assert fresh["alg"] == "HS256"
    assert [ask(f"Bearer {token(key=key)}").status for key in (AUTH_KEY, new)] == [200, 200]
    want_tokens(house, auth_keys=(new,))
    assert_refused(ask(f"Bearer {token()}"))


def test_public_routes_take_no_notice_of_tokens(guarded: Runtime) -> None:
    """Not even of bad ones: there is nothing to be had by them."""
    assert guarded
    event = new_event(organiser())
    for bearer in ("Bearer x", f"Bearer {token(exp=1)}"):
        assert Api().get(f"/events/{event}", Authorization=bearer).status == 200
    assert enter(Person("ada"), event, "ada")
