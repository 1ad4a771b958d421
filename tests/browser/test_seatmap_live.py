"""The map is always as the house is now, and asks for no more than what changed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.seat_page import SeatPage
from tests.support.wait import wait_until

_HIDE = """() => {
  Object.defineProperty(document, "hidden", { get: () => true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
_STATES = "/seatmap/states"


@pytest.fixture
def shown(box: Box, visit: Visit) -> SeatPage:
    """A map of ten seats."""
    return SeatPage.open(visit(), box.seated({"Stalls": (1, 10, 7500)}, total_tickets=20), limit=4)


def test_a_chosen_seat_that_somebody_takes_leaves_the_selection_and_is_named(shown: SeatPage, box: Box) -> None:
    """At once and aloud; the other one stays chosen."""
    for number in (1, 2):
        shown.page.mouse.click(*shown.place(f"Stalls/A/{number}"))
    box.hold(shown.event, "faster", seat_ids=[shown.seat_id(0)])
    told = "Somebody else was faster. This seat is gone: Section Stalls, row A, seat 1, US$75.00."
    expect(shown.page.locator(".seatmap-note")).to_have_text(told)
    expect(shown.page.get_by_role("alert")).to_have_text(told)
    assert (shown.chosen(), shown.lost()) == (["Stalls/A/2"], [[shown.seat_id(0)]])


def test_what_becomes_the_visitors_own_is_not_lost(shown: SeatPage, box: Box) -> None:
    """The map may hear of a purchase before the page that made it; it shows the seat as the visitor's."""
    at = shown.place("Stalls/A/1")
    shown.page.mouse.click(*at)
    shown.page.evaluate("map.setMine(map.selection().map((seat) => seat.id))")
    box.hold(shown.event, "me", seat_ids=[shown.seat_id(0)])
    wait_until(lambda: shown.page.evaluate("map.states()[0]") == "h", what="the hold on the map")
    assert shown.lost() == []
    shown.page.evaluate("map.deselect(map.selection().map((seat) => seat.id))")
    shown.page.mouse.move(*at)
    expect(shown.tip).to_contain_text("yours")


def test_a_row_that_is_unfolded_shows_what_goes_and_what_comes_back(shown: SeatPage, box: Box) -> None:
    """The list lives as the map does: a seat that is given back stands in its place again."""
    held = box.hold(shown.event, "other", seat_ids=[shown.seat_id(3)])
    shown.page.evaluate("map.refresh()")
    shown.button("List").click()
    shown.page.get_by_text("Row A").click()
    seats = shown.page.locator(".seatmap-seat")
    expect(seats).to_have_text(["1", "2", "3", "5", "6", "7", "8", "9", "10"])
    box.call("POST", f"/orders/{held['id']}/cancel")
    expect(seats).to_have_text([str(number) for number in range(1, 11)])
    box.hold(shown.event, "another", seat_ids=[shown.seat_id(4)])
    gone = shown.page.get_by_role("button", name="Section Stalls, row A, seat 5, US$75.00, being bought")
    expect(gone).to_have_attribute("aria-disabled", "true")


def test_the_layout_is_asked_for_once_and_the_states_only_if_they_changed(shown: SeatPage, box: Box) -> None:
    """304 after 304 while nothing happens, one 200 when something does."""
    wait_until(lambda: shown.count(_STATES, 304) >= 2, within_s=10, what="two answers without a body")
    assert shown.count(_STATES) == 1
    box.hold(shown.event, "other", seat_ids=[shown.seat_id(3)])
    wait_until(lambda: shown.count(_STATES) == 2, within_s=10, what="the new states")
    assert shown.count("/seatmap?v=") == 1


def test_seats_that_are_added_appear_and_the_choice_stays(shown: SeatPage, box: Box) -> None:
    """The next states name another layout, which is read then."""
    shown.page.mouse.click(*shown.place("Stalls/A/9"))
    seats = [{"section": "Circle", "row": "A", "number": str(number), "price": 5000} for number in range(1, 6)]
    box.call("POST", f"/events/{shown.event['id']}/seats", {"seats": seats})
    expect(shown.button("US$50.00")).to_be_visible()
    assert shown.page.evaluate("map.layout.length") == 15
    assert shown.chosen() == ["Stalls/A/9"]


def test_without_a_network_the_map_waits_and_goes_on(shown: SeatPage, box: Box) -> None:
    """What happened meanwhile is there as soon as the network is."""
    context = shown.page.context
    context.set_offline(True)
    box.hold(shown.event, "other", seat_ids=[shown.seat_id(5)])
    context.set_offline(False)
    wait_until(lambda: shown.page.evaluate("map.states()[5]") == "h", within_s=10, what="the hold on the map")


def test_a_hidden_tab_asks_for_nothing(shown: SeatPage, visit: Visit) -> None:
    """While another one asks three times, it finishes at most the one that was under way."""
    shown.page.evaluate(_HIDE)
    before = shown.count(_STATES, 304)
    other = SeatPage.open(visit(), shown.event)
    wait_until(lambda: other.count(_STATES, 304) >= 3, within_s=15, what="three answers to another tab")
    assert shown.count(_STATES, 304) <= before + 1


def test_a_map_that_is_put_away_asks_for_nothing_more(shown: SeatPage, visit: Visit) -> None:
    """Nothing of it is left on the page."""
    shown.page.evaluate("map.destroy()")
    expect(shown.stage).to_have_count(0)
    before = shown.count(_STATES, 304)
    other = SeatPage.open(visit(), shown.event)
    wait_until(lambda: other.count(_STATES, 304) >= 2, within_s=15, what="two answers to another tab")
    assert shown.count(_STATES, 304) <= before + 1
