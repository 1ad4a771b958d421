"""Tickets that somebody has, for the pages that show them."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.box import Box

_GUEST = "() => JSON.parse(localStorage.getItem('ticketing.guest'))"


def guest(page: Page) -> dict[str, str]:
    """Give who a page's buyer is, `{userId, token}`, once the page has found out."""
    page.wait_for_function(_GUEST)
    known: dict[str, str] = page.evaluate(_GUEST)
    return known


def bought(box: Box, event: dict[str, Any], user_id: str = "ada", seats: int = 1) -> dict[str, Any]:
    """Have somebody hold and confirm the first free seats of an event, and give the order."""
    what = (
        {"seat_ids": [seat["id"] for seat in box.seats(event)[:seats]]}
        if event["is_seated_event"]
        else {"quantity": seats}
    )
    held = box.hold(event, user_id, **what)
    order: dict[str, Any] = box.call("POST", f"/orders/{held['id']}/confirm", {})["order"]
    return order


def ticket_of(box: Box, event: dict[str, Any], user_id: str = "ada") -> dict[str, Any]:
    """Have somebody buy one ticket, and give it."""
    ticket: dict[str, Any] = bought(box, event, user_id)["tickets"][0]
    return ticket
