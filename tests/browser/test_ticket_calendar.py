"""The calendar file of a ticket or an order: one entry, whatever stands in the names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.bought import bought, ticket_of
from tests.browser.box import Box
from tests.browser.calendar_file import events_of
from tests.browser.conftest import Visit

NAME = "밤, 그리고; 별\\n 🎻 und eine sehr lange Überschrift, die über mehrere Zeilen geht"


def _downloaded(page: Page) -> tuple[str, dict[str, str]]:
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Add to calendar").click()
    download = waiting.value
    (event,) = events_of(Path(download.path()).read_bytes())
    return download.suggested_filename, event


def _utc(instant: Any) -> str:
    return str(instant)[:19].replace("-", "").replace(":", "") + "Z"


def test_a_ticket_is_one_entry_by_its_id(visit: Visit, box: Box) -> None:
    """So that a file that is opened twice is one entry; every letter of the names comes through."""
    event = box.seated({"A;1,": (1, 2, 5000)}, name=NAME, venue="Hall 1, Gate\\B")
    ticket = ticket_of(box, event)
    page = visit().open(f"/tickets/{ticket['id']}")
    file, entry = _downloaded(page)
    assert file == "밤-그리고-별-n-und-eine-sehr-lange-Überschrift-die-über-mehrere-Zeilen-geht.ics"
    assert entry.pop("DTSTAMP")[:8].isdigit()
    assert entry == {
        "UID": ticket["id"],
        "DTSTART": _utc(event["start_time"]),
        "DTEND": _utc(event["end_time"]),
        "SUMMARY": NAME,
        "LOCATION": "Hall 1, Gate\\B",
        "DESCRIPTION": f"Section A;1,, row\u00a0A, seat\u00a0{ticket['number']}; ticket {ticket['id']}",
        "URL": page.url,
    }


def test_an_order_is_one_entry_that_names_its_valid_tickets(visit: Visit, box: Box) -> None:
    """One line for each; an event without a venue has no place in the calendar."""
    event = box.event(venue="", tickets_per_visitor=3)
    order = bought(box, event, seats=3)
    box.call("POST", f"/tickets/{order['tickets'][0]['id']}/cancel", {})
    _, entry = _downloaded(visit().open(f"/orders/{order['id']}"))
    assert entry["UID"] == order["id"]
    assert "LOCATION" not in entry
    assert entry["DESCRIPTION"].split("\n") == [f"Standing; ticket {ticket['id']}" for ticket in order["tickets"][1:]]
