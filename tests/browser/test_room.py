"""The waiting room on the screen: who waits sees where they stand, whatever happens to the tab or the network."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.crowd import Crowd, crowd, requests_of, way_in
from tests.browser.visitor import Language, Theme, Visitor, focused, sound

SLEEPY = (
    "window.setTimeout = window.setInterval = () => 0; Object.defineProperty(document, 'hidden', { get: () => true })"
)
"""What a browser does to the timers of a tab that nobody looks at, only more of it."""


def place(page: Page, n: int) -> None:
    """Expect a place in line."""
    expect(page.locator(".place")).to_have_text(str(n))


def in_line(person: Visitor, people: Crowd) -> Page:
    """Join the queue behind the others."""
    page = person.open(f"/e/{people.event['id']}")
    way_in(page)
    place(page, len(people.sessions))
    return page


def busy(route: Route) -> None:
    """Answer as the service does when it cannot reach its data for some seconds."""
    problem = {"code": "redis_unavailable", "title": "Not now.", "status": 503, "outcome": "none"}
    route.fulfill(status=503, headers={"Retry-After": "5"}, json=problem)


def test_a_place_outlives_reload_second_tab_and_lost_network_until_the_turn_comes(visit: Visit, box: Box) -> None:
    """One join in all; offline is said and ends by itself; at the turn title, heading and focus say so in both tabs."""
    people = crowd(box, 3)
    person = visit()
    page = in_line(person, people)
    joins = requests_of(page, "/queue/join")
    page.reload()
    place(page, 3)
    other = person.open(f"/e/{people.event['id']}")
    place(other, 3)
    people.goes()
    place(page, 2)
    place(other, 2)
    person.context.set_offline(True)
    expect(page.get_by_text("No connection just now")).to_be_visible()
    people.goes(2)
    person.context.set_offline(False)
    expect(page.get_by_text("No connection just now")).to_be_hidden()
    for tab in (page, other):
        expect(tab.get_by_role("heading", name="It is your turn")).to_be_visible()
        expect(tab).to_have_title(f"Your turn! · {people.event['name']} · Ticketing")
        expect(tab.get_by_role("timer")).to_contain_text("14:")
    expect(focused(page)).to_have_text("It is your turn")
    expect(page.get_by_role("alert")).to_contain_text("It is your turn.")
    assert joins == []


def test_two_tabs_ask_no_more_than_one_and_the_other_goes_on_when_it_is_closed(visit: Visit, box: Box) -> None:
    """Both show each answer; only one of them asks, until it is gone."""
    people = crowd(box, 3)
    person = visit()
    first = in_line(person, people)
    second = person.open(f"/e/{people.event['id']}")
    place(second, 3)
    asked, followed = requests_of(first, "/queue/"), requests_of(second, "/queue/")
    with first.expect_response("**/queue/status/*"), first.expect_response("**/queue/serving/*"):
        people.goes()
    place(second, 2)
    assert (len(asked) > 1, followed) == (True, [])
    first.close()
    with second.expect_response("**/queue/status/*"):
        people.goes()
    place(second, 1)


def test_the_status_is_asked_when_it_was_told_and_the_answer_for_everybody_in_between(visit: Visit, box: Box) -> None:
    """By the tab's own clock, which the test turns: not before two seconds are over, nor before a 503 says so."""
    people = crowd(box, 3)
    person = visit()
    person.context.clock.install()
    page = person.open(f"/e/{people.event['id']}")
    asked = requests_of(page, "/queue/status/")
    page.locator(".buy button").wait_for()  # a request on its way would take the leap of the clock for a lost one
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    way_in(page)
    place(page, 3)
    with page.expect_request("**/queue/serving/*"):
        page.clock.run_for(1900)
    assert asked == []
    with page.expect_request_finished(lambda request: "/queue/status/" in request.url):
        page.clock.run_for(1900)
    page.route("**/queue/status/*", busy)
    with page.expect_request_finished(lambda request: "/queue/status/" in request.url):
        page.clock.run_for(2700)
    asked.clear()
    with page.expect_request("**/queue/serving/*"):
        page.clock.run_for(3900)
    assert asked == []
    place(page, 3)
    with page.expect_request("**/queue/status/*"):
        page.clock.run_for(1200)


def test_a_tab_that_nobody_looks_at_is_awake_when_the_turn_comes(visit: Visit, box: Box) -> None:
    """Browsers let the timers of hidden tabs sleep; here they sleep for good."""
    people = crowd(box, 2)
    page = in_line(visit(), people)
    page.evaluate(SLEEPY)
    people.goes(2)
    expect(page.get_by_role("heading", name="It is your turn")).to_be_visible()


def test_a_lobby_counts_down_by_the_clock_of_the_service_and_opens(visit: Visit, box: Box) -> None:
    """Being early is no advantage in a draw, and the page says so; a laptop that is a day late changes nothing."""
    opens = datetime.now(UTC) + timedelta(seconds=8)
    event = box.event(sale_starts_at=opens.strftime("%Y-%m-%dT%H:%M:%SZ"))
    person = visit()
    person.context.clock.install(time=datetime.now(UTC) - timedelta(days=1))
    page = person.open(f"/e/{event['id']}")
    page.get_by_role("button", name="Join the waiting room").click()
    expect(page.get_by_role("main").get_by_text("Being early is no advantage")).to_be_visible()
    expect(page.locator(".place")).to_have_text(re.compile("^0:0[1-7]$"))
    expect(page.get_by_role("heading", name="It is your turn")).to_be_visible()


