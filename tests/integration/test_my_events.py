"""The events of one organiser: all of theirs, drafts too, and nobody else's."""

from __future__ import annotations

from typing import Any

from chalicelib.keys import organiser_index
from chalicelib.runtime import Runtime
from tests.integration.test_event_lists import pages
from tests.support.api import Api
from tests.support.people import organiser, want_tokens
from tests.support.sale import UNKNOWN, change, new_event, said


def day(number: int, **fields: Any) -> dict[str, Any]:
    """Give the fields of an event that ends on this day."""
    return {"name": f"{number}", "end_time": f"2091-01-0{number}T00:00:00Z"} | fields


def test_an_organiser_sees_their_events_and_no_others(house: Runtime) -> None:
    """Soonest to end first, in pages of any size, as they are now; two that end together stand together."""
    want_tokens(house)
    olga, oscar = organiser("olga"), organiser("oscar")
    for number in (5, 1, 4, 2, 3, 3):
        event = new_event(olga, **day(number))
    new_event(oscar, **day(2, name="another's"))
    assert pages(olga, "/events/mine?limit=4") == [["1", "2", "3", "3"], ["4", "5"]]
    assert [name for page in pages(olga, "/events/mine?limit=1") for name in page] == ["1", "2", "3", "3", "4", "5"]
    change(olga, event, end_time="2091-01-09T00:00:00Z", name="late")
    assert pages(olga, "/events/mine?limit=9") == [["1", "2", "3", "4", "5", "late"]]
    assert pages(oscar, "/events/mine?limit=9") == [["another's"]]
    assert pages(organiser("nobody"), "/events/mine?limit=9") == [[]]


def test_a_draft_is_seen_by_its_organiser_alone(house: Runtime, api: Api) -> None:
    """In no public list, until it becomes active; a cancelled event stays in the list of all."""
    want_tokens(house)
    olga = organiser("olga")
    draft, _ = new_event(olga, **day(1, status="draft")), new_event(olga, **day(2))
    lists = ("/events?limit=9", "/events/active?limit=9")
    assert pages(olga, "/events/mine?limit=9") == [["1", "2"]]
    assert [pages(api, path) for path in lists] == [[["2"]], [["2"]]]
    change(olga, draft, status="active")
    assert [pages(api, path) for path in lists] == [[["1", "2"]], [["1", "2"]]]
    change(olga, draft, status="cancelled")
    assert [pages(api, path) for path in lists] == [[["1", "2"]], [["2"]]]


def test_on_a_laptop_all_events_are_everybodys(api: Api) -> None:
    """Drafts too."""
    for number, status in ((2, "draft"), (1, "active")):
        new_event(api, **day(number, status=status))
    assert pages(api, "/events/mine?limit=1") == [["1"], ["2"], []]


def test_an_event_that_is_gone_or_never_came_is_not_missed(house: Runtime) -> None:
    """The index of an organiser may name too many."""
    want_tokens(house)
    olga = organiser("olga")
    gone, _ = new_event(olga, **day(1)), new_event(olga, **day(2))
    assert olga.delete(f"/events/{gone}").status == 204
    house.store.command("SADD", organiser_index("olga"), gone, UNKNOWN)
    assert pages(olga, "/events/mine?limit=9") == [["2"]]


def test_a_buyer_has_no_events(house: Runtime, api: Api) -> None:
    """Nor has who brings no token."""
    want_tokens(house)
    assert said(api.get("/events/mine")) == (401, "token_missing")
