"""Where tokens are wanted: the desk opens with an organiser's, shows their events, and forgets it."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from chalicelib.http import auth
from chalicelib.settings import Settings
from tests.browser.box import Box, organiser_token
from tests.browser.conftest import Visit
from tests.browser.desk import fill


def token(guarded: Box, lifetime_s: int, role: str | None) -> str:
    """Sign a token with the keys of this shop."""
    keys = json.loads((guarded.run.data_dir / "keys.json").read_text())
    return auth.issue(Settings.from_environ({**keys, "AUTH_MODE": "jwt"}), "desk", lifetime_s, role)[0]


@pytest.mark.parametrize("wrong", ["nothing", "buyer", "expired", "broken", "한글"])
def test_a_token_that_is_not_good_is_refused_at_its_field(guarded: Box, visit: Visit, wrong: str) -> None:
    """Each with its own sentence, and the field is where one goes on."""
    tokens = {
        "nothing": ("", "not signed in"),
        "buyer": (token(guarded, 60, None), "Only an organiser may do this"),
        "expired": (token(guarded, -60, "organiser"), "sign-in is over"),
        "broken": ("abc", "sign-in is not valid"),
        "한글": ("한글", "sign-in is not valid"),
    }
    text, said = tokens[wrong]
    page = visit(at=guarded).open("/desk")
    field = page.get_by_label("Organiser's token")
    field.fill(text)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#token-error")).not_to_be_empty()
    expect(page.locator("#token-error")).to_contain_text(said)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()


def test_an_organiser_signs_in_works_and_signs_out(guarded: Box, visit: Visit) -> None:
    """The token outlives a reload but not the sign-out; the event that is made is the organiser's."""
    person = visit(at=guarded)
    page = person.open("/desk/new")
    fill(page, {"Organiser's token": f"Bearer {guarded.token}"})
    page.get_by_label("Organiser's token").press("Enter")
    fill(page, {"Name": "Guarded night", "Starts": "2031-12-24T20:00", "Price of a ticket": "5"})
    fill(page, {"Section": "A", "Rows": "1", "Seats per row": "2"})
    page.get_by_role("button", name="Create the event").click()
    page.get_by_role("heading", name="Guarded night").wait_for()
    page.get_by_role("link", name="Desk").click()
    page.reload()
    page.get_by_role("link", name="Guarded night").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Organiser's token").wait_for()
    page.reload()
    expect(page.get_by_label("Organiser's token")).to_be_visible()
    mine = guarded.call("GET", "/events/mine")["events"]
    assert [event["name"] for event in mine if event["name"] == "Guarded night"] == ["Guarded night"]


def test_a_token_that_has_run_out_meanwhile_leads_back_to_the_field(guarded: Box, visit: Visit) -> None:
    """A tab of yesterday: it says why, and with a new token the same page goes on."""
    page = visit(at=guarded).open("/desk/new")
    old = token(guarded, -60, "organiser")
    page.evaluate("token => sessionStorage.setItem('ticketing.token', token)", old)
    page.reload()
    expect(page.locator("#token-error")).to_contain_text("sign-in is over")
    fill(page, {"Organiser's token": guarded.token})
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Create the event")).to_be_visible()


def test_the_event_of_another_organiser_stays_closed(guarded: Box, visit: Visit) -> None:
    """It says why, and shows nothing of it."""
    event = guarded.event(name="Not yours")
    page = visit(at=guarded).open(f"/desk/{event['id']}")
    fill(page, {"Organiser's token": organiser_token(guarded.run, "another")})
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".notice.bad")).to_contain_text("another organiser")
    expect(page.get_by_text("Not yours")).to_have_count(0)
