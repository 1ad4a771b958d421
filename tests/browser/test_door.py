"""At the door: who comes in, who came in already, and who does not, from the keyboard and from hand scanners."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.bought import ticket_of
from tests.browser.box import Box, organiser_token
from tests.browser.conftest import Visit
from tests.browser.visitor import Language, Screen, Theme, focused, overflowing, violations

SEATS = {"Stalls": (4, 10, 7500)}


@pytest.fixture(scope="module")
def concert(box: Box) -> dict[str, Any]:
    """An event with seats."""
    return box.seated(SEATS, name="Northern Lights", max_tickets_per_user=40)


def _enter(page: Page, code: str) -> Locator:
    """Type a code, and give where the answer stands."""
    page.get_by_label("Ticket code").fill(code)
    page.keyboard.press("Enter")
    return page.locator(".verdict")


def test_a_ticket_lets_in_once(visit: Visit, box: Box, concert: dict[str, Any]) -> None:
    """The door says who and where to; the next door says since when. Both are heard, too, and the first one counts."""
    ticket = ticket_of(box, concert)
    page = visit().open(f"/desk/{concert['id']}/door")
    answer = _enter(page, ticket["barcode"])
    expect(answer).to_contain_text("Let in")
    expect(answer).to_contain_text(f"Section Stalls, row {ticket['row']}, seat {ticket['number']}")
    expect(answer).to_contain_text("ada")
    expect(page.locator("#alarm")).to_contain_text("Let in. Section Stalls")
    expect(page.locator(".figure")).to_have_text("1")
    expect(focused(page)).to_have_id("code")
    expect(focused(page)).to_have_value("")
    other = visit().open(f"/desk/{concert['id']}/door")
    answer = _enter(other, ticket["barcode"])
    expect(answer).to_contain_text("Already in")
    expect(answer).to_contain_text("Came in at")
    expect(answer).to_contain_text(f"seat {ticket['number']}")
    expect(other.locator(".figure")).to_have_text("0")


def test_what_is_no_good_is_not_valid_and_says_why(visit: Visit, box: Box, concert: dict[str, Any]) -> None:
    """Forged, cancelled, of another event, or no code at all. A ticket of another event is not used up here."""
    page = visit().open(f"/desk/{concert['id']}/door")
    ticket = ticket_of(box, concert)
    code = ticket["barcode"]
    forged = code[:-2] + ("A" if code[-2] != "A" else "B") + code[-1]
    expect(_enter(page, forged)).to_contain_text("Forged, damaged or out of date.")
    box.call("POST", f"/tickets/{ticket['id']}/cancel", {})
    expect(_enter(page, code)).to_contain_text("The ticket is cancelled.")
    elsewhere = ticket_of(box, box.event())
    expect(_enter(page, elsewhere["barcode"])).to_contain_text("This ticket is for another event.")
    assert box.call("GET", f"/tickets/{elsewhere['id']}")["checked_in_at"] is None
    expect(_enter(page, "https://example.org/menu")).to_contain_text("This is not the code of a ticket.")
    expect(page.locator(".scans li")).to_have_count(4)
    expect(page.locator(".scans")).not_to_contain_text("Let in")
    expect(_enter(page, "")).to_contain_text("Not valid")
    expect(page.get_by_label("Ticket code")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("Type or scan a code first.")).to_be_visible()


def test_a_hand_scanner_types_into_the_field_wherever_the_focus_is(
    visit: Visit, box: Box, concert: dict[str, Any]
) -> None:
    """It is a keyboard that ends with Enter; no button is pressed by it. A second reading at once is the same scan."""
    code = ticket_of(box, concert)["barcode"]
    page = visit().open(f"/desk/{concert['id']}/door")
    page.get_by_role("button", name="Sound").focus()
    for _ in range(2):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    expect(page.locator(".verdict")).to_contain_text("Let in")
    expect(page.locator(".scans li")).to_have_count(1)
    expect(page.get_by_role("button", name="Sound")).to_have_attribute("aria-pressed", "false")


def test_without_a_connection_the_scan_waits_and_is_sent_by_itself(
    visit: Visit, box: Box, concert: dict[str, Any]
) -> None:
    """Meanwhile the door says so, and to let nobody in."""
    ticket = ticket_of(box, concert)
    person = visit()
    page = person.open(f"/desk/{concert['id']}/door")
    expect(page.locator(".verdict")).to_contain_text("Ready")
    person.context.set_offline(True)
    answer = _enter(page, ticket["barcode"])
    expect(answer).to_contain_text("do not let anybody in until it is answered")
    assert box.call("GET", f"/tickets/{ticket['id']}")["checked_in_at"] is None
    person.context.set_offline(False)
    expect(answer).to_contain_text("Let in")


def test_a_lost_answer_does_not_make_somebody_seem_to_be_in_already(
    visit: Visit, box: Box, concert: dict[str, Any]
) -> None:
    """The scan is sent again as the same one, and gets the first answer."""
    code = ticket_of(box, concert)["barcode"]
    page = visit().open(f"/desk/{concert['id']}/door")
    sent: list[str] = []

    def lose_the_first(route: Route) -> None:
        sent.append(route.request.headers["idempotency-key"])
        if len(sent) == 1:
            assert route.fetch().ok
            route.abort()
        else:
            route.continue_()

    page.route("**/check-in", lose_the_first)
    expect(_enter(page, code)).to_contain_text("Let in")
    assert len(sent) == 2
    assert len(set(sent)) == 1
    expect(page.locator(".figure")).to_have_text("1")


def test_there_is_no_sound_before_somebody_wants_it(visit: Visit, box: Box, concert: dict[str, Any]) -> None:
    """And then each answer has one, in this browser, for good."""
    first, second = ticket_of(box, concert)["barcode"], ticket_of(box, concert)["barcode"]
    page = visit().open(f"/desk/{concert['id']}/door")
    page.evaluate("""() => {
      window.tones = 0;
      const start = AudioScheduledSourceNode.prototype.start;
      AudioScheduledSourceNode.prototype.start = function (...at) { window.tones += 1; return start.apply(this, at); };
    }""")
    expect(_enter(page, first)).to_contain_text("Let in")
    assert page.evaluate("window.tones") == 0
    sound = page.get_by_role("button", name="Sound")
    sound.click()
    expect(sound).to_have_attribute("aria-pressed", "true")
    before = page.evaluate("window.tones")
    expect(_enter(page, second)).to_contain_text("Let in")
    expect(page.locator(".scans li")).to_have_count(2)
    page.wait_for_function("(before) => window.tones > before", arg=before)
    page.reload()
    expect(sound).to_have_attribute("aria-pressed", "true")


def test_where_tokens_are_wanted_the_door_is_the_organisers(visit: Visit, guarded: Box) -> None:
    """Who has none signs in first; of another organiser's event nothing is checked, and it is said why."""
    event = guarded.event()
    guest = Box(guarded.run).call("POST", "/guests")
    ticket = ticket_of(Box(guarded.run, guest["token"]), event, guest["user_id"])
    page = visit(at=guarded).open(f"/desk/{event['id']}/door")
    expect(page.locator("#main form input")).to_have_attribute("type", "password")
    another = organiser_token(guarded.run, "another")
    keep = "(token) => sessionStorage.setItem('ticketing.token', token)"
    page.evaluate(keep, another)
    page.reload()
    expect(_enter(page, ticket["barcode"])).to_contain_text("Not checked")
    page.evaluate(keep, guarded.token)
    page.reload()
    page.get_by_label("Ticket code").wait_for()
    page.evaluate(keep, "run-out-meanwhile")
    expect(_enter(page, ticket["barcode"])).to_contain_text("Not checked")
    page.get_by_role("button", name="Sign in again").click()
    page.get_by_label("Organiser's token").fill(guarded.token)
    page.get_by_role("button", name="Sign in").click()
    expect(_enter(page, ticket["barcode"])).to_contain_text("Let in")


def test_stored_markup_is_text(visit: Visit, box: Box) -> None:
    """In each text that an organiser writes."""
    evil = "<script>alert(1)</script><b>"
    event = box.seated({evil: (1, 2, 5000)}, name=evil, venue=evil)
    page = visit().open(f"/desk/{event['id']}/door")
    expect(_enter(page, ticket_of(box, event)["barcode"])).to_contain_text(evil)
    expect(page.get_by_role("heading", name=evil)).to_be_visible()
    assert page.locator("#main script, #main b").count() == 0


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("screen", ["phone", "desktop"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_sound_on_every_screen(
    visit: Visit, box: Box, concert: dict[str, Any], language: Language, screen: Screen, theme: Theme
) -> None:
    """Ready, with somebody let in, and with a code that is no good."""
    code = ticket_of(box, concert)["barcode"]
    person = visit(language=language, screen=screen, theme=theme)
    page = person.open(f"/desk/{concert['id']}/door")
    for name, typed in (("door-no", "T1.x"), ("door-in", code)):
        page.locator("#code").fill(typed)
        page.keyboard.press("Enter")
        page.locator(f".verdict-{name.removeprefix('door-')}").wait_for()
        person.shot(page, name)
        assert violations(page) == []
        assert overflowing(page) == []
