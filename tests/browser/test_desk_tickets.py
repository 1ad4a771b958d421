"""Who has which ticket: found, cancelled, and all of them in a file."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.desk import read

SPREADSHEETS_RUN = ["=1+1", "@SUM", "+49", "-2+3"]


@pytest.fixture(scope="module")
def sale(box: Box) -> dict[str, Any]:
    """An event in which some have seats: people whose names are formulas, and Ada, who has not confirmed yet."""
    event = box.seated({"Stalls": (1, 5, 7500)}, max_active_sessions=50, name="Winter/night: 1")
    for seat, person in zip(box.seats(event), [*SPREADSHEETS_RUN, "ada"], strict=True):
        order = box.hold(event, person, seat_ids=[seat["id"]])
        if person != "ada":
            box.call("POST", f"/orders/{order['id']}/confirm", {"payment_reference": f"={person}"})
    return event


def tickets(box: Box, event: dict[str, Any]) -> list[dict[str, Any]]:
    """Read all tickets of an event."""
    found: list[dict[str, Any]] = box.call("GET", f"/events/{event['id']}/tickets?limit=1000")["tickets"]
    return found


def test_a_ticket_is_found_by_its_number_its_order_its_person_and_its_seat(
    box: Box, sale: dict[str, Any], visit: Visit
) -> None:
    """Each way gives this one alone, with what it is; what is not there is said."""
    ticket = next(each for each in tickets(box, sale) if each["user_id"] == "@SUM")
    page = visit().open(f"/desk/{sale['id']}#tickets")
    items = page.locator(".ticket-list > li")
    expect(items).to_have_count(5)
    ways = {"ticket": ticket["id"], "order": ticket["order_id"], "person": "@SUM", "seat": "stalls / a / 2"}
    for way, text in ways.items():
        page.get_by_label("Find by").select_option(way)
        page.get_by_label("What to find").fill(text)
        page.get_by_label("What to find").press("Enter")
        expect(items).to_have_count(1)
        for said in ("@SUM", "Stalls, row A, seat 2", "US$75.00", "Sold", ticket["id"]):
            expect(items.first).to_contain_text(said)
    page.get_by_label("What to find").fill("stalls b 2")
    page.get_by_role("button", name="Find").click()
    expect(page.get_by_text("There is no such ticket in this event.").first).to_be_visible()
    page.get_by_label("Find by").select_option("all")
    page.get_by_label("Status").select_option("reserved")
    page.get_by_role("button", name="Find").click()
    expect(items).to_have_count(1)
    expect(items.first).to_contain_text("ada")


def test_an_organiser_cancels_a_ticket_after_being_asked(box: Box, visit: Visit) -> None:
    """It says so there, and the seat can be bought again."""
    event = box.seated({"Stalls": (1, 1, 7500)})
    order = box.hold(event, "ada", seat_ids=[box.seats(event)[0]["id"]])
    box.call("POST", f"/orders/{order['id']}/confirm")
    page = visit().open(f"/desk/{event['id']}#tickets")
    page.get_by_role("button", name="Cancel this ticket").click()
    page.get_by_role("dialog").get_by_role("button", name="No").click()
    assert read(box, event)["sold_tickets"] == 1
    page.get_by_role("button", name="Cancel this ticket").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes").click()
    expect(page.locator(".ticket-list .badge")).to_have_text("Cancelled")
    expect(page.locator(".ticket-list > li")).to_be_focused()
    assert [seat["number"] for seat in box.seats(event)] == ["1"]


def test_more_tickets_come_page_by_page(box: Box, visit: Visit) -> None:
    """Each once, and the focus goes on to the first of the new ones."""
    event = box.event(max_active_sessions=100, max_tickets_per_user=100, tickets_per_visitor=1, total_tickets=200)
    box.hold(event, "ada", quantity=70)
    page = visit().open(f"/desk/{event['id']}#tickets")
    items = page.locator(".ticket-list > li")
    expect(page.get_by_role("button", name="More")).to_be_visible()
    before = items.count()
    while items.count() < 70:
        shown = items.count()
        page.get_by_role("button", name="More").click()
        expect(items.nth(shown)).to_be_focused()
    assert before < 70
    assert len(set(page.locator(".ticket-list .hint:last-of-type").all_inner_texts())) == 70


def test_the_file_of_all_tickets_says_what_the_api_says_and_no_cell_is_a_formula(
    box: Box, sale: dict[str, Any], visit: Visit
) -> None:
    """Named after the event, in UTF-8 that spreadsheets know as such; names that begin with = + - @ are texts."""
    page = visit().open(f"/desk/{sale['id']}#tickets")
    with page.expect_download() as started:
        page.get_by_role("button", name="Export tickets").click()
    download = started.value
    assert download.suggested_filename == "tickets-Winter_night_ 1.csv"
    content = download.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == 6
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines(), strict=True))
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    plain = {"ticket_id": "id", "order_id": "order_id", "section": "section", "row": "row", "status": "status"}
    guarded = ("user_id", "payment_reference")
    for row, ticket in zip(rows, tickets(box, sale), strict=True):
        assert [row[column] for column in plain] == [ticket[name] for name in plain.values()]
        assert [row[column].removeprefix("'") for column in guarded] == [ticket[column] or "" for column in guarded]
        assert (row["price"], row["currency"], row["confirmed_at"]) == ("75.00", "USD", ticket["confirmed_at"] or "")
    expect(page.get_by_role("main").get_by_text("5 tickets are in the file.")).to_be_visible()
