"""The seats at the desk: who has them, which are kept back, what they cost, and more of them."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.desk import fill, read


def choose(page: Page, numbers: str) -> None:
    """Choose seats of row A in the list, which a keyboard and a reader use."""
    page.get_by_role("button", name="List", exact=True).click()
    page.locator("summary", has_text="Row A").click()
    for number in numbers:
        page.locator(".seatmap-list").get_by_role("button", name=f"seat {number}").click()


def states(box: Box, event: dict[str, Any]) -> str:
    """Read one character a seat."""
    now: str = box.call("GET", f"/events/{event['id']}/seatmap/states")["states"]
    return now


def test_who_has_a_seat_is_told_and_what_is_taken_is_left_alone(box: Box, visit: Visit) -> None:
    """Of three chosen seats one is sold: it says to whom, and the other two are blocked and freed again."""
    event = box.seated({"Stalls": (1, 4, 7500)})
    order = box.hold(event, "ada", seat_ids=[box.seats(event)[0]["id"]])
    box.call("POST", f"/orders/{order['id']}/confirm")
    page = visit().open(f"/desk/{event['id']}#seats")
    choose(page, "123")
    page.get_by_role("button", name="Who has it?").click()
    expect(page.locator(".ticket-list > li")).to_contain_text("ada")
    expect(page.get_by_text("1 that is held or sold is left alone.")).to_be_visible()
    fill(page, {"Reason for blocking": "The pillar"})
    page.get_by_role("button", name="Block", exact=True).click()
    expect(page.get_by_role("main").get_by_text("2 seats were changed.")).to_be_visible()
    assert states(box, event) == "sbba"
    page.get_by_role("button", name="Unblock").click()
    expect(page.get_by_role("button", name="Unblock")).not_to_have_attribute("aria-busy", "true")
    assert states(box, event) == "saaa"


def test_chosen_seats_get_another_price(box: Box, visit: Visit) -> None:
    """What is no amount is told at its field."""
    event = box.seated({"Stalls": (1, 3, 7500)})
    page = visit().open(f"/desk/{event['id']}#seats")
    choose(page, "23")
    fill(page, {"New price": "cheap"})
    page.get_by_role("button", name="Change the price").click()
    expect(page.locator("#field-new_price-error")).to_contain_text("75.00")
    fill(page, {"New price": "12,50"})
    page.get_by_role("button", name="Change the price").click()
    expect(page.get_by_role("main").get_by_text("2 seats were changed.")).to_be_visible()
    assert [seat["price"] for seat in box.seats(event)] == [7500, 1250, 1250]


def test_sections_are_added_to_an_event_that_is_there(box: Box, visit: Visit) -> None:
    """They stand on the map at once."""
    event = box.event(is_seated_event=True, total_tickets=50, price=900)
    page = visit().open(f"/desk/{event['id']}#seats")
    expect(page.get_by_text("There are no seats yet.")).to_be_visible()
    fill(page, {"Section": "Circle", "Rows": "2", "Seats per row": "2"})
    page.get_by_label("Names of rows").select_option("numbers")
    page.get_by_role("button", name="Add these seats").click()
    expect(page.get_by_role("main").get_by_text("4 seats are new, 0 were there already.")).to_be_visible()
    page.locator(".seatmap").wait_for()
    assert [(seat["section"], seat["row"], seat["number"], seat["price"]) for seat in box.seats(event)] == [
        ("Circle", row, number, 900) for row in "12" for number in "12"
    ]
    assert read(box, event)["seat_count"] == 4
