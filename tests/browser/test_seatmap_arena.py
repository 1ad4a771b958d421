"""A house of 50,000 seats: what the map draws and asks for stays small, and it looks right on every screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.seat_page import SeatPage
from tests.browser.visitor import Language, Theme, sound
from tests.support.wait import wait_until

_COUNT = (Path(__file__).parent / "count_drawing.js").read_text()
_BYTES = """() => performance.getEntriesByType("resource")
  .filter(({ name }) => name.includes("/seatmap/states")).map((entry) => entry.encodedBodySize)"""
_NODES = "document.querySelectorAll('*').length"
PRICES = (12_000, 9_000, 7_500, 5_000)


@pytest.fixture(scope="module")
def arena(box: Box) -> dict[str, Any]:
    """Forty blocks of 1,250; of the first some seats are held, sold or not on sale."""
    event = box.seated({f"Block {101 + nth}": (25, 50, PRICES[nth // 10]) for nth in range(40)})
    ids = [f"{event['id'][:13]}-8000-8000-{ordinal:012x}" for ordinal in range(10_000)]
    box.hold(event, "slow", seat_ids=ids[3:9])
    sold = box.hold(event, "quick", seat_ids=ids[60:66])
    box.call("POST", f"/orders/{sold['id']}/confirm")
    box.call("PATCH", f"/events/{event['id']}/seats", {"seat_ids": ids[110:140], "blocked": True, "reason": "stage"})
    return event


def test_a_move_paints_no_seat_anew_and_a_zoom_a_bounded_number_a_frame(arena: dict[str, Any], visit: Visit) -> None:
    """Seats are painted once and then copied, in pieces, and only those in view."""
    person = visit()
    person.context.add_init_script(_COUNT)
    shown = SeatPage.open(person, arena)
    assert _frames(shown.page) == [], "blocks need no seat"
    x, y = shown.place("Block 112/J/25")
    shown.page.mouse.move(x, y)
    for _ in range(12):
        shown.page.mouse.wheel(0, -120)
    zoomed = _settled(shown.page)
    assert sum(frame["seats"] for frame in zoomed) > 500
    assert max(frame["seats"] for frame in zoomed) <= 2_500
    _drag(shown.page, x, y)
    _settled(shown.page)
    _drag(shown.page, x, y)
    moved = _settled(shown.page)
    assert (len(moved) > 5, sum(frame["seats"] for frame in moved)) == (True, 0)
    assert max(frame["pieces"] for frame in moved) <= 20


def test_a_click_on_a_block_goes_near_and_one_button_shows_all_again(arena: dict[str, Any], visit: Visit) -> None:
    """A drag moves on to other blocks, the wheel zooms to what is under the mouse."""
    shown = SeatPage.open(visit(), arena)
    where = shown.page.locator(".seatmap-where")
    x, y = shown.place("Block 112/J/25")
    shown.page.mouse.click(x, y)
    expect(where).to_have_text("Block 112")
    _drag(shown.page, x, y, back=False)
    expect(where).not_to_have_text("Block 112")
    shown.button("Show all").click()
    expect(where).to_be_hidden()
    shown.page.mouse.move(*shown.place("Block 126/J/25"))
    expect(shown.tip).to_have_text("Block 126US$75.001,250 free")
    shown.page.mouse.wheel(0, -2_000)
    expect(where).to_have_text("Block 126")


def test_a_refresh_is_small_and_the_list_has_few_nodes(arena: dict[str, Any], visit: Visit) -> None:
    """At most 60 kB for all states; what is folded up does not exist."""
    shown = SeatPage.open(visit(), arena)
    assert 50_000 < max(shown.page.evaluate(_BYTES)) <= 60_000
    shown.button("List").click()
    assert shown.page.evaluate(_NODES) < 600
    shown.page.get_by_text("Block 107").last.click()
    shown.page.get_by_text("Row L").click()
    expect(shown.page.get_by_role("button", name="Section Block 107, row L, seat 50, US$120.00")).to_be_visible()
    assert shown.page.evaluate(_NODES) < 900


def test_from_afar_the_keyboard_goes_from_block_to_block(arena: dict[str, Any], visit: Visit) -> None:
    """Enter goes near and to a free seat, Escape back to the whole."""
    shown = SeatPage.open(visit(), arena)
    shown.stage.focus()
    expect(shown.said).to_have_text("Section Block 101, US$120.00, 1,208 free. Enter to look closer.")
    shown.page.keyboard.press("ArrowRight")
    expect(shown.said).to_contain_text("Section Block 102, US$120.00, 1,250 free.")
    shown.page.keyboard.press("Enter")
    expect(shown.said).to_have_text("Section Block 102, row A, seat 1, US$120.00")
    shown.page.keyboard.press("Escape")
    expect(shown.said).to_contain_text("Section Block 102, US$120.00, 1,250 free.")


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_sound_on_every_screen(arena: dict[str, Any], visit: Visit, language: Language, theme: Theme) -> None:
    """The whole, the seats with one chosen and one pointed at, the list: nothing cut, nothing that axe-core finds."""
    person = visit(language=language, theme=theme)
    shown = SeatPage.open(person, arena, limit=4)
    page = shown.page
    page.evaluate("map.setMine([3, 4].map((ordinal) => map.layout[ordinal].id))")

    sound(person, page, "seatmap-whole")
    shown.stage.focus()
    for key in ("Enter", "+", "+", "Enter", "ArrowDown", "Enter", "ArrowRight"):
        page.keyboard.press(key)
    expect(shown.tip).to_be_visible()
    sound(person, page, "seatmap-seats")
    page.get_by_role("group").first.get_by_role("button").last.click()
    page.locator(".seatmap-list > details > summary").first.click()
    page.locator(".seatmap-part summary").first.click()
    expect(page.locator(".seatmap-seat[aria-pressed=true]")).to_have_count(1)
    sound(person, page, "seatmap-list")


def _drag(page: Page, x: float, y: float, *, back: bool = True) -> None:
    page.mouse.move(x, y)
    page.mouse.down()
    for step in (*range(40), *(range(40, -1, -1) if back else ())):
        page.mouse.move(x - 14 * step, y + 4 * step)
    page.mouse.up()


def _frames(page: Page) -> list[dict[str, int]]:
    """Give what was drawn in each frame since the last time."""
    frames: list[dict[str, int]] = page.evaluate("drawn.splice(0)")
    return [frame for frame in frames if frame["pieces"]]


def _settled(page: Page) -> list[dict[str, int]]:
    """Wait until nothing is left to be painted, and give the frames up to then."""
    seen: list[dict[str, int]] = []

    def is_quiet() -> bool:
        before = len(seen)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        seen.extend(_frames(page))
        return len(seen) == before

    wait_until(is_quiet, within_s=20, what="a map that is painted")
    return seen
