"""Tokens that no library would make, and what is asked with them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import jwt

import app
from chalicelib.http.route import Route
from tests.http.good import BODIES, path_of
from tests.http.stage import judge, label
from tests.support.api import Answer, Api
from tests.support.people import AUTH_KEY


def ask(bearer: str | None, row: Route | None = None) -> Answer:
    """Send a request with this Authorization, or without one."""
    row = row or next(one for one in app.table if one.name == "tickets_of_user")
    headers = {} if bearer is None else {"Authorization": bearer}
    answer = Api().call(row.method, path_of(row), BODIES.get(label(row)), headers)
    judge(row, answer)
    return answer


def assert_refused(answer: Answer, code: str = "token_invalid") -> None:
    """Assert a 401 that says how to do better and not what was wrong."""
    assert (answer.status, answer.code) == (401, code), answer.text
    said = answer.headers["WWW-Authenticate"]
    assert said == ("Bearer" if code == "token_missing" else 'Bearer error="invalid_token"')
    assert "detail" not in answer.json


def unsigned(header: Any, claims: Any, signature: bytes = b"") -> str:
    """Put a token together from parts, which are JSON unless they are bytes."""
    texts = (part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, claims))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*texts, signature))


def signed(claims: bytes, header: Any = None) -> str:
    """Sign claims that no library would write."""
    body = unsigned(header or {"alg": "HS256", "typ": "JWT"}, claims).rsplit(".", 1)[0]
    digest = hmac.new(AUTH_KEY.encode(), body.encode(), hashlib.sha256).digest()
    return body + "." + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def claims_of(text: str) -> dict[str, Any]:
    """Read the claims of a token without a look at its signature."""
    claims: dict[str, Any] = jwt.decode(text, options={"verify_signature": False})
    return claims
