"""Session ids that clients choose: a name for a place, good for its owner alone."""

from __future__ import annotations

from tests.support.api import Api
from tests.support.sale import enter, join, new_event, new_seated, said


def test_the_session_id_of_another_is_taken(api: Api) -> None:
    """In the same event or in any other; the owner's place is untouched."""
    event, other = new_event(api), new_event(api)
    join(api, event, "ada", "session-123")
    assert said(join(api, event, "bob", "session-123")) == (409, "session_id_taken")
    assert said(join(api, other, "bob", "session-123")) == (409, "session_id_taken")
    assert api.get("/queue/status/session-123").json["entry"]["user_id"] == "ada"
    assert said(api.get(f"/queue/position/{event}/bob")) == (404, "not_in_queue")


def test_one_session_id_in_two_events_buys_in_each(api: Api) -> None:
    """A purchase resolves it inside its event; status speaks of the last that was joined."""
    events = [new_event(api), new_event(api)]
    for event in events:
        assert join(api, event, "ada", "session-123").status == 201
    for event in events:
        wish = {"event_id": event, "user_id": "ada", "session_id": "session-123"}
        bought = api.post("/tickets/purchase", wish)
        assert (bought.status, bought.json["event_id"]) == (201, event)
    assert api.get("/queue/status/session-123").json["entry"]["event_id"] == events[1]


def test_a_session_id_of_ones_own_does_not_buy_for_another(api: Api) -> None:
    """Neither with the id that a client chose, nor with ours."""
    event, seats = new_seated(api)
    join(api, event, "ada", "session-123")
    bob = enter(api, event, "bob")
    for user, session in (
        ("bob", "session-123"),
        ("ada", bob.session),
        ("ada", "session-124"),
        ("carl", "session-123"),
    ):
        wish = {"event_id": event, "user_id": user, "session_id": session, "seat_id": seats[0]}
        assert said(api.post("/tickets/purchase", wish)) == (404, "session_not_found")


def test_who_left_may_join_again_under_the_same_session_id(api: Api) -> None:
    """A new place, at the back; the name means the new one."""
    event = new_event(api, max_active_sessions=1)
    first = join(api, event, "ada", "session-123").json
    enter(api, event, "bob")
    assert api.post("/queue/leave", {"session_id": "session-123"}).json["entry"]["status"] == "left"
    again = join(api, event, "ada", "session-123")
    assert (again.status, again.json["position"]) == (201, 1)
    assert again.json["id"] != first["id"]
    assert api.get("/queue/status/session-123").json["entry"]["id"] == again.json["id"]


def test_a_repeated_join_answers_the_same_place(api: Api) -> None:
    """201 for the first, 200 for every other; also when another name is chosen, which then is the place's.

    When to ask again is said anew each time.
    """
    event = new_event(api)
    first, again = (join(api, event, "ada", "session-123") for _ in range(2))
    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json | {name: again.json[name] for name in ("poll_after_ms", "updated_at")}
    renamed = join(api, event, "ada", "session-124")
    assert (renamed.status, renamed.json["id"], renamed.json["session_id"]) == (200, first.json["id"], "session-124")
    assert api.get("/queue/status/session-124").json["entry"]["id"] == first.json["id"]