def test_who_waits_is_told_that_all_is_held_and_then_that_it_is_sold_out(visit: Visit, box: Box) -> None:
    """Standby while others hold what is left; sold out as soon as they buy it; leaving is offered."""
    event = box.event(total_tickets=1)
    order = box.hold(event, "early", quantity=1)
    page = visit().open(f"/e/{event['id']}")
    way_in(page)
    expect(page.get_by_role("heading", name="All tickets are spoken for")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("Up to 1 ticket may come back")).to_be_visible()
    box.call("POST", f"/orders/{order['id']}/confirm")
    expect(page.get_by_role("heading", name="Sold out")).to_be_visible()
    expect(page.locator("#announcer")).to_contain_text("Sold out")
    page.get_by_role("button", name="Leave the line").click()
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(page.get_by_role("heading", name="You left the line")).to_be_visible()


def test_the_operators_words_pause_and_end_are_shown_while_they_hold(visit: Visit, box: Box) -> None:
    """A message and a pause come and go; at a cancellation the sale is over."""
    people = crowd(box, 1)
    page = in_line(visit(), people)
    box.admission(people.event, mode="paused", message="The <b>printer</b> is on fire.")
    expect(page.get_by_role("heading", name="A short break")).to_be_visible()
    expect(page.get_by_text("From the organiser: The <b>printer</b> is on fire.")).to_be_visible()
    place(page, 1)
    box.admission(people.event, mode="closed", message=None)
    expect(page.get_by_role("heading", name="You are in line")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("Nobody else can join any more")).to_be_visible()
    expect(page.get_by_text("From the organiser")).to_be_hidden()
    box.call("PUT", f"/events/{people.event['id']}", {"status": "cancelled"})
    expect(page.get_by_role("heading", name="The sale is over")).to_be_visible()


def test_leaving_the_line_is_asked_about_and_joining_again_is_at_the_end(visit: Visit, box: Box) -> None:
    """A slip of the finger costs nothing; a yes costs the place."""
    people = crowd(box, 2)
    page = in_line(visit(), people)
    page.get_by_role("button", name="Leave the line").click()
    page.get_by_role("button", name="Stay").click()
    place(page, 2)
    page.get_by_role("button", name="Leave the line").click()
    page.get_by_role("button", name="Leave", exact=True).click()
    box.join(people.event, "late")
    page.get_by_role("button", name="Join again").click()
    place(page, 3)


def test_the_sound_is_off_until_somebody_wants_it(visit: Visit, box: Box) -> None:
    """The choice outlives a reload."""
    people = crowd(box, 1)
    page = in_line(visit(), people)
    switch = page.get_by_role("button", name="Sound at my turn")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(switch).to_have_attribute("aria-pressed", "true")


def test_where_nobody_can_join_the_event_says_why_and_has_no_button(visit: Visit, box: Box) -> None:
    """A draft, a queue that takes nobody, a cancelled event."""
    draft, closed, cancelled = box.event(status="draft"), box.event(), box.event()
    box.admission(closed, mode="closed")
    box.call("PUT", f"/events/{cancelled['id']}", {"status": "cancelled"})
    page = visit().open("/")
    for event, said in (
        (draft, "This event is not on sale yet."),
        (closed, "The queue takes nobody more."),
        (cancelled, "This event is cancelled."),
    ):
        page.goto(f"{box.base_url}/e/{event['id']}")
        expect(page.get_by_text(said)).to_be_visible()
        expect(page.locator(".buy button")).to_be_hidden()


@pytest.mark.parametrize("event_id", ["9f3a61b0-7c2e-8123-9abc-0123456789ab", "nonsense"])
def test_an_address_of_no_event_says_so(visit: Visit, event_id: str) -> None:
    """Unknown and malformed, with a way on."""
    page = visit().open(f"/e/{event_id}")
    expect(page.get_by_role("heading", name="There is no such event")).to_be_visible()
    expect(page.get_by_role("link", name="Other events")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_room_is_sound_on_every_screen(visit: Visit, box: Box, language: Language, theme: Theme) -> None:
    """The event, the lobby, the line with a message, and the end of it."""
    person = visit(language=language, theme=theme)
    people = crowd(box, 12, description="An evening\nof songs.")
    lobby = box.event(
        sale_starts_at="2035-01-01T20:00:00Z", start_time="2035-02-01T20:00:00Z", end_time="2035-02-01T23:00:00Z"
    )
    page = person.open(f"/e/{people.event['id']}")
    page.locator(".buy button").wait_for()
    sound(person, page, "event")
    way_in(page)
    box.admission(people.event, message="Doors open at seven.")
    expect(page.locator(".notice")).to_contain_text("Doors open at seven.")
    sound(person, page, "room-waiting")
    page.goto(f"{box.base_url}/e/{lobby['id']}")
    way_in(page)
    expect(page.locator(".place")).to_contain_text(":")
    sound(person, page, "room-lobby")
    page.locator("button.danger").click()
    sound(person, page, "room-leave")
    page.locator("dialog button.primary").click()
    page.get_by_role("heading", level=1).and_(page.locator(":focus")).wait_for()
    sound(person, page, "room-left")
