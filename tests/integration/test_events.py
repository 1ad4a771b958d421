"""Events: created once, changed by rules, listed in order; cancelled or deleted only as far as it is fair."""

from __future__ import annotations

import secrets

import pytest

from chalicelib.ids import CODE_BITS, IdMaker
from chalicelib.runtime import Runtime, install
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.sale import (
    MINUTE_MS,
    UNKNOWN,
    change,
    counts,
    crowd,
    enter,
    event_body,
    freeze,
    hold,
    join,
    logged,
    new_event,
    nothing_changed,
    order,
    raw,
    read,
    refusal,
    said,
    settle,
    states,
)

KEY = {"Idempotency_Key": "my-event"}


def create(api: Api, fields: dict[str, object], **headers: str) -> Answer:
    """Create an event with these fields changed."""
    return api.post("/events", event_body(**fields), **headers)


def test_an_event_is_read_as_it_was_created(api: Api) -> None:
    """With every default, under the id and the place that the answer names."""
    made = create(api, {"name": "Opera", "venue": "Hall", "price": 700})
    event = made.json["event"]
    assert (made.status, made.json["id"], made.headers["Location"]) == (
        201,
        event["id"],
        f"/api/v1/events/{event['id']}",
    )
    assert api.get(f"/events/{event['id']}").json == event
    assert (event["name"], event["venue"], event["price"], event["status"]) == ("Opera", "Hall", 700, "active")
    assert (event["available_tickets"], event["max_active_sessions"], event["session_seconds"]) == (10, 100, 900)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"end_time": "2090-12-25T20:00:00Z"}, "end_before_start"),
        ({"start_time": "2001-01-01T00:00:00Z", "end_time": "2001-01-02T00:00:00Z"}, "end_in_past"),
        ({"sale_starts_at": "2001-01-01T00:00:00Z"}, "sale_start_in_past"),
        ({"sale_ends_at": "2090-12-25T23:00:00.001Z"}, "sale_window_invalid"),
        ({"sale_starts_at": "2090-12-25T23:00:00Z"}, "sale_window_invalid"),
        (
            {"sale_starts_at": "2090-12-01T00:00:00Z", "sale_ends_at": "2090-12-01T00:00:00Z"},
            "sale_window_invalid",
        ),
    ],
)
def test_times_that_contradict_each_other_make_no_event(api: Api, fields: dict[str, object], code: str) -> None:
    """Neither when it is created, nor by a change before its sale has opened."""
    with nothing_changed():
        assert said(create(api, fields)) == (400, code)
    event = new_event(api, sale_starts_at="2090-12-02T00:00:00Z")
    with nothing_changed():
        assert said(api.put(f"/events/{event}", fields)) == (400, code)


def test_a_key_makes_one_event(api: Api) -> None:
    """A repeat gives the event as it is now, marked; another body is 422 and changes nothing."""
    first = create(api, {}, **KEY)
    change(api, first.json["id"], name="Renamed")
    with nothing_changed():
        again = create(api, {}, **KEY)
        assert said(create(api, {"name": "Other"}, **KEY)) == (422, "idempotency_key_reused")
    assert (first.status, "Idempotent-Replayed" in first.headers) == (201, False)
    assert (again.status, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert (again.json["id"], again.json["event"]["name"]) == (first.json["id"], "Renamed")


def test_our_own_retry_is_told_that_it_made_the_event(api: Api) -> None:
    """The same request sent again by us brings the nonce that its first try stored; another nonce is a replay."""
    event = new_event(api)
    fingerprint, _, nonce = read(event, "events", "HGET", "made_by").partition(":")
    with nothing_changed():
        assert raw("create_event", event, event, fingerprint, nonce)[0] == 1
        assert raw("create_event", event, event, fingerprint, "another")[0] == 0


def test_a_code_that_is_taken_is_drawn_again(api: Api, house: Runtime) -> None:
    """Events share no code: a collision costs a draw, three in a row are a 503; the first event stays as it is."""

    def draw(*codes: int) -> None:
        left = iter(codes)
        ids = IdMaker(lambda bits: next(left) if bits == CODE_BITS else secrets.randbits(bits))
        install(Runtime(house.settings, house.store, ids))

    nonce = 0
    draw(nonce, 1)
    assert create(api, {}).json["id"].startswith("00000000-0001-")
    draw(nonce, 1, 1, 1)
    with nothing_changed():
        assert said(create(api, {})) == (503, "event_code_taken")
    draw(nonce, 1, 2)
    assert create(api, {}).json["id"].startswith("00000000-0002-")


def test_any_subset_of_the_fields_is_changed(api: Api) -> None:
    """What is named changes, the rest stays; an Event sent back as it was read changes nothing but is accepted."""
    event = new_event(api, venue="Hall")
    changed = change(api, event, name="Opera", max_tickets_per_user=4, sale_ends_at="2090-12-24T00:00:00Z")
    assert (changed["name"], changed["max_tickets_per_user"], changed["venue"]) == ("Opera", 4, "Hall")
    assert change(api, event, sale_ends_at=None)["sale_ends_at"] is None
    before = api.get(f"/events/{event}").json
    with nothing_changed():
        assert change(api, event, **before) == before
    assert said(api.put(f"/events/{UNKNOWN}", {"name": "x"})) == (404, "event_not_found")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (["draft", "active", "inactive", "active", "cancelled"], True),
        (["draft", "cancelled"], True),
        (["draft", "active", "inactive", "cancelled"], True),
        (["draft", "inactive"], False),
        (["active", "draft"], False),
        (["active", "inactive", "draft"], False),
    ],
)
def test_a_status_goes_only_where_it_may(api: Api, path: list[str], *, allowed: bool) -> None:
    """draft, active, inactive and back, cancelled from anywhere; any other step is refused and changes nothing."""
    event = new_event(api, status=path[0])
    for status in path[1:-1]:
        assert change(api, event, status=status)["status"] == status
    if allowed:
        assert change(api, event, status=path[-1])["status"] == path[-1]
    else:
        with nothing_changed():
            assert said(api.put(f"/events/{event}", {"status": path[-1]})) == (409, "status_change_not_allowed")


