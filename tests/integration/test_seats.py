"""Seats: imported all or nothing, blocked, priced, and listed."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ids import code_of, seat_id
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    UNKNOWN,
    buy,
    change,
    counts,
    enter,
    freeze,
    hold,
    instant,
    new_event,
    new_seated,
    nothing_changed,
    read,
    refusal,
    said,
    seat_specs,
    settle,
)


def add(api: Api, event: str, seats: list[dict[str, Any]]) -> Answer:
    """Import seats."""
    return api.post(f"/events/{event}/seats", {"seats": seats})


def alter(api: Api, event: str, seats: list[str], **what: Any) -> Answer:
    """Block, unblock or price seats."""
    return api.patch(f"/events/{event}/seats", {"seat_ids": seats} | what)


def available(api: Api, event: str, query: str = "") -> list[str]:
    """List the available seats of one page."""
    return [seat["id"] for seat in api.get(f"/events/{event}/seats/available{query}").json]


def test_five_thousand_seats_are_one_request(api: Api) -> None:
    """All of them, in their order; again adds none; a larger import adds only what is new."""
    event = new_event(api, is_seated_event=True, total_tickets=6000)
    first = add(api, event, seat_specs(5000))
    assert (first.status, first.json["count"], first.json["skipped"]) == (201, 5000, 0)
    with nothing_changed():
        again = add(api, event, seat_specs(5000))
    assert (again.status, again.json["count"], again.json["skipped"]) == (201, 0, 5000)
    more = add(api, event, seat_specs(5000)[600:] + seat_specs(600, section="B"))
    assert (more.json["count"], more.json["skipped"]) == (600, 4400)
    assert counts(api, event) == (5600, 0, 0)
    expected = [list(seat.values()) for seat in seat_specs(5000) + seat_specs(600, section="B")]
    assert api.get(f"/events/{event}/seatmap").json["seats"] == expected


def test_an_import_with_a_conflict_adds_nothing(api: Api) -> None:
    """The last of 1,200 seats is there with another price: none is added, and the answer names that one."""
    event, _ = new_seated(api, 1, total_tickets=5000)
    wish = [*seat_specs(1200, section="B"), *seat_specs(1, price=1)]
    with nothing_changed():
        refused = add(api, event, wish)
    assert (refused.status, refused.code) == (409, "seat_exists")
    assert [error["field"] for error in refused.json["errors"]] == ["seats[1200]"]


def test_what_is_wrong_in_an_import_is_named_by_its_row_and_field(api: Api) -> None:
    """A price that is none, a long text, a field that is missing or unknown, a seat that stands there twice."""
    event, wish = new_event(api, is_seated_event=True, total_tickets=50), seat_specs(40)
    wish[3]["price"], wish[17]["row"], wish[18]["colour"] = -1, "x" * 41, "red"
    del wish[39]["number"]
    refused = add(api, event, wish)
    wrong = ["seats[3].price", "seats[17].row", "seats[18].colour", "seats[39].number"]
    assert (refused.status, [error["field"] for error in refused.json["errors"]]) == (400, wrong)
    twice = add(api, event, [*seat_specs(30), *seat_specs(2)]).json["errors"]
    assert twice == [{"field": f"seats[{n + 30}]", "message": f"is the same seat as seats[{n}]"} for n in range(2)]
    assert counts(api, event) == (0, 0, 0)


def test_an_import_over_the_capacity_adds_nothing(api: Api) -> None:
    """Two seats too many, on the last of three pages; what is there already does not count twice."""
    event, _ = new_seated(api, 3, total_tickets=1201)
    with nothing_changed():
        assert said(add(api, event, seat_specs(1200, section="B"))) == (409, "seats_over_capacity")
    assert add(api, event, [*seat_specs(3), *seat_specs(1198, section="B")]).json["count"] == 1198
    with nothing_changed():
        assert said(api.put(f"/events/{event}", {"total_tickets": 1200})) == (409, "capacity_below_seats")


def test_a_seat_without_a_price_has_the_events(api: Api) -> None:
    """That of the moment of the import."""
    event = new_event(api, is_seated_event=True, price=777)
    add(api, event, [{"section": "A", "row": "1", "number": "1"}])
    assert api.get(f"/events/{event}/seats/available").json[0]["price"] == 777


def test_seats_are_added_only_where_they_belong(api: Api, clock: Clock) -> None:
    """Not to an unknown, standing, cancelled or ended event."""
    freeze(clock)
    standing, cancelled = new_event(api), new_event(api, is_seated_event=True)
    change(api, cancelled, status="cancelled")
    times = {"start_time": instant(clock, ms=0), "end_time": instant(clock, ms=HOUR_MS)}
    ended = new_event(api, is_seated_event=True, **times)
    clock.advance(ms=HOUR_MS)
    with nothing_changed():
        assert said(add(api, UNKNOWN, seat_specs(1))) == (404, "event_not_found")
        assert said(add(api, standing, seat_specs(1))) == (400, "event_not_seated")
        assert said(add(api, cancelled, seat_specs(1))) == (409, "event_cancelled")
        assert said(add(api, ended, seat_specs(1))) == (409, "event_ended")


def test_blocked_seats_are_off_sale_until_unblocked(api: Api) -> None:
    """They count as neither available nor sold; a repeat changes none."""
    event, seats = new_seated(api, 3)
    ada = enter(api, event, "ada")
    assert alter(api, event, seats[:2], blocked=True, reason="pillar").json["count"] == 2
    assert (counts(api, event), api.get(f"/events/{event}").json["blocked_tickets"]) == ((1, 0, 0), 2)
    with nothing_changed():
        assert alter(api, event, seats[:2], blocked=True, reason="again").json["count"] == 0
        assert said(buy(api, ada, seats[0])) == (409, "seat_taken")
    assert alter(api, event, seats, blocked=False).json["count"] == 2
    assert buy(api, ada, seats[0]).status == 201
    assert "pillar" in str(read(event, "log", "XRANGE", "-", "+"))


def test_a_new_price_is_that_of_the_seat_and_of_a_new_layout(api: Api) -> None:
    """The next buyer pays it; the layout version moves on, and only when something changed."""
    event, seats = new_seated(api, 2)
    before = api.get(f"/events/{event}").json["layout_version"]
    assert [alter(api, event, seats[:1], price=1).json["count"] for _ in range(2)] == [1, 0]
    layout = api.get(f"/events/{event}/seatmap").json
    assert ([seat[3] for seat in layout["seats"]], layout["layout_version"]) == ([1, 5000], before + 1)
    assert buy(api, enter(api, event, "ada"), seats[0]).json["price"] == 1


@pytest.mark.parametrize("what", [{"blocked": True}, {"blocked": False}, {"price": 1}])
def test_seats_that_somebody_has_are_not_changed(api: Api, what: dict[str, object]) -> None:
    """All or none: the answer names each that is held or sold, and nothing changes."""
    event, seats = new_seated(api, 4)
    ada = enter(api, event, "ada")
    hold(api, ada, seats[1])
    settle(api, "confirm", hold(api, ada, seats[3]))
    with nothing_changed():
        refused = alter(api, event, seats, **what)
    assert (refused.status, refused.code) == (409, "seat_taken")
    assert refused.json["seat_ids"] == [seats[1], seats[3]]


def test_only_seats_of_a_live_event_are_changed(api: Api) -> None:
    """Unknown seats, of an unknown, standing or cancelled event, or the same seat twice."""
    event, seats = new_seated(api, 2)
    standing, (cancelled, others) = new_event(api), new_seated(api, 1)
    change(api, cancelled, status="cancelled")
    beyond = seat_id(code_of(event), 2)
    with nothing_changed():
        missing = alter(api, event, [seats[0], beyond], blocked=True)
        assert (missing.status, missing.code, missing.json["seat_ids"]) == (404, "seat_not_found", [beyond])
        assert said(alter(api, event, others, blocked=True)) == (404, "seat_not_found")
        assert said(alter(api, event, [seats[0], seats[0]], price=1)) == (400, "invalid_request")
        assert said(alter(api, standing, [seat_id(code_of(standing), 0)], price=1)) == (400, "event_not_seated")
        assert said(alter(api, cancelled, others, price=1)) == (409, "event_cancelled")
        assert refusal("change_seats", UNKNOWN, UNKNOWN, "block", "", "", 0) == "event_not_found"


def test_a_held_seat_may_be_blocked_at_its_exact_millisecond(api: Api, clock: Clock) -> None:
    """A millisecond before the hold's deadline not, at the deadline yes; its ticket is expired."""
    freeze(clock)
    event, seats = new_seated(api, 2, hold_seconds=60)
    ticket = hold(api, enter(api, event, "ada"), seats[0])
    clock.advance(ms=MINUTE_MS - 1)
    assert said(alter(api, event, seats[:1], blocked=True)) == (409, "seat_taken")
    clock.advance(ms=1)
    assert alter(api, event, seats[:1], blocked=True).json["count"] == 1
    assert api.get(f"/tickets/{ticket}").json["status"] == "expired"


