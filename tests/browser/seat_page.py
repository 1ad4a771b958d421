"""A page with nothing on it but the seat map of an event: the shell of a buyer's page, without what the buyer does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Self

from playwright.sync_api import Locator, Page, Route

from tests.browser.visitor import Visitor

_MAKE = """async ([event, options]) => {
  const base = document.querySelector("script[type=module]").src.replace(/common[/].*/, "");
  const { seatMap } = await import(`${base}seatmap/seatmap.js`);
  const said = { changed: [], lost: [] };
  const ids = (seats) => seats.map((seat) => seat.id);
  const map = await seatMap(event, {
    ...options,
    onChange: (seats) => said.changed.push(ids(seats)),
    onLost: (seats) => said.lost.push(ids(seats)),
  });
  document.getElementById("main").replaceChildren(document.createElement("h1"), map.element);
  document.querySelector("h1").textContent = event.name;
  document.title = event.name;
  Object.assign(window, { map, said });
}"""
_ENTRY = re.compile(r"buyer/event\.js(?=\"></script>)")


@dataclass
class SeatPage:
    """The map as somebody sees it, and what it asked the service for."""

    page: Page
    asked: list[tuple[str, int]] = field(default_factory=list)

    @classmethod
    def open(cls, person: Visitor, event: dict[str, Any], **options: Any) -> Self:
        """Show the map of an event to somebody; ``options`` are those of ``seatMap``."""
        page = person.context.new_page()
        page.route("**/e/*", _without_the_buyer)
        page.goto(f"{person.base_url}/e/{event['id']}")
        made = cls(page)
        page.on("response", lambda answer: made.asked.append((answer.url, answer.status)))
        fresh = page.evaluate("(id) => fetch(`/api/v1/events/${id}`).then((answer) => answer.json())", event["id"])
        page.evaluate(_MAKE, [fresh, options])
        return made

    @property
    def stage(self) -> Locator:
        """What takes the keys and the hands of the map."""
        return self.page.get_by_role("application")

    @property
    def canvas(self) -> Locator:
        """Where the map is drawn."""
        return self.page.locator("canvas.seatmap-canvas")

    def chosen(self) -> list[str]:
        """Name the seats that are chosen, as section/row/number."""
        names: list[str] = self.page.evaluate("map.selection().map((seat) => [seat.section, seat.row, seat.number].join('/'))")
        return names


def _without_the_buyer(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=_ENTRY.sub("common/frame.js", answer.text()))
