"""The refusals of the waiting room: what leads to each, and the request that meets it."""

from __future__ import annotations

from tests.http.good import Row, a_lobby, one_active
from tests.http.stage import Stage
from tests.support.api import Answer
from tests.support.room import operate, reconfigured
from tests.support.sale import UNKNOWN, Visitor, change, crowd, enter, event_body, join, leave, new_event, refresh

OTHER_KEY = "the key of another service, as long"
POLLS_MAX = 5


def _closed(stage: Stage) -> Answer:
    event = new_event(stage.api)
    assert operate(stage.api, event, mode="closed").status == 200
    return join(stage.api, event, "ada")


def _all_away(stage: Stage) -> Answer:
    event = new_event(stage.api)
    operate(stage.api, event, mode="paused")
    crowd(event, 3)
    stage.later(3600)
    return stage.api.post(f"/queue/process/{event}")


def _polling(stage: Stage) -> Answer:
    # Before the start one is asked to come again so late that the polls below are too many however slow they are.
    ada = enter(stage.api, a_lobby(stage), "ada")
    for _ in range(POLLS_MAX):
        assert stage.api.get(f"/queue/status/{ada.session}").status == 200
    return stage.api.get(f"/queue/status/{ada.session}")


def _joining_with_another_key(stage: Stage) -> Answer:
    event = a_lobby(stage)
    reconfigured(stage.house, draw_key=OTHER_KEY)
    return join(stage.api, event, "ada")


def _reading_with_another_key(stage: Stage) -> Answer:
    event = new_event(stage.api, queue_mode="draw")  # open from its creation
    reconfigured(stage.house, draw_key=OTHER_KEY)
    return stage.api.get(f"/events/{event}/draw")


def _drawing_without_a_key(stage: Stage) -> Answer:
    reconfigured(stage.house, draw_key="")
    return stage.api.post("/events", event_body(queue_mode="draw"))


def _made_to_draw_without_a_key(stage: Stage) -> Answer:
    reconfigured(stage.house, draw_key="")
    return stage.api.put(f"/events/{new_event(stage.api)}", {"queue_mode": "draw"})


def _operating_on_a_cancelled_event(stage: Stage) -> Answer:
    event = new_event(stage.api)
    change(stage.api, event, status="cancelled")
    return operate(stage.api, event, mode="paused")


def _refresh_while_others_wait(stage: Stage) -> Answer:
    event = new_event(stage.api, max_active_sessions=1)
    first = enter(stage.api, event, "first")
    enter(stage.api, event, "ada")
    return refresh(stage.api, first)


def _having_left(stage: Stage) -> Answer:
    visitor = one_active(stage)
    leave(stage.api, visitor)
    return refresh(stage.api, visitor)


WAITING: dict[tuple[str, str], Row] = {
    ("create_event", "draw_key_missing"): _drawing_without_a_key,
    ("update_event", "draw_key_missing"): _made_to_draw_without_a_key,
    ("change_admission", "event_not_found"): lambda s: operate(s.api, UNKNOWN, mode="paused"),
    ("change_admission", "event_cancelled"): _operating_on_a_cancelled_event,
    ("join", "queue_closed"): _closed,
    ("join", "draw_key_changed"): _joining_with_another_key,
    ("queue_status", "polling_too_fast"): _polling,
    ("queue_serving", "event_not_found"): lambda s: s.api.get(f"/queue/serving/{UNKNOWN}"),
    ("refresh_session", "session_not_found"): lambda s: refresh(s.api, Visitor("", "", UNKNOWN)),
    ("refresh_session", "session_ended"): _having_left,
    ("refresh_session", "others_waiting"): _refresh_while_others_wait,
    ("leave_queue", "session_not_found"): lambda s: leave(s.api, Visitor("", "", UNKNOWN)),
    ("process_queue", "nobody_present"): _all_away,
    ("get_draw", "event_not_found"): lambda s: s.api.get(f"/events/{UNKNOWN}/draw"),
    ("get_draw", "draw_not_found"): lambda s: s.api.get(f"/events/{new_event(s.api)}/draw"),
    ("get_draw", "draw_key_changed"): _reading_with_another_key,
    ("draw_entries", "event_not_found"): lambda s: s.api.get(f"/events/{UNKNOWN}/draw/entries"),
    ("draw_entries", "draw_not_found"): lambda s: s.api.get(f"/events/{new_event(s.api)}/draw/entries"),
    ("room_stats", "event_not_found"): lambda s: s.api.get(f"/events/{UNKNOWN}/stats"),
}
