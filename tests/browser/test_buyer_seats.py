"""The whole way of a buyer of seats, and two of them who want the same one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.box import Box, Row
from tests.browser.conftest import Visit
from tests.browser.crowd import way_in
from tests.browser.visitor import Language, Theme, sound

HOUSE: dict[str, Row] = {"Stalls": (2, 4, 7500), "Balcony": (1, 2, 4500)}
WORDS: dict[Language, tuple[str, str, str, str]] = {
    "en": ("List", "Map", "Row A", "Hold these seats"),
    "ko": ("목록", "배치도", "A열", "좌석 선택 완료"),
}
ORDER = re.compile(r"/orders/[0-9a-f-]{36}$")


def seat(page: Page, number: int) -> Locator:
    """Give the seat of this number in the first row of the stalls, as the list names it."""
    return page.get_by_role("button", name=f"Section Stalls, row A, seat {number}, US$75.00")


def choosing(page: Page, as_list: str = "List", row: str = "Row A") -> None:
    """Be let in, and unfold the first row in the list of seats."""
    way_in(page)
    page.get_by_role("button", name=as_list, exact=True).click()
    for name in ("Stalls", row):
        page.locator("summary").filter(has_text=name).first.click()


def basket(page: Page) -> Locator:
    """Give the bar of the chosen seats."""
    return page.get_by_role("region", name="Your seats")


def test_from_the_first_page_to_the_order_of_two_seats(visit: Visit, box: Box) -> None:
    """The price from and to, the seats and their sum in the bar, one taken out again, the seats in the checkout."""
    event = box.seated(HOUSE)
    page = visit().open("/")
    page.get_by_role("link", name=event["name"]).click()
    expect(page.get_by_text("US$45.00 to US$75.00")).to_be_visible()
    choosing(page)
    for number in (1, 2, 3):
        seat(page, number).click()
    expect(basket(page)).to_contain_text("3 seats chosen")
    page.get_by_role("button", name="Remove Stalls, row A, seat 2").click()
    expect(basket(page)).to_contain_text("US$150.00")
    page.get_by_role("button", name="Hold these seats").click()
    held = page.get_by_role("list", name="What you hold")
    expect(held.get_by_role("listitem")).to_have_text(
        [re.compile("Stalls, row A, seat 1"), re.compile("Stalls, row A, seat 3")]
    )
    page.get_by_role("button", name="Confirm the purchase: US$150.00").click()
    page.wait_for_url(ORDER)


def test_of_two_buyers_one_gets_the_seat_and_the_other_keeps_the_rest(visit: Visit, box: Box) -> None:
    """The seat that went is named, and the other one of the loser is still chosen, and bought."""
    event = box.seated(HOUSE)
    ada, bob = (visit().open(f"/e/{event['id']}") for _ in range(2))
    for page, numbers in ((ada, (1, 2)), (bob, (2, 3))):
        choosing(page)
        page.route("**/seatmap/states", lambda route: route.fulfill(status=304))  # nobody sees it beforehand
        for number in numbers:
            seat(page, number).click()
    ada.get_by_role("button", name="Hold these seats").click()
    expect(ada.get_by_role("heading", name="Confirm your tickets")).to_be_visible()
    bob.get_by_role("button", name="Hold these seats").click()
    expect(
        bob.get_by_role("main").get_by_text("This seat has just gone to somebody else: Stalls, row A, seat 2.")
    ).to_be_visible()
    expect(basket(bob)).to_contain_text("1 seat chosen")
    bob.get_by_role("button", name="Hold these seats").click()
    expect(bob.get_by_role("list", name="What you hold")).to_contain_text("Stalls, row A, seat 3")


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sale_of_seats_is_sound_on_every_screen(visit: Visit, box: Box, language: Language, theme: Theme) -> None:
    """The map beside the seats that are chosen, and the checkout."""
    as_list, as_map, row, hold = WORDS[language]
    person = visit(language=language, theme=theme)
    page = person.open(f"/e/{box.seated(HOUSE)['id']}")
    choosing(page, as_list, row)
    for number in (1, 2):
        page.get_by_role("button", name=re.compile(f"Stalls.*A.*{number}.*US.75")).click()
    page.get_by_role("button", name=as_map, exact=True).click()
    sound(person, page, "choose-seats")
    page.get_by_role("button", name=hold).click()
    page.locator(".total").wait_for()
    sound(person, page, "checkout-seats")