def test_available_seats_come_in_pages_that_link_on(api: Api) -> None:
    """Each free seat once, in the order of the layout; the last page links nowhere."""
    event, seats = new_seated(api, 10)
    hold(api, enter(api, event, "ada"), seats[4])
    path, found, sizes = f"/events/{event}/seats/available?limit=4", [], []
    while path:
        page = api.get(path)
        found += [seat["id"] for seat in page.json]
        sizes.append(len(page.json))
        link = page.headers.get("Link", "")
        assert link.endswith('; rel="next"') or not link
        path = link.partition(">")[0].removeprefix("<")
    assert (found, sizes) == (seats[:4] + seats[5:], [4, 4, 1])


def test_available_seats_of_a_section_are_paged_too(api: Api) -> None:
    """The section goes along in the link; a section without seats is an empty page."""
    event, _ = new_seated(api, 3, total_tickets=8)
    add(api, event, seat_specs(5, section="B"))
    mine = [seat_id(code_of(event), n) for n in range(3, 8)]
    first = api.get(f"/events/{event}/seats/available?section=B&limit=3")
    rest = api.get(first.headers["Link"].partition(">")[0].removeprefix("<"))
    assert [seat["id"] for seat in first.json + rest.json] == mine
    assert "Link" not in rest.headers
    assert available(api, event, "?section=C") == []
