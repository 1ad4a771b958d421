"""The verifiers that docs/admission-token.md gives to other shops, run as they stand there against published keys."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jwt
import pytest

from chalicelib.queue.admission_token import _key, public_keys, sign
from chalicelib.runtime import install
from tests.http.stage import Stage
from tests.support.sale import UNKNOWN as EVENT

TEXT = (Path(__file__).parents[2] / "docs" / "admission-token.md").read_text()
BLOCKS = dict(re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE))
EXAMPLE_URL = "https://tickets.example/.well-known/jwks.json"
OLD, NEW, FOREIGN = (secrets.token_urlsafe(32) for _ in range(3))

# What follows a block of the document: a line asks about a token, with the clocks moved on; a line answers.
ASKED = {
    "python": """
import json, sys, time
ahead_s, monotonic = 0, time.monotonic
time.monotonic = lambda: monotonic() + ahead_s
for line in sys.stdin:
    token, event_id, ahead_s = json.loads(line)
    try:
        print("admitted:", admitted(token, event_id)["sub"], flush=True)
    except jwt.PyJWTError as refusal:
        print("refused:", refusal, flush=True)
""",
    "javascript": """
import { createInterface } from "node:readline";
let aheadMs = 0;
const now = Date.now;
Date.now = () => now() + aheadMs;
for await (const line of createInterface({ input: process.stdin })) {
  const [token, eventId, aheadS] = JSON.parse(line);
  aheadMs = aheadS * 1000;
  await admitted(token, eventId).then(
    (claims) => console.log(`admitted: ${claims.sub}`),
    (refusal) => console.log(`refused: ${refusal.message}`),
  );
}
""",
}


@dataclass
class Shop:
    """Another shop: its verifier, running, and the keys that it can fetch, which may change."""

    keys: tuple[str, ...]
    fetches: int = 0
    process: subprocess.Popen[str] | None = None

    def says(self, token: str, event: str = EVENT, ahead_s: int = 0) -> str:
        """Show it a token, so many seconds later."""
        assert self.process
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps([token, event, ahead_s]), file=self.process.stdin, flush=True)
        return self.process.stdout.readline().strip()


@contextmanager
def serving(shop: Shop) -> Iterator[str]:
    """Serve its keys on a free port of this machine; gives the URL."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shop.fetches += 1
            body = json.dumps(public_keys(shop.keys)).encode()
            self.send_response(200 if self.path == "/.well-known/jwks.json" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/.well-known/jwks.json"
        finally:
            server.shutdown()


def command_for(language: str, file: Path) -> list[str]:
    """Give the command that runs a verifier; without Node the other half of the document would go untested."""
    if language == "python":
        return [sys.executable, str(file)]
    node = shutil.which("node")
    if node:
        return [node, str(file)]
    message = (
        "the JavaScript of docs/admission-token.md was NOT run: there is no node on PATH; install Node 20 or newer"
    )
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(params=sorted(ASKED))
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """A shop in each language, with nothing but the document and what it says is needed."""
    file = tmp_path / {"python": "shop.py", "javascript": "shop.mjs"}[request.param]
    command = command_for(request.param, file)
    made = Shop((NEW, OLD))
    clean = {"PATH": os.environ["PATH"]}  # no proxy either
    with serving(made) as url:
        file.write_text(BLOCKS[request.param].replace(EXAMPLE_URL, url) + ASKED[request.param])
        with subprocess.Popen(
            command, cwd=tmp_path, env=clean, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as made.process:
            yield made


def signed(*keys: str, left_s: int = 900) -> str:
    """Sign for ada with the first of these keys."""
    now_ms = int(time.time() * 1000)
    token = sign(keys, event_id=EVENT, user_id="ada", now_ms=now_ms, deadline_ms=now_ms + left_s * 1000)
    assert token
    return token


def with_claims(**changes: object) -> str:
    """Sign other claims than ours with our key; None leaves one out."""
    claims = jwt.decode(signed(NEW), options={"verify_signature": False}) | changes
    said = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(said, _key(NEW).private, algorithm="EdDSA", headers={"kid": _key(NEW).jwk["kid"]})


def forged(algorithm: str, key: str | None) -> str:
    """Make a token with our kid that no key of ours signed."""
    claims = jwt.decode(signed(NEW), options={"verify_signature": False})
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": _key(NEW).jwk["kid"]})  # type: ignore[arg-type]


def changed(part: int, old: bytes, new: bytes) -> str:
    """Change one byte of a good token so that it can still be read."""
    texts = signed(NEW).split(".")
    raw = base64.urlsafe_b64decode(texts[part] + "=" * (-len(texts[part]) % 4))
    bad = raw.replace(old, new) if old else bytes([raw[0] ^ 1]) + raw[1:]
    assert sum(a != b for a, b in zip(raw, bad, strict=True)) == 1
    texts[part] = base64.urlsafe_b64encode(bad).rstrip(b"=").decode()
    return ".".join(texts)


def foreign_under_our_kid() -> str:
    """Sign our own header and claims with a key that is not ours."""
    head, body, _ = signed(NEW).split(".")
    signature = base64.urlsafe_b64encode(_key(FOREIGN).private.sign(f"{head}.{body}".encode()))
    return f"{head}.{body}.{signature.rstrip(b'=').decode()}"


# What is wrong, and a word that both verifiers must say of it: each is refused for its own reason.
BAD: dict[str, tuple[Callable[[], str], str]] = {
    "expired": (lambda: signed(NEW, left_s=-1), "exp"),
    "expiring now": (lambda: signed(NEW, left_s=0), "exp"),
    "without an end": (lambda: with_claims(exp=None), "exp"),
    "of another issuer": (lambda: with_claims(iss="another"), "iss"),
    "of another event": (lambda: with_claims(aud=EVENT[:-1] + "0"), "aud"),
    "without an event": (lambda: with_claims(aud=None), "aud"),
    "of a foreign key": (lambda: signed(FOREIGN), "kid|signing key"),
    "of a foreign key under our kid": (foreign_under_our_kid, "signature"),
    "of no algorithm": (lambda: forged("none", None), "alg"),
    "of a MAC with our public key": (lambda: forged("HS256", _key(NEW).jwk["x"]), "alg"),
    "a byte of the header changed": (lambda: changed(0, b'"JWT"', b'"JWS"'), "signature"),
    "a byte of the claims changed": (lambda: changed(1, b'"ada"', b'"adb"'), "signature"),
    "a byte of the signature changed": (lambda: changed(2, b"", b""), "signature"),
    "no token": (lambda: "a.b.c", ""),
    "empty": (lambda: "", ""),
}


def test_the_document_has_one_verifier_in_each_language() -> None:
    """With one URL to put one's own in."""
    assert set(BLOCKS) == set(ASKED)
    assert all(block.count(EXAMPLE_URL) == 1 for block in BLOCKS.values())


def test_a_good_token_is_admitted_and_every_bad_one_refused(shop: Shop) -> None:
    """For its own reason; and all of them together cost one fetch of the keys."""
    assert shop.says(signed(NEW, OLD)) == "admitted: ada"
    for name, (made, reason) in BAD.items():
        said = shop.says(made())
        assert re.match(rf"refused: .*({reason})", said, re.IGNORECASE), f"{name}: {said}"
    assert re.match("refused: .*aud", shop.says(signed(NEW), event="another"), re.IGNORECASE)
    assert shop.says(signed(NEW, OLD)) == "admitted: ada"
    assert shop.fetches == 1


def test_a_token_from_before_the_rotation_is_admitted_while_both_keys_are_published(shop: Shop) -> None:
    """Whether the shop had the keys before or fetches them now; then the old key is dropped."""
    shop.keys = (OLD,)
    token = signed(OLD)
    assert shop.says(token) == "admitted: ada"
    shop.keys = (OLD, NEW)
    assert shop.says(token, ahead_s=301) == "admitted: ada"
    shop.keys = (NEW, OLD)
    assert [shop.says(token, ahead_s=302), shop.says(signed(*shop.keys), ahead_s=302)] == ["admitted: ada"] * 2
    assert shop.fetches == 2
    shop.keys = (NEW,)
    assert shop.says(token, ahead_s=602).startswith("refused: ")
    assert shop.says(signed(*shop.keys), ahead_s=602) == "admitted: ada"


def test_a_key_that_was_not_published_beforehand_is_found_within_half_a_minute(shop: Shop) -> None:
    """Who puts a new key in front at once loses no more than that."""
    shop.keys = (OLD,)
    assert shop.says(signed(OLD)) == "admitted: ada"
    shop.keys = (NEW, OLD)
    assert shop.says(signed(*shop.keys), ahead_s=10).startswith("refused: ")
    assert shop.says(signed(*shop.keys), ahead_s=31) == "admitted: ada"
    assert shop.fetches == 2


def test_the_route_publishes_what_the_settings_have(stage: Stage) -> None:
    """In their order, for five minutes; without keys the set is empty."""
    empty = stage.api.get("/.well-known/jwks.json")
    assert (empty.status, empty.json) == (200, {"keys": []})
    install(replace(stage.house, settings=replace(stage.house.settings, admission_keys=(NEW, OLD))))
    answer = stage.api.get("/.well-known/jwks.json")
    assert (answer.status, answer.json) == (200, public_keys((NEW, OLD)))
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        "application/json",
        "public, max-age=300",
    )
