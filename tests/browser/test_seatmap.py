"""Choosing seats: by mouse, finger, keys and from the list, and what the map says of each."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.seat_page import SeatPage
from tests.browser.visitor import SIZES, focused
from tests.support.wait import wait_until

_GROUND = """() => {
  const point = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  point.drawImage(document.querySelector("canvas.seatmap-canvas"), 0, 0);
  return [...point.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def hall(box: Box) -> dict[str, Any]:
    """Two sections of a hundred, the second at other prices."""
    return box.seated({"Stalls": (10, 10, 7500), "Circle": (5, 20, 5000)})


def test_a_click_chooses_a_seat_and_another_takes_it_back(hall: dict[str, Any], visit: Visit) -> None:
    """The page hears of both."""
    shown = SeatPage.open(visit(), hall, limit=2)
    at = shown.place("Stalls/B/3")
    shown.page.mouse.click(*at)
    assert shown.chosen() == ["Stalls/B/3"]
    expect(shown.said).to_have_text("Chosen: Section Stalls, row B, seat 3, US$75.00. 1 seat in all.")
    shown.page.mouse.click(*at)
    assert shown.page.evaluate("said.changed") == [[shown.seat_id(12)], []]


def test_a_finger_that_could_miss_zooms_in_first(hall: dict[str, Any], visit: Visit) -> None:
    """Nothing is chosen by the first tap; the seat under it by one when seats are large enough."""
    shown = SeatPage.open(visit(screen="phone", has_touch=True), hall, limit=2)
    at = shown.place("Circle/C/10")
    shown.page.touchscreen.tap(*at)
    assert shown.chosen() == []

    def tapped() -> list[str]:
        shown.page.touchscreen.tap(*at)
        return shown.chosen()

    assert wait_until(tapped, what="a seat that is hit") == ["Circle/C/10"]


def test_a_seat_under_the_mouse_is_named_with_its_price(hall: dict[str, Any], visit: Visit) -> None:
    """Beside it, and gone with the mouse."""
    shown = SeatPage.open(visit(), hall)
    shown.page.mouse.move(*shown.place("Circle/A/7"))
    expect(shown.tip).to_have_text("CircleRow A · seat 7US$50.00")
    shown.page.mouse.move(5, 5)
    expect(shown.tip).to_be_hidden()


def test_the_keyboard_goes_from_seat_to_seat_and_chooses(hall: dict[str, Any], visit: Visit) -> None:
    """Arrows along and across rows and into the next section, the ends of a row, Enter and Space."""
    shown = SeatPage.open(visit(), hall, limit=9)
    shown.stage.focus()
    ways = {
        "ArrowRight": "Stalls, row A, seat 2,",
        "ArrowDown": "Stalls, row B, seat 2,",
        "End": "Stalls, row B, seat 10,",
        "Home": "Stalls, row B, seat 1,",
        "ArrowUp": "Stalls, row A, seat 1,",
    }
    for key, seat in ways.items():
        shown.page.keyboard.press(key)
        expect(shown.said).to_contain_text(seat)
    shown.page.keyboard.press("Enter")
    for _ in range(10):
        shown.page.keyboard.press("ArrowDown")
    expect(shown.said).to_contain_text("Circle, row A")
    shown.page.keyboard.press("Space")
    assert [name[:9] for name in shown.chosen()] == ["Stalls/A/", "Circle/A/"]


def test_the_limit_is_told_and_what_is_chosen_stays(hall: dict[str, Any], visit: Visit) -> None:
    """Nothing is dropped in silence; it is written, and said aloud."""
    shown = SeatPage.open(visit(), hall, limit=1)
    shown.stage.focus()
    for key in ("Enter", "ArrowRight", "Enter"):
        shown.page.keyboard.press(key)
    told = "You can choose 1 seat. Take it back to choose another."
    expect(shown.page.locator(".seatmap-note")).to_have_text(told)
    expect(shown.page.get_by_role("alert")).to_have_text(told)
    assert shown.chosen() == ["Stalls/A/1"]


def test_the_list_has_the_same_seats_and_the_same_choice(hall: dict[str, Any], visit: Visit) -> None:
    """Section, row, seat, each by its name; what is pressed there is chosen on the map."""
    shown = SeatPage.open(visit(), hall, limit=2)
    shown.button("List").click()
    shown.page.get_by_text("Circle").last.click()
    shown.page.get_by_text("Row C").click()
    expect(shown.page.locator("summary", has_text="Row C")).to_contain_text("20 of 20 free · US$50.00")
    seat = shown.page.get_by_role("button", name="Section Circle, row C, seat 4, US$50.00")
    seat.click()
    expect(seat).to_have_attribute("aria-pressed", "true")
    assert shown.chosen() == ["Circle/C/4"]
    shown.page.evaluate("map.deselect(map.selection().map((seat) => seat.id))")
    expect(seat).to_have_attribute("aria-pressed", "false")


def test_the_filter_leaves_one_price_or_one_section_in_map_and_list(hall: dict[str, Any], visit: Visit) -> None:
    """The keyboard goes only where the filter lets it, the list has only what it lets through."""
    shown = SeatPage.open(visit(), hall)
    sections = shown.page.locator(".seatmap-list > details > summary")
    shown.button("US$50.00").click()
    shown.stage.focus()
    shown.page.keyboard.press("ArrowRight")
    expect(shown.said).to_contain_text("Section Circle, row A, seat 2")
    shown.button("List").click()
    expect(sections).to_have_text([re.compile("^Circle")])
    shown.button("US$50.00").click()
    shown.page.get_by_role("combobox", name="Section").select_option("Stalls")
    expect(sections).to_have_text([re.compile("^Stalls")])


def test_of_a_long_row_the_list_shows_a_part_and_a_way_to_the_next(box: Box, visit: Visit) -> None:
    """The focus goes on to the first seat of the next part."""
    shown = SeatPage.open(visit(), box.seated({"Front": (1, 160, 7500)}))
    shown.button("List").click()
    shown.page.get_by_text("Row A").click()
    seats = shown.page.locator(".seatmap-seat")
    expect(seats).to_have_count(150)
    shown.button("Show 10 more").click()
    expect(seats).to_have_count(160)
    expect(focused(shown.page)).to_have_text("151")


def test_when_the_theme_changes_the_map_does(hall: dict[str, Any], visit: Visit) -> None:
    """The ground is another colour, without a reload."""
    shown = SeatPage.open(visit(), hall)
    light = shown.page.evaluate(_GROUND)
    shown.page.emulate_media(color_scheme="dark")
    wait_until(lambda: sum(shown.page.evaluate(_GROUND)) < sum(light) / 2, what="a dark ground")


def test_a_window_may_turn_before_the_layout_is_there(hall: dict[str, Any], visit: Visit) -> None:
    """The house is planned for the window as it has become."""
    person = visit()
    page = person.context.new_page()
    layouts: list[Route] = []
    page.route("**/seatmap?v=*", lambda route: layouts.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    with page.expect_request("**/seatmap?v=*"):
        page.goto(f"{person.base_url}/desk/{hall['id']}#seats", wait_until="commit")
    page.set_viewport_size(SIZES["phone"])
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    layouts[0].continue_()
    page.get_by_role("application").wait_for()


def test_the_legend_says_what_each_shape_means(hall: dict[str, Any], visit: Visit) -> None:
    """A name for each state, and a name for each price."""
    shown = SeatPage.open(visit(), hall)
    expect(shown.page.get_by_role("list", name="What the shapes mean").get_by_role("listitem")).to_have_text(
        ["Free, in the colour of its price", "Chosen by you", "Yours", "Being bought", "Sold", "Not on sale"]
    )
    expect(shown.page.get_by_role("group", name="Prices").get_by_role("button")).to_have_text(["US$75.00", "US$50.00"])


def test_at_the_desk_seats_of_any_state_are_chosen_and_many_at_once(box: Box, visit: Visit) -> None:
    """One that somebody holds, and with Shift all from there to the next."""
    event = box.seated({"Stalls": (2, 8, 7500)})
    shown = SeatPage.open(visit(), event, mode="desk")
    box.hold(event, "other", seat_ids=[shown.seat_id(2)])
    shown.page.evaluate("map.refresh()")
    first, last = shown.place("Stalls/A/3"), shown.place("Stalls/A/6")
    shown.page.mouse.click(*first)
    shown.page.keyboard.down("Shift")
    shown.page.mouse.click(*last)
    assert shown.chosen() == [f"Stalls/A/{number}" for number in (3, 4, 5, 6)]


def test_markup_in_a_name_is_text(box: Box, visit: Visit) -> None:
    """In the list, in the filter and beside the mouse."""
    event = box.event(is_seated_event=True, name=SCRIPT)
    seats = [{"section": SCRIPT, "row": SCRIPT, "number": str(number), "price": 100} for number in range(4)]
    box.call("POST", f"/events/{event['id']}/seats", {"seats": seats})
    shown = SeatPage.open(visit(), event)
    shown.page.mouse.move(*shown.place(f"{SCRIPT}/{SCRIPT}/2"))
    expect(shown.tip).to_contain_text(f"Row {SCRIPT} · seat 2")
    shown.button("List").click()
    expect(shown.page.locator("summary").first).to_contain_text(SCRIPT)
    assert shown.page.locator("main script").count() == 0
