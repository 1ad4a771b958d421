"""A page with nothing on it but the seat map of an event: the shell of a buyer's page, without what the buyer does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Locator, Page, Route

from tests.browser.visitor import Visitor

_SCRIPTS = Path(__file__).parent
_MAKE = (_SCRIPTS / "seat_page.js").read_text()
_PLACE = (_SCRIPTS / "seat_place.js").read_text()
_ENTRY = re.compile(r"buyer/event\.js(?=\"></script>)")
_CHOSEN = "map.selection().map((seat) => [seat.section, seat.row, seat.number].join('/'))"
_STATUSES = """(path) => performance.getEntriesByType("resource")
  .filter(({ name }) => name.includes(path)).map((entry) => entry.responseStatus)"""


@dataclass(frozen=True)
class SeatPage:
    """The map as somebody sees it, and what it asks the service for."""

    page: Page
    event: dict[str, Any]
    painted_ms: float

    @classmethod
    def open(cls, person: Visitor, event: dict[str, Any], **options: Any) -> Self:
        """Show the map of an event to somebody; ``options`` are those of ``seatMap``."""
        page = person.context.new_page()
        page.route("**/e/*", _without_the_buyer)
        page.goto(f"{person.base_url}/e/{event['id']}")
        return cls(page, event, page.evaluate(_MAKE, [event["id"], options]))

    @property
    def stage(self) -> Locator:
        """What takes the keys and the hands of the map."""
        return self.page.get_by_role("application")

    @property
    def said(self) -> Locator:
        """What was said last to those who listen."""
        return self.page.locator("#announcer")

    @property
    def tip(self) -> Locator:
        """What stands beside the seat that is pointed at."""
        return self.page.locator(".seatmap-tip")

    def button(self, name: str) -> Locator:
        """Give a button by all of its name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def chosen(self) -> list[str]:
        """Name the seats that are chosen, as section/row/number."""
        names: list[str] = self.page.evaluate(_CHOSEN)
        return names

    def lost(self) -> list[list[str]]:
        """Give the ids of the seats that the page was told are lost, a list for each time."""
        ids: list[list[str]] = self.page.evaluate("said.lost")
        return ids

    def place(self, seat: str) -> tuple[float, float]:
        """Say where in the window a seat is, section/row/number, while the map shows the whole house."""
        self.stage.scroll_into_view_if_needed()
        x, y = self.page.evaluate(_PLACE, [self.event["id"], seat])
        return x, y

    def seat_id(self, ordinal: int) -> str:
        """Give the id of a seat by its number in the event, from 0."""
        return f"{self.event['id'][:13]}-8000-8000-{ordinal:012x}"

    def count(self, path: str, status: int = 200) -> int:
        """Count the answers of a status that the page has had from addresses with this in them."""
        statuses: list[int] = self.page.evaluate(_STATUSES, path)
        return statuses.count(status)


def _without_the_buyer(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=_ENTRY.sub("common/frame.js", answer.text()))
