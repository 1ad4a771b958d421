"""What is changed of an event, how it is called off, and whether it adds up."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import redis
from playwright.sync_api import expect

from chalicelib import ids, keys
from infra import embedded
from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.desk import fill, read
from tests.infra.running import Run, free_port

STOCK = ("available_tickets", "seat_count", "layout_version")
"""What became another when the seats were added, after the event was read."""


def test_only_what_was_changed_is_sent(box: Box, visit: Visit) -> None:
    """So two desks do not undo each other; a start with seconds stays as it is."""
    event = box.seated({"Stalls": (1, 2, 7500)}, max_active_sessions=7)
    page = visit().open(f"/desk/{event['id']}#settings")
    sent: list[Any] = []
    page.on("request", lambda request: sent.append(request.post_data_json) if request.method == "PUT" else None)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nothing was changed.").first).to_be_visible()
    fill(page, {"Name": "Another night", "Price of a ticket": "12.50", "Tickets in all": "5"})
    box.call("PUT", f"/events/{event['id']}", {"venue": "Elsewhere"})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Another night")).to_be_visible()
    assert sent == [{"name": "Another night", "price": 1250, "total_tickets": 5}]
    changed = {"name": "Another night", "price": 1250, "total_tickets": 5, "venue": "Elsewhere"}
    now = read(box, event)
    assert {name for name in now if now[name] != event[name]} - {"updated_at", *STOCK} == changed.keys()
    assert [now[name] for name in changed] == list(changed.values())


def test_what_can_no_longer_be_changed_is_grey_and_what_is_refused_stands_at_its_field(box: Box, visit: Visit) -> None:
    """Fewer tickets than seats."""
    event = box.seated({"Stalls": (1, 2, 7500)})
    box.hold(event, "ada", seat_ids=[box.seats(event)[0]["id"]])
    page = visit().open(f"/desk/{event['id']}#settings")
    expect(page.get_by_label("Kind of places")).to_be_disabled()
    expect(page.get_by_label("Currency")).to_be_disabled()
    fill(page, {"Tickets in all": "1"})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Tickets in all")).to_be_focused()
    expect(page.locator("#field-total_tickets-error")).to_contain_text("more seats than that")


def test_an_event_is_called_off_by_typing_its_name(box: Box, visit: Visit) -> None:
    """Nothing happens by mistake."""
    event = box.event(name="Sad news")
    page = visit().open(f"/desk/{event['id']}#settings")
    fill(page, {"Type the name of the event": "Sad"})
    page.get_by_role("button", name="Cancel the event").click()
    expect(page.get_by_text("This is not its name.")).to_be_visible()
    assert read(box, event)["status"] == "active"
    fill(page, {"Type the name of the event": "Sad news"})
    page.get_by_role("button", name="Cancel the event").click()
    expect(page.locator(".event-head .badge")).to_have_text("Cancelled")
    assert read(box, event)["status"] == "cancelled"


def test_an_event_is_deleted_while_nobody_has_a_ticket(box: Box, visit: Visit) -> None:
    """After being asked; with a ticket the refusal says why not."""
    event = box.event(name="Never mind")
    order = box.hold(event, "ada", quantity=1)
    page = visit().open(f"/desk/{event['id']}#settings")
    delete = page.get_by_role("button", name="Delete the event")
    delete.click()
    page.get_by_role("dialog").get_by_role("button", name="Yes").click()
    expect(page.locator(".danger-zone .notice")).to_be_visible()
    box.call("POST", f"/orders/{order['id']}/cancel")
    delete.click()
    page.get_by_role("dialog").get_by_role("button", name="Yes").click()
    page.wait_for_url("**/desk")
    page.get_by_role("link", name="Demo concert").wait_for()
    expect(page.get_by_role("link", name="Never mind")).to_have_count(0)


def test_the_check_says_that_an_event_adds_up(box: Box, visit: Visit) -> None:
    """And what it looked at."""
    event = box.seated({"Stalls": (1, 3, 7500)})
    box.hold(event, "ada", seat_ids=[box.seats(event)[0]["id"]])
    page = visit().open(f"/desk/{event['id']}#check")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("main").get_by_text("It adds up.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"1 tickets, 3 seats, 1 orders, 1 sessions, \d+ entries"))).to_be_visible()


def test_the_check_names_what_differs_and_mends_the_counters(tmp_path: Path, visit: Visit) -> None:
    """Something else than the service wrote into the data: too many are counted as sold."""
    with embedded.start(tmp_path / "redis") as server, Run(tmp_path, free_port(), REDIS_ADDR=server.addr) as run:
        shop = Box(run.up())
        event = shop.event()
        with redis.Redis(port=server.port) as client:
            client.hincrby(keys.event_key("events", ids.code_of(event["id"])), "sold", 3)
        page = visit(at=shop).open(f"/desk/{event['id']}#check")
        page.get_by_role("button", name="Check now").click()
        row = page.get_by_role("row", name="Number of sold tickets")
        expect(row).to_contain_text("sold")
        expect(row.get_by_role("cell")).to_have_text(["sold", "3", "0", "Yes"])
        page.get_by_role("button", name="Mend the counters").click()
        page.get_by_role("dialog").get_by_role("button", name="Yes").click()
        expect(page.get_by_role("main").get_by_text("It adds up.")).to_be_visible()
        assert read(shop, event)["sold_tickets"] == 0
        page.close()
