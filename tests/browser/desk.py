"""An organiser at the desk, as tests look at it."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

from tests.browser.box import Box

TABS_MAX = 120


def fill(page: Page, fields: dict[str, str]) -> None:
    """Write into fields by their labels; of labels that stand there several times, into the last."""
    for label, text in fields.items():
        page.get_by_label(label, exact=True).last.fill(text)


def figure(page: Page, name: str) -> Locator:
    """Give the value of a figure of the live view."""
    return page.locator("dl.figures > div", has=page.get_by_text(name, exact=True)).locator("dd")


def read(box: Box, event: dict[str, Any]) -> dict[str, Any]:
    """Read an event as it is now."""
    now: dict[str, Any] = box.call("GET", f"/events/{event['id']}")
    return now


def created(box: Box, page: Page) -> dict[str, Any]:
    """Wait until the desk has gone from the form to the new event, and read that."""
    page.wait_for_url(lambda url: not url.endswith("/new"))
    return read(box, {"id": page.url.split("/")[-1].split("#")[0]})


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(TABS_MAX):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {wanted}")
