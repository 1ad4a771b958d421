"""Other people in front of a visitor: who is in, who waits, who goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.browser.box import Box


@dataclass(frozen=True)
class Crowd:
    """People of one event, who all stand before whoever comes now; the first is in, the others wait."""

    box: Box
    event: dict[str, Any]
    sessions: list[str]

    def goes(self, n: int = 1) -> None:
        """Have the first ``n`` of them leave."""
        for _ in range(n):
            self.box.call("POST", "/queue/leave", {"session_id": self.sessions.pop(0)})


def crowd(box: Box, n: int, **fields: Any) -> Crowd:
    """Make an event with one place, and ``n`` people in it and before it."""
    event = box.event(max_active_sessions=1, **fields)
    return Crowd(box, event, [box.join(event, f"early-{i}") for i in range(n)])


def way_in(page: Page) -> None:
    """Press the one button of an event."""
    page.locator(".buy button").click()


def requests_of(page: Page, part: str) -> list[str]:
    """Note the requests of a tab whose address has ``part`` in it, from now on."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url) if part in request.url else None)
    return seen
