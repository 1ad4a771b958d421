"""Refusals by who asks: each begins with a service that wants tokens."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.http.good import Row
from tests.http.stage import Stage
from tests.support.api import Answer, Api
from tests.support.people import Person, organiser, token, want_tokens
from tests.support.sale import UNKNOWN, event_body, new_event

ANOTHER = {"user_id": "bob"}
_OF_AN_EVENT: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "update_event": ("PUT", "/events/{}", {"venue": "Arena"}),
    "change_admission": ("POST", "/events/{}/admission", {"mode": "paused"}),
    "delete_event": ("DELETE", "/events/{}", None),
    "erase_person": ("POST", "/events/{}/erasures", ANOTHER),
    "add_seats": ("POST", "/events/{}/seats", {"seats": [{"section": "A", "row": "1", "number": "1"}]}),
    "change_seats": ("PATCH", "/events/{}/seats", {"seat_ids": [UNKNOWN], "blocked": True}),
    "room_stats": ("GET", "/events/{}/stats", None),
    "event_integrity": ("GET", "/events/{}/integrity", None),
    "repair_event": ("POST", "/events/{}/repair", None),
    "event_tickets": ("GET", "/events/{}/tickets", None),
    "process_queue": ("POST", "/queue/process/{}", None),
}


def not_yours(name: str, stage: Stage) -> Answer:
    """Have another organiser do this to an event."""
    want_tokens(stage.house)
    method, path, body = _OF_AN_EVENT[name]
    event = new_event(organiser("olga"), is_seated_event=True)
    if body and "seat_ids" in body:
        body = body | {"seat_ids": [f"{event[:8]}-{event[9:13]}-8000-8000-000000000000"]}
    return organiser("oscar").call(method, path.format(event), body)


def _as_another(stage: Stage, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
    want_tokens(stage.house)
    event = new_event(organiser())
    wish = body and body | ({"event_id": event} if "event_id" in body else {})
    return Person("ada").call(method, path, wish)


def _organiser_as_another(stage: Stage, method: str, path: str) -> Answer:
    want_tokens(stage.house)
    event = new_event(organiser())
    body = (event_body() if method == "POST" else {}) | {"organiser_id": "oscar"}
    return organiser().call(method, path.format(event), body)


def _one_event_too_many(stage: Stage) -> Answer:
    want_tokens(stage.house, events_per_organiser=2)
    for _ in range(2):
        new_event(organiser())
    return organiser().post("/events", event_body())


def _guest(stage: Stage, bearer: str, **settings: Any) -> Answer:
    want_tokens(stage.house, **settings)
    return Api().post("/guests", Authorization=bearer)


def _guest_while_keys_are_away(stage: Stage) -> Answer:
    of_a_provider = token(Ed25519PrivateKey.generate(), "EdDSA", headers={"kid": "1"})
    return _guest(stage, f"Bearer {of_a_provider}", auth_jwks_url="http://127.0.0.1:9/keys")


def _erase_too_early(stage: Stage) -> Answer:
    return stage.api.post(f"/events/{new_event(stage.api)}/erasures", ANOTHER)


_PURCHASE = {"event_id": UNKNOWN, "user_id": "bob", "session_id": UNKNOWN}

TRUSTING: dict[tuple[str, str], Row] = {
    **{(name, "not_your_event"): partial(not_yours, name) for name in _OF_AN_EVENT},
    ("create_event", "too_many_events"): _one_event_too_many,
    ("create_event", "identity_mismatch"): lambda s: _organiser_as_another(s, "POST", "/events"),
    ("update_event", "identity_mismatch"): lambda s: _organiser_as_another(s, "PUT", "/events/{}"),
    ("join", "identity_mismatch"): lambda s: _as_another(s, "POST", "/queue/join", ANOTHER | {"event_id": ""}),
    ("purchase", "identity_mismatch"): lambda s: _as_another(s, "POST", "/tickets/purchase", _PURCHASE),
    ("create_order", "identity_mismatch"): lambda s: _as_another(s, "POST", "/orders", _PURCHASE | {"quantity": 1}),
    ("tickets_of_user", "identity_mismatch"): lambda s: _as_another(s, "GET", "/tickets/user/bob"),
    ("erase_person", "event_not_found"): lambda s: s.api.post(f"/events/{UNKNOWN}/erasures", ANOTHER),
    ("erase_person", "event_not_ended"): _erase_too_early,
    ("create_guest", "guests_not_offered"): lambda s: _guest(s, "", auth_keys=(), auth_jwks_url="https://id.example"),
    ("create_guest", "token_missing"): lambda s: _guest(s, "Basic YWRhOnB3"),
    ("create_guest", "token_invalid"): lambda s: _guest(s, f"Bearer {token(sub='ada')}"),
    ("create_guest", "token_expired"): lambda s: _guest(s, f"Bearer {token(exp=int(time.time()) - 60)}"),
    ("create_guest", "keys_unavailable"): _guest_while_keys_are_away,
}  # fmt: skip
