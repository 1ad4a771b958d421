"""Somebody in front of a browser: a language, a screen, a theme, and a note of everything that went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, ViewportSize

Language = Literal["en", "ko"]
Screen = Literal["phone", "desktop"]
Theme = Literal["light", "dark"]

LOCALES: dict[Language, str] = {"en": "en-GB", "ko": "ko-KR"}
SIZES: dict[Screen, ViewportSize] = {
    "phone": {"width": 320, "height": 640},
    "desktop": {"width": 1280, "height": 800},
}
SCREENS = Path(__file__).resolve().parents[2] / "build" / "screens"
PATIENCE_MS = 15_000
_OVERFLOWING = (Path(__file__).parent / "overflowing.js").read_text()
_PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""A window of another size is drawn in the next frame, and seen in the one after."""
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_EXPECTED = "Failed to load resource"
"""What Chromium writes of every refusal of the service: that is an answer, not a mistake of the page."""


@dataclass
class Visitor:
    """One person with a browser of their own; tabs of one person share what the browser keeps."""

    context: BrowserContext
    base_url: str
    screen: Screen
    theme: Theme
    language: Language
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Watch every tab from its first moment."""
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.on("page", self._watch)

    def open(self, path: str) -> Page:
        """Open a page in a new tab."""
        page = self.context.new_page()
        page.goto(self.base_url + path)
        return page

    def shot(self, page: Page, name: str) -> Path:
        """Keep a picture of all of the page, once nothing is loading, under the name of what it shows."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        file = SCREENS / f"{name}-{self.screen}-{self.theme}-{self.language}.png"
        page.screenshot(path=file, full_page=True, animations="disabled")
        return file

    def _watch(self, page: Page) -> None:
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.troubles.append(f"error on {page.url}: {error}"))
        page.on("request", self._note_stranger)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_EXPECTED):
            self.troubles.append(f"console: {message.text}")

    def _note_stranger(self, request: Request) -> None:
        if not request.url.startswith((self.base_url, "blob:", "data:")):
            self.troubles.append(f"asked a third party: {request.url}")


def visitor(
    browser: Browser,
    base_url: str,
    *,
    screen: Screen = "desktop",
    theme: Theme = "light",
    language: Language = "en",
    **more: Any,
) -> Visitor:
    """Give a new person with a browser of their own; ``more`` are options of Playwright's context."""
    options = {"viewport": SIZES[screen], "color_scheme": theme, "timezone_id": "Europe/London"} | more
    return Visitor(browser.new_context(locale=LOCALES[language], **options), base_url, screen, theme, language)


def violations(page: Page) -> list[str]:
    """Give what axe-core finds wrong with a page as it stands now, one line each."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": _TAGS}}).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def overflowing(page: Page) -> list[str]:
    """Give what is wider than the window, or cut off within itself, of what is shown now."""
    texts: list[str] = page.evaluate(_OVERFLOWING)
    return texts


def sound(person: Visitor, page: Page, name: str) -> None:
    """Keep pictures of a page as it stands, in both widths, and find nothing wrong: by axe-core, cut, or too wide."""
    for screen, size in reversed(SIZES.items()):
        person.screen = screen
        page.set_viewport_size(size)
        # What sticks to the window stands at its own place there.
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.evaluate(_PAINTED)
        person.shot(page, name)
        assert overflowing(page) == []
    assert violations(page) == []


def focused(page: Page) -> Locator:
    """Give the element that has the focus."""
    return page.locator(":focus")
