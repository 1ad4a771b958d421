"""Lists of events: soonest to end first, in pages, as they are now."""

from __future__ import annotations

from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import (
    HOUR_MS,
    change,
    enter,
    freeze,
    hold,
    instant,
    new_event,
    settle,
)


def pages(api: Api, path: str) -> list[list[str]]:
    """Follow a list to its end and give the names on each page."""
    found, cursor = [], ""
    while cursor is not None:
        page = api.get(f"{path}{f'&cursor={cursor}' if cursor else ''}").json
        found.append([event["name"] for event in page["events"]])
        cursor = page["next_cursor"]
    return found


def test_events_are_listed_soonest_to_end_first_in_pages(api: Api) -> None:
    """Each once, over pages of any size; two that end together stand together."""
    for day in (5, 1, 4, 2, 3, 3):
        new_event(api, name=f"{day}", end_time=f"2091-01-0{day}T00:00:00Z")
    assert pages(api, "/events?limit=4") == [["1", "2", "3", "3"], ["4", "5"]]
    assert [name for page in pages(api, "/events?limit=1") for name in page] == ["1", "2", "3", "3", "4", "5"]


def test_active_events_are_those_that_are_on(api: Api, clock: Clock) -> None:
    """Not drafts, paused, cancelled, sold out or ended ones; the list of all has them, as what they are, but drafts."""
    freeze(clock)
    for status in ("draft", "inactive", "cancelled"):
        event = new_event(api, name=status, status="draft" if status == "draft" else "active")
        change(api, event, status=status)
    sold = new_event(api, name="sold_out", total_tickets=1)
    settle(api, "confirm", hold(api, enter(api, sold, "ada")))
    new_event(api, name="ended", start_time=instant(clock, ms=0), end_time=instant(clock, ms=HOUR_MS))
    new_event(api, name="active")
    clock.advance(ms=HOUR_MS)
    assert [name for page in pages(api, "/events/active?limit=2") for name in page] == ["active"]
    listed = api.get("/events").json["events"]
    assert {event["status"] for event in listed} == {event["name"] for event in listed}
    assert listed[0]["name"] == "ended"
    assert len(listed) == 5
    assert "draft" not in {event["name"] for event in listed}


def test_a_list_shows_what_is_there_now(api: Api) -> None:
    """A new event at once, a deleted one no more."""
    event = new_event(api, name="old")
    assert pages(api, "/events?limit=9") == [["old"]]
    api.delete(f"/events/{event}")
    new_event(api, name="new")
    assert pages(api, "/events?limit=9") == [["new"]]
