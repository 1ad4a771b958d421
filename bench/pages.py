"""How soon a page is seen by somebody who has never been here, and what it takes along."""

from __future__ import annotations

import gzip
import statistics

from playwright.sync_api import Browser, Response

from bench import report
from bench.browser import shop
from bench.report import Limit
from tests.browser.visitor import visitor

_VISITS = 7
_PAINTED = """() => new Promise((done) => new PerformanceObserver((seen) => {
  for (const paint of seen.getEntriesByName("first-contentful-paint")) done(paint.startTime);
}).observe({ type: "paint", buffered: true }))"""


def measure() -> list[Limit]:
    """Open each page with an empty cache some times. Prints all figures."""
    with shop() as (box, browser):
        event = box.event()
        paths = {"/": "/", "/e/...": f"/e/{event['id']}", "/tickets": "/tickets", "/desk": "/desk"}
        found = {name: [_visited(browser, box.base_url, path) for _ in range(_VISITS)] for name, path in paths.items()}
    medians = {
        name: [statistics.median(figures) for figures in zip(*visits, strict=True)] for name, visits in found.items()
    }
    rows = [(name, *(f"{figure:,.0f}" for figure in figures)) for name, figures in medians.items()]
    print(report.table(["page", "first paint, ms", "its heading, ms", "bytes gzipped"], rows))
    return [
        limit
        for name, (painted_ms, _, size) in medians.items()
        for limit in (
            Limit(f"pages: {name} is painted first, ms", painted_ms, 500),
            Limit(f"pages: {name} takes along, bytes", size, 60_000),
        )
    ]


def _visited(browser: Browser, base_url: str, path: str) -> tuple[float, float, float]:
    """Give when something was painted, when the heading stood there, and the bytes, each answer gzipped."""
    person = visitor(browser, base_url)
    page = person.context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright marks what it is given
    page.goto(base_url + path)
    page.get_by_role("heading", level=1).wait_for()
    heading_ms = page.evaluate("performance.now()")
    painted_ms = page.evaluate(_PAINTED)
    size = sum(len(gzip.compress(answer.body())) for answer in answers if answer.ok)
    person.context.close()
    return painted_ms, heading_ms, size
