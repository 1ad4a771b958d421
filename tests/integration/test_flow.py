"""One sale from end to end, on each backend."""

from __future__ import annotations

from tests.support.api import Api


def test_a_seat_goes_from_the_queue_to_a_ticket(api: Api) -> None:
    """Create, seats, join, purchase, confirm, my tickets; the next buyer of the seat is refused."""
    event = api.post(
        "/events",
        {
            "name": "Concert",
            "start_time": "2090-12-25T20:00:00Z",
            "end_time": "2090-12-25T23:00:00Z",
            "total_tickets": 10,
            "is_seated_event": True,
        },
    ).json["id"]
    seats = [{"section": "A", "row": "1", "number": str(n), "price": 5000} for n in range(3)]
    assert api.post(f"/events/{event}/seats", {"seats": seats}).json["count"] == 3
    seat = api.get(f"/events/{event}/seats/available").json[0]["id"]
    ada = api.post("/queue/join", {"event_id": event, "user_id": "ada", "session_id": "session-123"})
    assert (ada.status, ada.json["status"]) == (201, "active")
    bob = api.post("/queue/join", {"event_id": event, "user_id": "bob"}).json["session_id"]
    held = api.post(
        "/tickets/purchase", {"event_id": event, "user_id": "ada", "session_id": "session-123", "seat_id": seat}
    )
    assert (held.status, held.json["status"]) == (201, "reserved")
    late = api.post("/tickets/purchase", {"event_id": event, "user_id": "bob", "session_id": bob, "seat_id": seat})
    assert (late.status, late.code, late.json["seat_ids"]) == (409, "seat_taken", [seat])
    assert api.post(f"/tickets/{held.json['id']}/confirm").json["ticket"]["status"] == "confirmed"
    assert [ticket["id"] for ticket in api.get("/tickets/user/ada").json] == [held.json["id"]]
    assert seat not in {free["id"] for free in api.get(f"/events/{event}/seats/available").json}
    assert api.get(f"/events/{event}").json["sold_tickets"] == 1
