"""Seats out of a CSV file: every line is right before the first is sent, and what was cut off goes on."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.desk import read
from tests.support.wait import wait_until

DROPPED = """() => {
    const data = new DataTransfer();
    data.items.add(new File(["section,row,number\\nA,1,1"], "seats.csv"));
    return data;
}"""


def choose(page: Page, text: str | bytes, name: str = "seats.csv") -> None:
    """Choose a file with this text."""
    content = text if isinstance(text, bytes) else text.encode()
    page.get_by_label("Choose a file").set_input_files(FilePayload(name=name, mimeType="text/csv", buffer=content))


def seats_of(box: Box, event: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    """Read all seats, in order."""
    return [tuple(seat) for seat in box.call("GET", f"/events/{event['id']}/seatmap")["seats"]]


def wrong_lines(page: Page) -> dict[str, str]:
    """Read the table of what is wrong, by line."""
    rows = page.get_by_role("region", name="Lines that are wrong").get_by_role("row").all()[1:]
    return {row.get_by_role("rowheader").inner_text(): row.get_by_role("cell").inner_text() for row in rows}


def test_a_file_is_imported_as_spreadsheets_write_it(box: Box, visit: Visit) -> None:
    """Columns in any order, semicolons, quotes, a byte order mark, commas in prices, one column that means nothing."""
    event = box.event(is_seated_event=True, total_tickets=10, price=4000)
    page = visit().open(f"/desk/{event['id']}#seats")
    lines = ["Number;Price;Section;Row;Colour", '1;75,00;"Box ""Royal""";A;red', "2;;Stalls;A;", "3;5;'=Wing;A;"]
    choose(page, "\ufeff" + "\r\n".join(lines))
    expect(page.get_by_text("3 new seats, 0 are there already")).to_be_visible()
    expect(page.get_by_text("not used: Colour")).to_be_visible()
    page.get_by_role("button", name="Import 3 seats").click()
    expect(page.get_by_text("3 seats are new, 0 were there already.", exact=True).first).to_be_visible()
    assert seats_of(box, event) == [
        ('Box "Royal"', "A", "1", 7500),
        ("Stalls", "A", "2", 4000),
        ("=Wing", "A", "3", 500),
    ]


def test_nothing_is_sent_before_every_line_is_right(box: Box, visit: Visit) -> None:
    """Each mistake is told with its line, also what the event has already."""
    event = box.seated({"Old": (1, 1, 500)}, total_tickets=100)
    page = visit().open(f"/desk/{event['id']}#seats")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    lines = ["section,row,number,price", "A,1,1,free", "A,1,2,5.00", "A,1,2,5.00", "A,,3,5", f"{'x' * 41},1,1,5"]
    choose(page, "\n".join([*lines, "A,1,4,5,6", "Old,A,1,6", "Old,A,1,5.00", "A,1,9,1.234"]))
    expect(page.get_by_text("8 lines of seats.csv are wrong")).to_be_visible()
    assert wrong_lines(page) == {
        "2": "The price is not a number of this currency, or too high.",
        "4": "This is the seat of line 3 again.",
        "5": "row is empty.",
        "6": "section is longer than 40 characters, or has a line break.",
        "7": "There are 5 cells, but 4 columns.",
        "8": "This seat is there already, at US$5.00.",
        "9": "This is the seat of line 8 again.",
        "10": "The price is not a number of this currency, or too high.",
    }
    choose(page, "row,number,price\n1,1,5\n")
    expect(page.get_by_text("must name these columns, too: section")).to_be_visible()
    choose(page, 'section,row,number\nA,1,"1\n')
    expect(page.get_by_text("A quotation mark is never closed.")).to_be_visible()
    assert sent == []


