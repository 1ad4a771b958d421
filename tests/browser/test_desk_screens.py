"""Every screen of the desk: sound and whole in both languages, widths and themes; what people wrote is only text."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.visitor import Language, Theme, sound

SCRIPT = "<script>document.title = 'run'</script><img src=x onerror=alert(1)>"
VIEWS = {
    "live": ".figures",
    "seats": ".drop",
    "tickets": ".ticket-list > li",
    "settings": ".danger-zone",
    "check": "main button",
}


@pytest.fixture(scope="module")
def sale(box: Box) -> dict[str, Any]:
    """A sale in which people wait, hold and have bought."""
    event = box.seated({"Stalls": (6, 10, 7500), "Balcony": (2, 10, 4500)}, max_active_sessions=3, name="Winter night")
    for seat, person in zip(box.seats(event), ("ada", "bob", "cleo"), strict=False):
        order = box.hold(event, person, seat_ids=[seat["id"]])
        if person != "cleo":
            box.call("POST", f"/orders/{order['id']}/confirm")
    for number in range(12):
        box.join(event, f"waiting-{number}")
    box.admission(event, message="The doors open at seven.")
    return event


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_is_sound(sale: dict[str, Any], visit: Visit, language: Language, theme: Theme) -> None:
    """Nothing that axe-core finds, nothing cut, nothing beside the window."""
    person = visit(language=language, theme=theme)

    def judge(page: Page, name: str, there: str) -> None:
        page.locator(there).first.wait_for()
        sound(person, page, f"desk-{name}")

    page = person.open("/desk")
    judge(page, "home", ".event-card")
    page.goto(f"{person.base_url}/desk/new")
    for group in page.locator("summary").all():
        group.click()
    judge(page, "new", "form")
    for view, there in VIEWS.items():
        page.goto(f"{person.base_url}/desk/{sale['id']}#{view}")
        page.locator(there).first.wait_for()
        if view == "check":
            page.locator(there).click()
            page.locator(".notice").wait_for()
        judge(page, view, there)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_way_in_is_sound(guarded: Box, visit: Visit, language: Language, theme: Theme) -> None:
    """With a token that was refused."""
    person = visit(at=guarded, language=language, theme=theme)
    page = person.open("/desk")
    page.locator("form button").click()
    expect(page.locator("#token-error")).not_to_be_empty()
    sound(person, page, "desk-signin")


def test_markup_that_people_wrote_is_shown_as_text(box: Box, visit: Visit) -> None:
    """In every text of an event, of its seats, and in what a file names; none of it runs."""
    fields = {"name": SCRIPT, "venue": SCRIPT, "description": SCRIPT}
    event = box.event(is_seated_event=True, total_tickets=5, **fields)
    label = "<b>" + "x" * 37
    box.call("POST", f"/events/{event['id']}/seats", {"seats": [{"section": label, "row": "<i>", "number": "<u>"}]})
    box.admission(event, message=SCRIPT)
    box.hold(event, "ada", seat_ids=[box.seats(event)[0]["id"]])
    page = visit().open("/desk")
    expect(page.get_by_role("link", name=SCRIPT).first).to_contain_text(SCRIPT)
    page.goto(page.url + f"/{event['id']}#live")
    expect(page.get_by_role("heading", name=SCRIPT)).to_be_visible()
    expect(page.locator(".controls .notice")).to_have_text(SCRIPT)
    page.goto(page.url.replace("#live", "#tickets"))
    expect(page.locator(".ticket-list > li")).to_contain_text(f"{label}, row <i>, seat <u>")
    page.goto(page.url.replace("#tickets", "#settings"))
    expect(page.get_by_label("Description")).to_have_value(SCRIPT)
    page.goto(page.url.replace("#settings", "#seats"))
    file = FilePayload(name=f"{SCRIPT}.csv", mimeType="text/csv", buffer=f"{SCRIPT},row,number\n".encode())
    page.get_by_label("Choose a file").set_input_files(file)
    expect(page.get_by_text(f"1 line of {SCRIPT}.csv is wrong").first).to_be_visible()
    assert page.title() == f"{SCRIPT} · Ticketing"
