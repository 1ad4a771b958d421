"""Scenes of organisers; see crash_scenes."""

from __future__ import annotations

from chalicelib.events.seats import ADD_PAGE
from chalicelib.fields import format_instant
from chalicelib.ids import code_of
from chalicelib.keys import event_key
from chalicelib.runtime import runtime
from tests.faults.crash_scenes import KEY, SCENES, Request, one_waiting, scene
from tests.support.api import Api
from tests.support.sale import (
    change,
    confirmed,
    enter,
    event_body,
    hold,
    join,
    new_event,
    new_seated,
    order,
    seat_specs,
    settle,
)


def _now_ms() -> int:
    seconds, microseconds = runtime().store.command("TIME")
    return int(seconds) * 1000 + int(microseconds) // 1000


@scene("POST /events")
def _an_event_is_created(_: Api) -> Request:
    return Request("POST", "/events", event_body(), KEY)


@scene("PUT /events/{event_id}")
def _an_event_gets_another_end(api: Api) -> Request:
    return Request("PUT", f"/events/{new_event(api)}", {"end_time": "2090-12-26T00:00:00Z", "venue": "Arena"})


@scene("PUT /events/{event_id}")
def _an_event_is_cancelled(api: Api) -> Request:
    waiting = one_waiting(api)
    return Request("PUT", f"/events/{waiting.event}", {"status": "cancelled"})


@scene("POST /events/{event_id}/admission")
def _more_are_let_in(api: Api) -> Request:
    wish = {"max_active_sessions": 2, "message": "Come in."}
    return Request("POST", f"/events/{one_waiting(api).event}/admission", wish)


@scene("DELETE /events/{event_id}")
def _an_event_is_deleted(api: Api) -> Request:
    return Request("DELETE", f"/events/{new_event(api)}")


@scene("POST /events/{event_id}/seats")
def _more_seats_than_a_page_are_added(api: Api) -> Request:
    event = new_event(api, total_tickets=1000, is_seated_event=True)
    return Request("POST", f"/events/{event}/seats", {"seats": seat_specs(ADD_PAGE + 1)})


@scene("POST /events/{event_id}/seats")
def _seats_are_added_at_the_price_of_the_event(api: Api) -> Request:
    event = new_event(api, is_seated_event=True)
    return Request("POST", f"/events/{event}/seats", {"seats": [{"section": "A", "row": "1", "number": "1"}]})


@scene("PATCH /events/{event_id}/seats")
def _seats_are_blocked_and_priced(api: Api) -> Request:
    event, seats = new_seated(api)
    wish = {"seat_ids": seats[:3], "blocked": True, "reason": "camera", "price": 7000}
    return Request("PATCH", f"/events/{event}/seats", wish)


@scene("POST /events/{event_id}/erasures")
def _a_person_is_erased(api: Api) -> Request:
    times = {"start_time": format_instant(_now_ms() + 1_000), "end_time": format_instant(_now_ms() + 60_000)}
    event = new_event(api, **times)
    join(api, event, "ada", "session-123")
    ada = enter(api, event, "ada")
    settle(api, "confirm", hold(api, ada))
    order(api, enter(api, event, "ada"), 2)
    return Request("POST", f"/events/{event}/erasures", {"user_id": "ada"}, later_ms=3_600_000)


@scene("POST /events/{event_id}/repair", spoilt=True)
def _a_counter_is_mended(api: Api) -> Request:
    event = one_waiting(api).event
    runtime().store.command("HINCRBY", event_key("events", code_of(event)), "held", 1)
    return Request("POST", f"/events/{event}/repair")


@scene("POST /tickets/{ticket_id}/check-in")
def _somebody_is_let_in_at_the_door(api: Api) -> Request:
    event, seats = new_seated(api)
    ticket = confirmed(api, enter(api, event, "ada"), seats[0])
    return Request("POST", f"/tickets/{ticket['id']}/check-in", {"barcode": ticket["barcode"]}, KEY)


@scene("POST /queue/process/{event_id}")
def _the_next_is_let_in_by_hand(api: Api) -> Request:
    waiting = one_waiting(api)
    change(api, waiting.event, admissions_per_minute=1, max_active_sessions=10)
    enter(api, waiting.event, "bob")  # the one of this minute comes in, the other waits
    return Request("POST", f"/queue/process/{waiting.event}", None, KEY)


ALL_SCENES = SCENES
"""Those of buyers and, now that this module has been read, those of organisers."""