def test_what_the_service_refuses_is_shown_with_its_line(box: Box, visit: Visit) -> None:
    """Somebody else added the seat at another price while the file was looked at."""
    event = box.event(is_seated_event=True, total_tickets=10)
    page = visit().open(f"/desk/{event['id']}#seats")
    choose(page, "section,row,number,price\nA,1,1,5\n\nA,1,2,5\n")
    go_on = page.get_by_role("button", name="Import 2 seats")
    go_on.wait_for()
    seat = {"section": "A", "row": "1", "number": "2", "price": 1}
    box.call("POST", f"/events/{event['id']}/seats", {"seats": [seat]})
    go_on.click()
    page.get_by_role("region", name="Lines that are wrong").wait_for()
    assert wrong_lines(page).keys() == {"4"}
    assert len(seats_of(box, event)) == 1


def test_a_total_that_is_too_small_is_raised_when_the_organiser_says_so(box: Box, visit: Visit) -> None:
    """And not by itself."""
    event = box.event(is_seated_event=True, total_tickets=1)
    page = visit().open(f"/desk/{event['id']}#seats")
    choose(page, "section,row,number\nA,1,1\nA,1,2\nA,1,3\n")
    expect(page.get_by_text("there would be 3 seats, but the event has 1 tickets in all")).to_be_visible()
    assert read(box, event)["total_tickets"] == 1
    page.get_by_role("button", name="Raise the total to 3").click()
    page.get_by_role("button", name="Import 3 seats").click()
    expect(page.get_by_text("3 seats are new, 0 were there already.", exact=True).first).to_be_visible()
    assert read(box, event)["seat_count"] == 3


def test_an_import_that_was_cut_off_goes_on(box: Box, visit: Visit) -> None:
    """By itself when the network is back; after a reload with the same file, of which only the rest is sent."""
    event = box.event(is_seated_event=True, total_tickets=2_000)
    file = "section,row,number,price\n" + "".join(f"A,{row},{number},5\n" for row in range(20) for number in range(100))
    page = visit().open(f"/desk/{event['id']}#seats")
    sent: list[str] = []

    def cut(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) in {1, 3}:
            route.continue_()
        else:
            route.abort("internetdisconnected")

    page.route("**/seats", cut)
    choose(page, file)
    page.get_by_role("button", name="Import 2,000 seats").click()
    expect(page.get_by_role("main").get_by_text("1,000 of 2,000")).to_be_visible()
    wait_until(lambda: len(sent) > 3, what="a page that is cut after one that came through")
    page.unroute("**/seats")
    page.route("**/seats", lambda route: route.abort("internetdisconnected"))
    page.reload()
    expect(page.get_by_text("The import of seats.csv stopped at 1,000 of 2,000.")).to_be_visible()
    page.unroute("**/seats")
    choose(page, file)
    expect(page.get_by_text("1,000 new seats, 1,000 are there already")).to_be_visible()
    page.get_by_role("button", name="Import 1,000 seats").click()
    expect(page.get_by_text("1,000 seats are new, 0 were there already.", exact=True).first).to_be_visible()
    assert len(set(seats_of(box, event))) == len(seats_of(box, event)) == 2_000


def test_a_file_may_be_dropped(box: Box, visit: Visit) -> None:
    """It is checked as one that was chosen."""
    event = box.event(is_seated_event=True, total_tickets=10)
    page = visit().open(f"/desk/{event['id']}#seats")
    dropped = page.evaluate_handle(DROPPED)
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": dropped})
    expect(page.get_by_role("button", name="Import 1 seat")).to_be_visible()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "euc-kr"])
def test_a_korean_file_is_read_in_each_encoding_of_korean_spreadsheets(box: Box, visit: Visit, encoding: str) -> None:
    """With the names of columns in Korean, too."""
    event = box.event(is_seated_event=True, total_tickets=10, currency="KRW")
    page = visit(language="ko").open(f"/desk/{event['id']}#seats")
    text = '구역,열,번호,가격\n가구역,1,1,"75,000"\n'
    file = FilePayload(name="좌석.csv", mimeType="text/csv", buffer=text.encode(encoding))
    page.get_by_label("파일을 선택하거나").set_input_files(file)
    page.get_by_role("button", name="1석 가져오기").click()
    expect(page.get_by_text("1석을 추가했습니다.").first).to_be_visible()
    assert seats_of(box, event) == [("가구역", "1", "1", 75_000)]