def test_a_cancelled_event_changes_no_more(api: Api) -> None:
    """Neither its status nor its name; the same status again is fine."""
    event = new_event(api)
    change(api, event, status="cancelled")
    with nothing_changed():
        assert said(api.put(f"/events/{event}", {"status": "active"})) == (409, "event_cancelled")
        assert said(api.put(f"/events/{event}", {"name": "Opera"})) == (409, "event_cancelled")
        assert change(api, event, status="cancelled")["status"] == "cancelled"


def test_the_currency_is_fixed_with_the_first_ticket_and_the_kind_with_the_first_visitor(api: Api) -> None:
    """Before that both may change; afterwards they are frozen."""
    event = new_event(api)
    change(api, event, is_seated_event=True)
    change(api, event, is_seated_event=False, currency="EUR")
    ada = enter(api, event, "ada")
    with nothing_changed():
        assert said(api.put(f"/events/{event}", {"is_seated_event": True})) == (409, "field_frozen")
    change(api, event, currency="CHF")
    settle(api, "cancel", hold(api, ada))
    with nothing_changed():
        assert said(api.put(f"/events/{event}", {"currency": "EUR"})) == (409, "field_frozen")


def test_the_capacity_stays_above_what_is_held_and_sold(api: Api, clock: Clock) -> None:
    """Down to held + sold, not below; a hold counts until its exact millisecond."""
    freeze(clock)
    event = new_event(api, hold_seconds=60)
    order(api, enter(api, event, "ada"), 3)
    settle(api, "confirm", hold(api, enter(api, event, "bob")))
    with nothing_changed():
        assert said(api.put(f"/events/{event}", {"total_tickets": 3})) == (409, "capacity_below_sold")
    assert change(api, event, total_tickets=4)["available_tickets"] == 0
    clock.advance(ms=MINUTE_MS - 1)
    assert said(api.put(f"/events/{event}", {"total_tickets": 1})) == (409, "capacity_below_sold")
    clock.advance(ms=1)
    change(api, event, total_tickets=1)
    assert counts(api, event) == (0, 0, 1)


def test_a_cancelled_event_takes_everything_back(api: Api) -> None:
    """Holds are released, sessions end, nothing can be confirmed; what was sold stays sold until it is cancelled."""
    event = new_event(api, max_active_sessions=2)
    visitors = crowd(event, 3)
    sold, held = hold(api, visitors[0]), hold(api, visitors[0])
    settle(api, "confirm", sold)
    change(api, event, status="cancelled")
    assert states(api, visitors) == "eel"
    assert counts(api, event) == (9, 0, 1)
    with nothing_changed():
        assert said(settle(api, "confirm", held)) == (409, "event_cancelled")
        assert said(join(api, event, "eve")) == (409, "event_cancelled")
        assert (settle(api, "cancel", held).status, settle(api, "confirm", sold).status) == (200, 200)
    assert settle(api, "cancel", sold).status == 200
    assert "event.updated" in logged(event)


def test_an_event_with_live_tickets_is_not_deleted(api: Api) -> None:
    """Held or sold, they keep it; when the last is cancelled it goes, and every key with it."""
    event = new_event(api)
    ada = enter(api, event, "ada")
    tickets = [hold(api, ada), hold(api, ada)]
    settle(api, "confirm", tickets[1])  # it outlives the hold: each of the two is enough
    for ticket in tickets:
        with nothing_changed():
            assert said(api.delete(f"/events/{event}")) == (409, "event_has_tickets")
        settle(api, "cancel", ticket)
    assert api.delete(f"/events/{event}").status == 204
    assert refusal("event", event, event) == "event_not_found"
    with nothing_changed():
        for gone in (event, UNKNOWN):
            assert said(api.delete(f"/events/{gone}")) == (404, "event_not_found")
            assert said(api.get(f"/events/{gone}")) == (404, "event_not_found")


@pytest.mark.parametrize("fields", [{"is_seated_event": True}, {"sale_starts_at": "2090-12-02T00:00:00Z"}])
def test_a_deleted_event_leaves_nothing_behind(api: Api, fields: dict[str, object]) -> None:
    """The database is as it was before the event, queue, seats, lobby, draw and log included."""
    new_event(api)
    with nothing_changed():
        event = new_event(api, **fields)
        crowd(event, 3)
        assert api.delete(f"/events/{event}").status == 204


def test_a_hold_keeps_its_event_until_its_exact_millisecond(api: Api, clock: Clock) -> None:
    """A millisecond before its deadline the event stays, at the deadline it may go."""
    freeze(clock)
    event = new_event(api, hold_seconds=60)
    hold(api, enter(api, event, "ada"))
    clock.advance(ms=MINUTE_MS - 1)
    assert said(api.delete(f"/events/{event}")) == (409, "event_has_tickets")
    clock.advance(ms=1)
    assert api.delete(f"/events/{event}").status == 204
