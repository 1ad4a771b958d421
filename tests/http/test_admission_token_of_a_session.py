"""Who is given an admission token: a session while it is its turn, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jwt
import pytest

from chalicelib.fields import parse_instant
from chalicelib.runtime import Runtime, install
from tests.support.api import Api
from tests.support.sale import Visitor, change, enter, leave, new_event

KEY = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"


@pytest.fixture
def signing(house: Runtime) -> Runtime:
    """The service with a key for tokens."""
    return install(replace(house, settings=replace(house.settings, admission_keys=(KEY,))))


def token_of(api: Api, visitor: Visitor) -> str | None:
    """Give what the status of a session says of its token."""
    said: str | None = api.get(f"/queue/status/{visitor.session}").json["admission_token"]
    return said


def test_whose_turn_it_is_has_a_token_until_its_end(signing: Runtime, api: Api) -> None:
    """Of this event and this person, over in the second in which the turn ends."""
    assert signing
    ada = enter(api, new_event(api), "ada")
    answer = api.get(f"/queue/status/{ada.session}").json
    options: Any = {"verify_signature": False}  # tests/http/test_admission_token_verifiers.py checks that
    claims = jwt.decode(answer["admission_token"], options=options)
    assert (claims["aud"], claims["sub"]) == (ada.event, "ada")
    assert claims["exp"] == parse_instant(answer["entry"]["expires_at"]) // 1000


def test_who_waits_has_none(signing: Runtime, api: Api) -> None:
    """In line, in the lobby, in a pause: other shops must not let them in."""
    assert signing
    event = new_event(api, max_active_sessions=1)
    enter(api, event, "first")
    waiting = enter(api, event, "ada")
    lobby = enter(api, new_event(api, sale_starts_at="2090-12-01T00:00:00Z"), "ada")
    assert [token_of(api, visitor) for visitor in (waiting, lobby)] == [None, None]


def test_whose_turn_is_over_has_none(signing: Runtime, api: Api) -> None:
    """Whether they left or the event was cancelled."""
    assert signing
    event = new_event(api)
    ada, bob = enter(api, event, "ada"), enter(api, event, "bob")
    leave(api, ada)
    change(api, event, status="cancelled")
    assert [token_of(api, visitor) for visitor in (ada, bob)] == [None, None]
