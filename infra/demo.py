"""The demo events of a fresh installation, and commands that show them, all through the public API."""

from __future__ import annotations

import http.client
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.child import StartError

_DAYS_AHEAD = 365
_SECTIONS = {"Stalls": 7500, "Balcony": 4500}
_ROWS = "ABCDEFGHIJ"
_SEATS_PER_ROW = 10
_STANDING_TICKETS = 500
_TIMEOUT_S = 10.0


def seed(port: int, token: str) -> bool:
    """Create a seated event with 200 seats and a standing one, and say True; where there is an event do nothing.

    ``token`` is an organiser's, for a service that wants one. Raises StartError when the service refuses.
    """
    if _call(port, "/api/v1/events?limit=1")["events"]:  # lists are cached, and this one nobody else will ask for
        return False
    seats = [
        {"section": section, "row": row, "number": str(number), "price": price}
        for section, price in _SECTIONS.items()
        for row in _ROWS
        for number in range(1, _SEATS_PER_ROW + 1)
    ]
    _call(port, "/api/v1/events", _event("Demo festival", seated=False, total_tickets=_STANDING_TICKETS), token)
    concert = _call(port, "/api/v1/events", _event("Demo concert", seated=True, total_tickets=len(seats)), token)
    _call(port, f"/api/v1/events/{concert['id']}/seats", {"seats": seats}, token)
    return True


def examples(port: int, *, with_tokens: bool) -> list[str]:
    """Return three curl commands that succeed when pasted one after another: look, join, buy.

    Where no standing event is on sale, or who buys needs a token, they only look. Each call makes up a new buyer.
    """
    base_url = f"http://localhost:{port}"
    on_sale = [
        event
        for event in _call(port, "/api/v1/events/active")["events"]
        if event["status"] == "active" and not event["is_seated_event"] and event["available_tickets"]
    ]
    if with_tokens:
        return [f"curl {base_url}/api/v1/events/active", f"curl -X POST {base_url}/api/v1/guests"]
    if not on_sale:
        return [f"curl {base_url}{path}" for path in ("/api/v1/events", "/health", "/openapi.json")]
    suffix = secrets.token_hex(3)
    buyer = {"event_id": on_sale[0]["id"], "user_id": f"ada-{suffix}", "session_id": f"session-{suffix}"}
    posts = [
        f"curl {base_url}/api/v1/{path} -H 'Content-Type: application/json' -d '{json.dumps(buyer)}'"
        for path in ("queue/join", "tickets/purchase")
    ]
    return [f"curl {base_url}/api/v1/events/active", *posts]


def request(port: int, path: str, body: dict[str, object] | None = None, token: str = "") -> tuple[int, str]:
    """Send a GET, or a POST where there is a body, to the service on this machine; return status and text.

    Raises OSError or http.client.HTTPException when there is no answer.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        if body is None:
            connection.request("GET", path)
        else:
            headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
            connection.request("POST", path, json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    finally:
        connection.close()


def _event(name: str, *, seated: bool, total_tickets: int) -> dict[str, object]:
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=_DAYS_AHEAD)
    return {
        "name": name,
        "description": "Made by make run, to try things out.",
        "start_time": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "end_time": (start + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "venue": "Main Arena",
        "total_tickets": total_tickets,
        "is_seated_event": seated,
    }


def _call(port: int, path: str, body: dict[str, object] | None = None, token: str = "") -> Any:
    """Return the JSON that answers a request. Raises StartError when there is none, or a refusal."""
    try:
        status, text = request(port, path, body, token)
        if status < http.HTTPStatus.BAD_REQUEST:
            return json.loads(text)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise StartError(f"{path}: {error}") from None
    raise StartError(f"{path} answered {status}: {text[:500]}")
