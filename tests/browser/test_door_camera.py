"""The door's camera: a code that is held there is one scan, and a door without a camera goes on by hand."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import qr
from tests.browser.bought import ticket_of
from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.visitor import visitor

Door = Callable[..., AbstractContextManager[Page]]

# A browser that has a detector of its own is one that has this class; Debian's Chromium has none.
_NATIVE = """
  globalThis.looks = 0;
  globalThis.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { globalThis.looks += 1; return [{ rawValue: "of the browser's own" }]; }
  };
"""


@pytest.fixture(scope="module")
def ticket(box: Box) -> dict[str, Any]:
    """The ticket that the camera sees."""
    return ticket_of(box, box.event())


@pytest.fixture(scope="module")
def filming(
    chromium: Browser, box: Box, ticket: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A Chromium whose camera is a film of the ticket's code."""
    film = tmp_path_factory.mktemp("film") / "code.y4m"
    person = visitor(chromium, box.base_url)
    qr.film(person.open("/"), ticket["barcode"], film)
    person.context.close()
    arguments = ["--no-sandbox", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    browser = chromium.browser_type.launch(executable_path=shutil.which("chromium"), args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def door(filming: Browser, box: Box, ticket: dict[str, Any]) -> Door:
    """The door of the ticket's event, before a camera."""

    @contextmanager
    def open_door(before: str = "", **options: Any) -> Iterator[Page]:
        person = visitor(filming, box.base_url, **options)
        person.context.add_init_script(before)
        yield person.open(f"/desk/{ticket['event_id']}/door")
        person.context.close()
        assert person.troubles == []

    return open_door


def test_a_code_that_is_held_before_the_camera_is_one_scan(door: Door, ticket: dict[str, Any], box: Box) -> None:
    """However long it is held: the decoder finds it ten times a second, and the service is asked once."""
    with door(permissions=["camera"]) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "check-in" in request.url else None)
        page.get_by_role("button", name="Use the camera").click()
        expect(page.locator(".verdict")).to_contain_text("Let in")
        # Long enough for a code that is asked for again after the three seconds to be asked for again.
        page.wait_for_function("(from) => document.querySelector('video').currentTime > from + 4", arg=_time(page))
        assert len(asked) == 1
        expect(page.locator(".scans li")).to_have_count(1)
        page.get_by_role("button", name="Stop the camera").click()
        expect(page.locator("video")).to_be_hidden()
        assert page.evaluate("document.querySelector('video').srcObject") is None
    assert box.call("GET", f"/tickets/{ticket['id']}")["checked_in_at"]


def test_the_browsers_own_detector_is_taken_where_there_is_one(door: Door) -> None:
    """Phones have one that is made of hardware; the decoder is not even loaded then."""
    with door(_NATIVE, permissions=["camera"]) as page:
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(request.url) if "/vendor/" in request.url else None)
        page.get_by_role("button", name="Use the camera").click()
        expect(page.locator(".verdict")).to_contain_text("This is not the code of a ticket.")
        assert page.evaluate("looks") > 0
        assert loaded == []


def test_a_camera_that_may_not_be_used_is_said_and_the_code_is_typed(door: Door) -> None:
    """The focus goes to where it is typed."""
    with door() as page:
        page.get_by_role("button", name="Use the camera").click()
        expect(page.locator("#main").get_by_text("The camera may not be used.")).to_be_visible()
        expect(page.get_by_label("Ticket code")).to_be_focused()
        expect(page.get_by_role("button", name="Use the camera")).to_be_visible()
        expect(page.locator("video")).to_be_hidden()


def test_where_there_is_no_camera_the_door_says_so(visit: Visit, ticket: dict[str, Any]) -> None:
    """As on a desktop computer."""
    page = visit(permissions=["camera"]).open(f"/desk/{ticket['event_id']}/door")
    page.get_by_role("button", name="Use the camera").click()
    expect(page.locator("#main").get_by_text("There is no camera here.")).to_be_visible()


def _time(page: Page) -> float:
    seconds: float = page.evaluate("document.querySelector('video').currentTime")
    return seconds
