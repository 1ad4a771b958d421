"""The sale while it goes on: what the desk shows is what the API knows, and what it turns reaches the API."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.desk import figure, fill, read


def test_the_figures_follow_the_sale(box: Box, visit: Visit) -> None:
    """People come and buy while the organiser only looks: people, stock and revenue, and the charts."""
    event = box.seated({"Stalls": (1, 4, 7500)}, max_active_sessions=1, tickets_per_visitor=2, max_tickets_per_user=4)
    page = visit().open(f"/desk/{event['id']}")
    expect(figure(page, "Left")).to_have_text("4")
    expect(figure(page, "Revenue")).to_have_text("US$0.00")
    free = [seat["id"] for seat in box.seats(event)]
    order = box.hold(event, "ada", seat_ids=free[:2])
    box.join(event, "bob")
    for name, value in {"Inside": "1", "Waiting": "1", "Held": "2", "Left": "2"}.items():
        expect(figure(page, name)).to_have_text(value)
    box.call("POST", f"/orders/{order['id']}/confirm")
    expect(figure(page, "Sold")).to_have_text("2")
    expect(figure(page, "Revenue")).to_have_text("US$150.00")
    people = page.locator("figure", has=page.get_by_role("heading", name="Waiting and inside"))
    expect(people.get_by_role("slider")).to_have_attribute("aria-valuetext", people.locator(".told").inner_text())
    people.get_by_text("As a table").click()
    expect(people.get_by_role("row").nth(1)).to_contain_text("1")
    assert len(people.get_by_role("row").all()) == 61
    revenue = page.locator("figure", has=page.get_by_role("heading", name="Revenue"))
    expect(revenue.locator(".told")).to_contain_text("US$150.00")
    stock = page.locator("figure", has=page.get_by_role("heading", name="Left, held and sold"))
    expect(stock.locator(".told")).to_contain_text("Left 2 · Held 0 · Sold 2")
    box.hold(event, "bob", seat_ids=free[2:])
    expect(figure(page, "Left")).to_have_text("0")


def test_nothing_is_asked_while_nobody_looks(box: Box, visit: Visit) -> None:
    """A hidden tab stops, and is up to now as soon as somebody sees it again."""
    event = box.event()
    page = visit().context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/stats" in request.url else None)
    page.clock.install()
    page.goto(f"{box.base_url}/desk/{event['id']}")
    expect(figure(page, "Inside")).to_have_text("0")
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.clock.run_for(10_000)
    before = len(asked)
    page.clock.run_for(60_000)
    box.join(event, "ada")
    assert len(asked) == before
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(figure(page, "Inside")).to_have_text("1")


def test_the_minutes_of_a_chart_are_read_with_the_keyboard(box: Box, visit: Visit) -> None:
    """One minute back with each press; the words say the time and the values."""
    event = box.event()
    page = visit().open(f"/desk/{event['id']}")
    slider = page.get_by_role("slider").first
    slider.focus()
    expect(slider).to_have_attribute("aria-valuetext", page.locator(".told").first.inner_text())
    slider.press("ArrowLeft")
    expect(slider).to_have_value("58")
    expect(page.locator(".told").first).to_contain_text("Waiting")


def test_a_sale_is_opened_paused_and_stopped(box: Box, visit: Visit) -> None:
    """Each change is the API's at once, and the state on top says it; stopping asks first."""
    event = box.event(status="draft")
    page = visit().open(f"/desk/{event['id']}")
    badge = page.locator(".event-head .badge")
    expect(badge).to_have_text("Draft")
    page.get_by_role("button", name="Open the sale").click()
    expect(badge).to_have_text("On sale")
    assert read(box, event)["status"] == "active"
    for name, mode in {"Paused": "paused", "Everybody": "passthrough", "Closed": "closed", "Open": "open"}.items():
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", "true")
        assert read(box, event)["mode"] == mode
    page.get_by_role("button", name="Stop the sale").click()
    page.get_by_role("dialog").get_by_role("button", name="No").click()
    assert read(box, event)["status"] == "active"
    page.get_by_role("button", name="Stop the sale").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes").click()
    expect(badge).to_have_text("Stopped")
    assert read(box, event)["status"] == "inactive"


def test_those_who_wait_are_told_and_it_can_be_taken_back(box: Box, visit: Visit) -> None:
    """What stands there is what everybody reads."""
    event = box.event()
    page = visit().open(f"/desk/{event['id']}")
    fill(page, {"Message": "Ten minutes more."})
    page.get_by_role("button", name="Tell them").click()
    expect(page.get_by_text("Ten minutes more.", exact=True)).to_be_visible()
    assert read(box, event)["message"] == "Ten minutes more."
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Ten minutes more.", exact=True)).to_be_hidden()
    assert read(box, event)["message"] is None


def test_places_and_rate_are_changed_and_people_let_in_by_hand(box: Box, visit: Visit) -> None:
    """By hand goes past a pause; how many came in is said."""
    event = box.event(max_active_sessions=5)
    box.admission(event, mode="paused")
    for name in ("ada", "bob", "cleo"):
        box.join(event, name)
    page = visit().open(f"/desk/{event['id']}")
    fill(page, {"Places inside": "9", "Let in per minute, at most": "30"})
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True).first).to_be_visible()
    assert [read(box, event)[name] for name in ("max_active_sessions", "admissions_per_minute")] == [9, 30]
    fill(page, {"How many": "2"})
    page.get_by_role("button", name="Let in now").click()
    expect(page.locator("form").get_by_text("2 people were let in.")).to_be_visible()
    expect(figure(page, "Inside")).to_have_text("2")
    assert [box.call("GET", f"/queue/position/{event['id']}/{name}")["status"] for name in ("ada", "bob", "cleo")] == [
        *("active", "active", "waiting")
    ]


@pytest.mark.parametrize("view", ["live", "settings"])
def test_the_back_button_leads_through_the_views(box: Box, visit: Visit, view: str) -> None:
    """Each view has an address of its own, which a reload keeps; the focus is at its heading."""
    event = box.event()
    page = visit().open(f"/desk/{event['id']}#{view}")
    page.get_by_role("link", name="Tickets", exact=True).click()
    expect(page.get_by_role("heading", name="Tickets", exact=True)).to_be_focused()
    page.reload()
    expect(page.get_by_role("link", name="Tickets", exact=True)).to_have_attribute("aria-current", "page")
    page.go_back()
    expect(page.get_by_role("link", name=view.capitalize(), exact=True)).to_have_attribute("aria-current", "page")
