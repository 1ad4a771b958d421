"""Clients of the original service work unchanged: its examples, its page and the flow of its test script."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.http.stage import call_gateway
from tests.support.api import Api
from tests.support.sale import buy, enter, leave, new_event, state

EVENT = {
    "name": "Concert 2024",
    "description": "Amazing live concert",
    "start_time": "2090-12-25T20:00:00Z",
    "end_time": "2090-12-25T23:00:00Z",
    "venue": "Main Arena",
    "total_tickets": 1000,
    "is_seated_event": True,
}
"""The first curl example of the original's README, with its times moved into the future."""


def test_the_three_curl_examples_work(api: Api) -> None:
    """Create, join under a session id of one's own, purchase a seat: as the README has them."""
    created = api.post("/events", EVENT)
    assert created.status == 201
    event = created.json["id"]
    assert event == created.json["event"]["id"]
    assert EVENT.items() <= (created.json["event"] | {name: EVENT[name] for name in ("start_time", "end_time")}).items()
    seats = [{"section": "A", "row": "1", "number": str(n), "price": 100} for n in range(1, 11)]
    assert api.post(f"/events/{event}/seats", {"seats": seats}).status == 201
    seat = api.get(f"/events/{event}/seats/available").json[0]["id"]
    user = str(uuid.uuid4())
    joined = api.post("/queue/join", {"event_id": event, "user_id": user, "session_id": "session-123"})
    assert (joined.status, joined.json["session_id"]) == (201, "session-123")
    wish = {"event_id": event, "user_id": user, "seat_id": seat, "session_id": "session-123"}
    bought = api.post("/tickets/purchase", wish)
    assert bought.status == 201
    assert (bought.json["seat_id"], bought.json["user_id"], bought.json["status"]) == (seat, user, "reserved")


def test_the_flow_of_the_original_test_script_works(api: Api) -> None:
    """Health, create, seats, list, join, position, status, process, purchase, confirm, cancel, my tickets."""
    assert api.get("/api/v1/health").status == 200
    now = datetime.now(UTC).replace(tzinfo=None)
    times = {
        "start_time": (now + timedelta(days=30)).isoformat(timespec="microseconds") + "Z",
        "end_time": (now + timedelta(days=30, hours=3)).isoformat(timespec="microseconds") + "Z",
    }
    event = api.post("/events", EVENT | times).json["id"]
    seats = [{"section": s, "row": r, "number": str(n), "price": 150} for s in "AB" for r in "12" for n in range(1, 6)]
    added = api.post(f"/events/{event}/seats", {"seats": seats})
    assert (added.status, added.json["count"]) == (201, 20)
    assert event in [known["id"] for known in api.get("/events").json["events"]]
    assert event in [known["id"] for known in api.get("/events/active", Content_Type="application/json").json["events"]]
    user, session = str(uuid.uuid4()), f"session_{uuid.uuid4()}_{int(time.time())}"
    assert api.post("/queue/join", {"event_id": event, "user_id": user, "session_id": session}).status == 201
    assert api.get(f"/queue/position/{event}/{user}").json["position"] == 0
    status = api.get(f"/queue/status/{session}", Content_Type="application/json").json
    assert (status["entry"]["session_id"], status["estimated_wait_time"]) == (session, "0s")
    assert api.get(f"/queue/length/{event}").json["length"] == 0
    assert api.post(f"/queue/process/{event}", {}).code == "queue_empty"
    assert api.post("/queue/refresh", {"session_id": session}).status == 200
    free = api.get(f"/events/{event}/seats/available").json
    assert [seat["status"] for seat in free] == ["available"] * 20
    tickets = [
        api.post(
            "/tickets/purchase", {"event_id": event, "user_id": user, "seat_id": seat["id"], "session_id": session}
        )
        for seat in free[:2]
    ]
    assert [bought.status for bought in tickets] == [201, 201]
    first, second = (bought.json["id"] for bought in tickets)
    assert api.post(f"/tickets/{first}/confirm", {}).json["ticket"]["status"] == "confirmed"
    assert api.post(f"/tickets/{second}/cancel").json["ticket"]["status"] == "cancelled"
    assert api.get(f"/tickets/{first}").json["status"] == "confirmed"
    mine = {ticket["id"]: ticket["status"] for ticket in api.get(f"/tickets/user/{user}").json}
    assert mine == {first: "confirmed", second: "cancelled"}


def test_a_waiting_client_is_let_in_by_process(api: Api) -> None:
    """The answer of the original: the entry that was activated, and who waits is told how far back."""
    event = new_event(api, max_active_sessions=1)
    first, second = enter(api, event, "ada"), enter(api, event, "bob")
    assert api.get(f"/queue/position/{event}/bob").json["position"] == 1
    assert api.get(f"/queue/length/{event}").json.items() >= {"event_id": event, "length": 1}.items()
    leave(api, first)
    assert state(api, second) == "active"


def test_an_event_that_was_read_can_be_sent_back(api: Api) -> None:
    """The original's page puts the whole event with one field changed."""
    event = api.post("/events", EVENT).json["event"]
    changed = api.put(f"/events/{event['id']}", event | {"venue": "Small Hall"})
    assert (changed.status, changed.json["venue"]) == (200, "Small Hall")
    assert changed.json.keys() == event.keys()


def test_bodies_may_be_missing_where_nothing_need_be_said(api: Api) -> None:
    """Confirm, cancel and process are sent without one, without a media type, or with an empty object."""
    bodies: tuple[Any, ...] = (None, {}, b"")
    for body in bodies:
        ticket = buy(api, enter(api, new_event(api), "ada")).json["id"]
        assert api.post(f"/tickets/{ticket}/confirm", body).status == 200, body
        assert api.post(f"/tickets/{ticket}/cancel", body).status == 200, body
    ticket = buy(api, enter(api, new_event(api), "ada")).json["id"]
    assert call_gateway("POST", "/api/v1/tickets/{ticket_id}/cancel", {"ticket_id": ticket}).status == 200
