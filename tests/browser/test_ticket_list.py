"""My tickets: what this browser's buyer has, by event and order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.bought import bought, guest
from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.visitor import Language, Screen, Theme, overflowing, violations
from tests.support.wait import wait_until


def _soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def test_who_has_none_is_shown_the_way_to_some(visit: Visit) -> None:
    """An empty page helps nobody."""
    page = visit().open("/tickets")
    expect(page.locator("#main")).to_contain_text("You have no tickets yet.")
    page.get_by_role("link", name="See what is on sale").click()
    expect(page.get_by_role("heading", name="Events on sale")).to_be_visible()


def test_what_is_to_come_stands_before_what_was_and_what_is_void(visit: Visit, box: Box) -> None:
    """Each order once, with the places that are good, its state and the way to it."""
    page = visit().open("/tickets")
    me = guest(page)["userId"]
    past = box.event(name="Yesterday", end_time=_soon(4), start_time=_soon(2))
    bought(box, past, me)
    coming = box.seated({"Stalls": (2, 10, 7500)}, name="Tomorrow", tickets_per_visitor=9, max_tickets_per_user=20)
    order = bought(box, coming, me, seats=6)
    box.call("POST", f"/tickets/{order['tickets'][0]['id']}/cancel", {})
    gone = bought(box, coming, me)
    box.call("POST", f"/tickets/{gone['tickets'][0]['id']}/cancel", {})
    wait_until(lambda: box.call("GET", f"/events/{past['id']}")["status"] == "ended", what="the end of an event")
    page.reload()
    sections = page.locator("#main section")
    expect(sections.get_by_role("heading", level=2)).to_have_text(["Coming up", "Past", "Cancelled and expired"])
    expect(sections.nth(0).get_by_role("link")).to_have_count(1)
    expect(sections.nth(0)).to_contain_text("5 tickets")
    expect(sections.nth(0)).to_contain_text("…")
    expect(sections.nth(1)).to_contain_text("Yesterday")
    expect(sections.nth(2)).to_contain_text("Cancelled")
    sections.nth(0).get_by_role("link").click()
    expect(page.get_by_role("article")).to_have_count(6)


def test_stored_markup_is_text(visit: Visit, box: Box) -> None:
    """In the list and on the ticket, in each text that an organiser writes."""
    page = visit().open("/tickets")
    evil = "<script>alert(1)</script><b>"
    event = box.seated({evil: (1, 2, 5000)}, name=evil, venue=evil)
    order = bought(box, event, guest(page)["userId"])
    page.reload()
    expect(page.get_by_role("heading", name=evil)).to_be_visible()
    page.get_by_role("link", name=evil).click()
    card = page.get_by_role("article", name=evil)
    expect(card.get_by_text(evil)).to_have_count(3)
    expect(card).to_contain_text(order["tickets"][0]["id"])
    assert page.locator("#main script, #main b").count() == 0
    assert page.title().startswith(evil)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("screen", ["phone", "desktop"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_sound_on_every_screen(visit: Visit, box: Box, language: Language, screen: Screen, theme: Theme) -> None:
    """A valid order and one that is only held."""
    person = visit(language=language, screen=screen, theme=theme)
    page = person.open("/tickets")
    me = guest(page)["userId"]
    bought(box, box.seated({"Stalls": (2, 10, 7500)}, name="Northern Lights", tickets_per_visitor=4), me, seats=3)
    box.hold(box.event(name="Standing room only"), me, quantity=1)
    page.reload()
    expect(page.locator("#main li.card")).to_have_count(2)
    person.shot(page, "tickets")
    assert violations(page) == []
    assert overflowing(page) == []
