"""A ticket: what it says, its code, on paper, and given back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import qr
from tests.browser.bought import bought, guest, ticket_of
from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.visitor import Language, Screen, Theme, focused, overflowing, violations
from tests.infra.running import Run, free_port

STALLS = {"Stalls": (2, 10, 7500)}
PAGE_OF_PDF = re.compile(rb"/Type\s*/Page\b")


@pytest.fixture(scope="module")
def concert(box: Box) -> dict[str, Any]:
    """An event with seats."""
    return box.seated(STALLS, name="Northern Lights", currency="EUR", tickets_per_visitor=4)


def _button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name)


def test_a_ticket_says_what_where_when_and_for_whom(visit: Visit, box: Box, concert: dict[str, Any]) -> None:
    """And its price, its number, its state and its code, that can be typed where nothing can be scanned."""
    ticket = ticket_of(box, concert)
    card = visit().open(f"/tickets/{ticket['id']}").get_by_role("article", name="Northern Lights")
    seat = f"Section Stalls, row {ticket['row']}, seat {ticket['number']}"
    year = concert["start_time"][:4]
    for text in (concert["venue"], year, seat, "€75.00", "ada", ticket["id"], "Valid", "Show this code at the door."):
        expect(card).to_contain_text(text)
    assert ticket["barcode"] in card.locator(".stub .code").inner_text().replace("\n", "")


def test_the_code_can_be_scanned_from_the_screen_in_the_dark_theme_too(
    visit: Visit, box: Box, concert: dict[str, Any]
) -> None:
    """What a camera sees of the page is the code and nothing else."""
    ticket = ticket_of(box, concert)
    page = visit(theme="dark").open(f"/tickets/{ticket['id']}")
    assert qr.read(page, page.get_by_role("img", name="QR code").screenshot()) == [ticket["barcode"]]


def test_an_order_prints_one_page_for_each_valid_ticket(visit: Visit, box: Box, concert: dict[str, Any]) -> None:
    """Without what is only for the screen, and without a ticket that lets nobody in."""
    order = bought(box, concert, seats=3)
    box.call("POST", f"/tickets/{order['tickets'][1]['id']}/cancel", {})
    page = visit(theme="dark").open(f"/orders/{order['id']}")
    expect(page.get_by_role("img", name="QR code")).to_have_count(2)
    assert len(PAGE_OF_PDF.findall(page.pdf())) == 2
    page.emulate_media(media="print")
    for hidden in (page.locator("#header"), page.locator("#footer"), _button(page, "Print"), page.locator(".void")):
        expect(hidden).to_be_hidden()
    for shown in page.get_by_role("article").all():  # the others are hidden, and no part of the tree
        expect(shown).to_have_css("color", "rgb(0, 0, 0)")
        expect(shown).to_have_css("background-color", "rgb(255, 255, 255)")


def test_a_ticket_is_given_back_by_keyboard_after_a_question(visit: Visit, box: Box, concert: dict[str, Any]) -> None:
    """Who says no keeps it; who says yes has no code any more, and the place is free."""
    ticket = ticket_of(box, concert)
    page = visit().open(f"/tickets/{ticket['id']}")
    cancel = _button(page, "Cancel ticket")
    cancel.press("Enter")
    focused(page).press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(focused(page)).to_have_text(re.compile("Cancel ticket"))
    cancel.press("Enter")
    _button(page, "Yes, cancel it").press("Enter")
    expect(page.get_by_role("article")).to_contain_text("Nobody can come in with this ticket.")
    expect(page.get_by_role("img", name="QR code")).to_have_count(0)
    expect(page.locator("#announcer")).to_contain_text("Cancelled: Section Stalls")
    expect(cancel).to_have_count(0)
    assert ticket["seat_id"] in {seat["id"] for seat in box.seats(concert)}


def test_a_hold_says_how_long_it_lasts_and_that_it_is_over(visit: Visit, box: Box) -> None:
    """The page finds out by itself when the time has come."""
    event = box.event(hold_seconds=5)
    held = box.hold(event, "ada", quantity=1)
    page = visit().open(f"/orders/{held['id']}")
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"0:0\d"))
    assert violations(page) == []
    expect(page.get_by_role("link", name="Go on and confirm")).to_have_attribute("href", f"/e/{event['id']}")
    expect(page.get_by_role("article")).to_contain_text("Standing")
    expect(page.get_by_role("img", name="QR code")).to_have_count(0)
    expect(page.get_by_role("article")).to_contain_text("Not confirmed in time.")
    expect(page.get_by_role("timer")).to_have_count(0)


def test_a_ticket_that_was_used_says_when_and_cannot_be_given_back(
    visit: Visit, box: Box, concert: dict[str, Any]
) -> None:
    """Who comes back to the page sees it without loading it anew."""
    ticket = ticket_of(box, concert)
    page = visit().open(f"/tickets/{ticket['id']}")
    expect(_button(page, "Cancel ticket")).to_be_visible()
    box.call("POST", f"/tickets/{ticket['id']}/check-in", {"barcode": ticket["barcode"]})
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("article")).to_contain_text("Used to come in:")
    expect(_button(page, "Cancel ticket")).to_have_count(0)


def test_a_ticket_of_a_cancelled_event_is_struck(visit: Visit, box: Box) -> None:
    """It says why nobody comes in with it."""
    event = box.event()
    ticket = ticket_of(box, event)
    box.call("PUT", f"/events/{event['id']}", {"status": "cancelled"})
    card = visit().open(f"/tickets/{ticket['id']}").get_by_role("article")
    expect(card).to_contain_text("The event is cancelled.")
    expect(card.get_by_role("img", name="QR code")).to_have_count(0)
    expect(card.get_by_role("heading")).to_have_css("text-decoration-line", "line-through")


def test_without_keys_a_ticket_shows_its_number_instead_of_a_code(visit: Visit, tmp_path: Path) -> None:
    """The service gives its tickets no codes then."""
    with Run(tmp_path, free_port(), TICKET_KEYS=",") as run:
        box = Box(run.up())
        ticket = ticket_of(box, box.event())
        card = visit(at=box).open(f"/tickets/{ticket['id']}").get_by_role("article")
        expect(card).to_contain_text("Show the ticket number at the door.")
        expect(card.get_by_role("img", name="QR code")).to_have_count(0)


def test_where_tokens_are_wanted_a_ticket_is_shown_to_its_buyer_alone(visit: Visit, guarded: Box) -> None:
    """To anybody else it is as if it were not there."""
    page = visit(at=guarded).open("/tickets")
    me = guest(page)
    ticket = ticket_of(Box(guarded.run, me["token"]), guarded.event(), me["userId"])
    page.goto(f"{guarded.base_url}/tickets/{ticket['id']}")
    expect(page.get_by_role("article")).to_contain_text("Guest")
    stranger = visit(at=guarded).open(f"/tickets/{ticket['id']}")
    expect(stranger.locator("#main")).to_contain_text("This ticket is not yours, or it does not exist.")
    expect(stranger.locator("#main").get_by_role("link", name="My tickets")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("screen", ["phone", "desktop"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_sound_on_every_screen(visit: Visit, box: Box, language: Language, screen: Screen, theme: Theme) -> None:
    """An order with a valid ticket and one that is void."""
    event = box.seated(STALLS, name="Northern Lights: a night of strings", tickets_per_visitor=4)
    order = bought(box, event, seats=2)
    box.call("POST", f"/tickets/{order['tickets'][1]['id']}/cancel", {})
    person = visit(language=language, screen=screen, theme=theme)
    page = person.open(f"/orders/{order['id']}")
    page.get_by_role("article").first.wait_for()
    person.shot(page, "order")
    assert violations(page) == []
    assert overflowing(page) == []
