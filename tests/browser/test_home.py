"""The first page: what is on sale, and what is left of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.visitor import Language, Theme, sound


def test_the_events_on_sale_stand_there_with_what_is_left(visit: Visit) -> None:
    """The demo events of a fresh installation, each with its way to buy."""
    page = visit().open("/")
    card = page.get_by_role("link", name="Demo concert")
    expect(card).to_contain_text("200 tickets left")
    card.click()
    page.wait_for_url("**/e/*")


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_sound_on_every_screen(visit: Visit, language: Language, theme: Theme) -> None:
    """Nothing that axe-core finds, nothing cut, nothing beside the window."""
    person = visit(language=language, theme=theme)
    page = person.open("/")
    page.get_by_role("link", name="Demo concert").wait_for()
    sound(person, page, "home")


def test_where_tokens_are_wanted_the_events_stand_there_too(guarded: Box, visit: Visit) -> None:
    """Whoever only looks needs none."""
    event = guarded.seated({"Stalls": (2, 5, 7500)})
    page = visit(at=guarded).open("/")
    expect(page.get_by_role("link", name=event["name"])).to_contain_text("10 tickets left")
