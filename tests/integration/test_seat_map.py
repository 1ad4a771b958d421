"""The seat map: the layout that stays, and the states that change."""

from __future__ import annotations

from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import (
    MINUTE_MS,
    UNKNOWN,
    enter,
    freeze,
    hold,
    new_seated,
    raw,
    said,
    seat_specs,
    settle,
)


def test_the_states_show_every_seat_and_change_their_tag(api: Api) -> None:
    """One character a seat; the same version is 304 without a body, any change is a new one."""
    event, seats = new_seated(api, 4)
    ada = enter(api, event, "ada")
    ticket = hold(api, ada, seats[1])
    settle(api, "confirm", hold(api, ada, seats[2]))
    api.patch(f"/events/{event}/seats", {"seat_ids": seats[3:], "blocked": True})
    path = f"/events/{event}/seatmap/states"
    shown = api.get(path)
    assert (shown.json["states"], shown.headers["Cache-Control"]) == ("ahsb", "public, max-age=1")
    same = api.get(path, If_None_Match=shown.headers["ETag"])
    assert (same.status, same.text, same.headers["ETag"]) == (304, "", shown.headers["ETag"])
    assert (
        raw("seatmap", event, event, shown.json["states_version"])[2] is None
    )  # nor are they sent for nothing by Redis
    settle(api, "cancel", ticket)
    news = api.get(path, If_None_Match=shown.headers["ETag"])
    assert (news.status, news.json["states"]) == (200, "aasb")


def test_the_states_change_when_a_hold_is_due(api: Api, clock: Clock) -> None:
    """Who asks with the tag of before learns at the exact millisecond that the seat is free."""
    freeze(clock)
    event, seats = new_seated(api, 2, hold_seconds=60)
    hold(api, enter(api, event, "ada"), seats[0])
    path = f"/events/{event}/seatmap/states"
    tag = api.get(path).headers["ETag"]
    clock.advance(ms=MINUTE_MS - 1)
    assert api.get(path, If_None_Match=tag).status == 304
    clock.advance(ms=1)
    assert api.get(path, If_None_Match=tag).json["states"] == "aa"


def test_a_layout_is_the_same_for_its_version(api: Api) -> None:
    """304 for who has it, a new tag after an import, cached for good when asked for by its version."""
    event, _ = new_seated(api, 1, total_tickets=2)
    path = f"/events/{event}/seatmap"
    layout = api.get(path)
    assert api.get(path, If_None_Match=layout.headers["ETag"]).status == 304
    version = layout.json["layout_version"]
    assert "immutable" in api.get(f"{path}?v={version}").headers["Cache-Control"]
    assert "immutable" not in api.get(f"{path}?v={version + 1}").headers["Cache-Control"]
    api.post(f"/events/{event}/seats", {"seats": seat_specs(1, section="B")})
    news = api.get(path, If_None_Match=layout.headers["ETag"])
    assert (news.status, news.json["seats"]) == (200, [["A", "0", "0", 5000], ["B", "0", "0", 5000]])


def test_an_unknown_event_has_no_seats(api: Api) -> None:
    """404 for each of the three ways to read them."""
    for path in ("seats/available", "seatmap", "seatmap/states"):
        assert said(api.get(f"/events/{UNKNOWN}/{path}")) == (404, "event_not_found")
