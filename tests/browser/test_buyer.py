"""The whole way of a buyer of standing tickets, and everything that may come between."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.crowd import way_in
from tests.browser.visitor import Language, Theme, focused, sound
from tests.support.wait import wait_until

SCRIPT = "<script>document.title = 'stolen'</script>"
ORDER = re.compile(r"/orders/[0-9a-f-]{36}$")
NAME_OF_FOCUSED = "document.activeElement.textContent || document.activeElement.ariaLabel || ''"


def choose(page: Page, quantity: int = 1) -> None:
    """Take a number of tickets and hold them."""
    page.get_by_label("How many?").fill(str(quantity))
    page.get_by_role("button", name="Hold these tickets").click()


def in_checkout(page: Page) -> None:
    """Expect to be asked for the confirmation."""
    expect(page.get_by_role("heading", name="Confirm your tickets")).to_be_visible()


def bought(box: Box, page: Page) -> list[str]:
    """Give the status of every ticket that the buyer of a tab has."""
    user_id = page.evaluate("JSON.parse(localStorage.getItem('ticketing.guest')).userId")
    return [ticket["status"] for ticket in box.call("GET", f"/tickets/user/{user_id}")]


def test_from_the_first_page_to_the_order(visit: Visit, box: Box) -> None:
    """A card, a number, a confirmation; the sum is right, and the order is what was chosen."""
    event = box.event(price=2550)
    page = visit().open("/")
    page.get_by_role("link", name=event["name"]).click()
    expect(page.get_by_text("US$25.50")).to_be_visible()
    page.get_by_role("button", name="Get tickets").click()
    page.get_by_role("button", name="One more").click()
    expect(page.get_by_role("status").filter(has_text="US$51.00")).to_be_visible()
    page.get_by_role("button", name="Hold these tickets").click()
    in_checkout(page)
    expect(page.get_by_role("list", name="What you hold")).to_contain_text("2 standing tickets")
    page.get_by_role("button", name="Confirm the purchase: US$51.00").click()
    page.wait_for_url(ORDER)
    assert bought(box, page) == ["confirmed", "confirmed"]
    page.goto(f"{box.base_url}/e/{event['id']}")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()


def test_a_keyboard_alone_buys(visit: Visit, box: Box) -> None:
    """Every step begins at its heading, and the next thing to press is some tabs away."""
    event = box.event()
    page = visit().open(f"/e/{event['id']}")

    def press(name: str) -> None:
        page.get_by_role("button", name=name).wait_for()
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate(NAME_OF_FOCUSED).startswith(name):
                break
        expect(focused(page)).to_have_accessible_name(re.compile(name))
        page.keyboard.press("Enter")

    press("Get tickets")
    expect(focused(page)).to_have_text("It is your turn")
    page.get_by_label("How many?").wait_for()
    press("Hold these tickets")
    expect(focused(page)).to_have_text("Confirm your tickets")
    press("Confirm the purchase")
    page.wait_for_url(ORDER)


def test_a_request_without_an_answer_is_repeated_after_a_reload_and_buys_once(visit: Visit, box: Box) -> None:
    """The answer to the order is lost, and the page is loaded again before it could ask again."""
    event = box.event()
    page = visit().open(f"/e/{event['id']}")
    way_in(page)
    keys: list[str] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        route.fetch()
        route.abort()

    page.route("**/api/v1/orders", lose)
    choose(page, 3)
    expect(page.get_by_text("No connection just now")).to_be_visible()
    page.unroute("**/api/v1/orders")
    page.on(
        "request",
        lambda request: keys.append(request.headers.get("idempotency-key", "")) if request.method == "POST" else None,
    )
    page.reload()
    in_checkout(page)
    assert bought(box, page) == ["reserved"] * 3
    assert len({key for key in keys if key}) == 1


def test_who_comes_back_with_a_live_hold_finds_it_first(visit: Visit, box: Box) -> None:
    """After a look at other pages, and in another tab; what one tab cancels, the other shows as cancelled."""
    event = box.event()
    person = visit()
    page = person.open(f"/e/{event['id']}")
    way_in(page)
    choose(page)
    in_checkout(page)
    page.goto(f"{box.base_url}/")
    page.get_by_role("link", name=event["name"]).click()
    in_checkout(page)
    other = person.open(f"/e/{event['id']}")
    in_checkout(other)
    page.get_by_role("button", name="Give these tickets back").click()
    page.get_by_role("button", name="No", exact=True).click()
    in_checkout(page)
    page.get_by_role("button", name="Give these tickets back").click()
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.get_by_role("main").get_by_text("Nothing was bought.")).to_be_visible()
    for tab in (page, other):
        expect(tab.get_by_role("heading", name="It is your turn")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="It is your turn")).to_be_visible()
    assert bought(box, page) == ["cancelled"]


def test_a_hold_that_ran_out_is_explained_and_the_turn_goes_on(visit: Visit, box: Box) -> None:
    """Also to who was on another page meanwhile; at the second loss no more can be held, and the page says that too."""
    event = box.event(hold_seconds=5)
    page = visit().open(f"/e/{event['id']}")
    way_in(page)
    choose(page)
    in_checkout(page)
    explained = page.get_by_role("main").get_by_text("The time to confirm was over")
    expect(explained).to_be_visible()
    expect(page.get_by_role("heading", name="It is your turn")).to_be_visible()
    choose(page)
    in_checkout(page)
    page.goto(f"{box.base_url}/")
    wait_until(lambda: bought(box, page) == ["expired", "expired"], within_s=15)
    page.go_back()
    expect(explained).to_be_visible()
    choose(page)
    expect(page.locator(".notice.bad")).to_be_visible()


def test_a_turn_that_ran_out_is_said_and_can_be_had_again(visit: Visit, box: Box) -> None:
    """By the clock on the screen, and joining again is one button."""
    event = box.event(session_seconds=5)
    page = visit().open(f"/e/{event['id']}")
    way_in(page)
    expect(page.get_by_role("button", name="More time")).to_be_visible()
    page.route("**/queue/status/*", lambda _route: None)  # the service need not say it
    expect(page.get_by_role("heading", name="Your time was over")).to_be_visible()
    page.get_by_role("button", name="Join again").click()
    expect(page.get_by_role("heading", name="It is your turn")).to_be_visible()


def test_more_time_is_given_unless_others_wait(visit: Visit, box: Box) -> None:
    """The clock jumps; with somebody in line the page says why it does not."""
    event = box.event(session_seconds=10, max_active_sessions=1)
    page = visit().open(f"/e/{event['id']}")
    way_in(page)
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^0:0[1-5]$"))
    page.get_by_role("button", name="More time").click()
    expect(page.get_by_role("timer")).to_have_text(re.compile(r"^0:(10|0[7-9])$"))
    box.join(event, "somebody")
    page.get_by_role("button", name="More time").click()
    expect(page.locator(".notice.bad")).to_be_visible()


def test_what_is_left_and_what_one_may_have_bound_the_number(visit: Visit, box: Box) -> None:
    """Somebody else takes nearly all meanwhile; later the limit of a person is reached."""
    event = box.event(total_tickets=6, max_tickets_per_user=2)
    page = visit().open(f"/e/{event['id']}")
    way_in(page)
    page.get_by_label("How many?").fill("7")
    page.get_by_role("button", name="Hold these tickets").click()
    expect(page.get_by_text("Choose a number from 1 to 2.")).to_be_visible()
    for name in ("one", "two"):
        box.hold(event, name, quantity=2)
    box.hold(event, "three", quantity=1)
    choose(page, 2)
    expect(page.get_by_role("main").get_by_text("Only 1 is left now.")).to_be_visible()
    expect(page.get_by_label("How many?")).to_have_value("1")
    page.get_by_role("button", name="Hold these tickets").click()
    page.get_by_role("button", name="Confirm the purchase").click()
    page.wait_for_url(ORDER)


def test_who_has_as_many_as_allowed_is_told_so(visit: Visit, box: Box) -> None:
    """With the way to their tickets, instead of a number to choose."""
    event = box.event(max_tickets_per_user=1)
    page = visit().open(f"/e/{event['id']}")
    way_in(page)
    choose(page)
    page.get_by_role("button", name="Confirm the purchase").click()
    page.wait_for_url(ORDER)
    page.goto(f"{box.base_url}/e/{event['id']}")
    page.get_by_role("button", name="Buy more").click()
    expect(page.get_by_text("as many as one person may have")).to_be_visible()


def test_where_tokens_are_wanted_a_guest_buys_too(guarded: Box, visit: Visit) -> None:
    """Without an account, and without anything to type."""
    event = guarded.event()
    page = visit(at=guarded).open(f"/e/{event['id']}")
    way_in(page)
    choose(page, 2)
    in_checkout(page)
    page.reload()
    page.get_by_role("button", name="Confirm the purchase").click()
    page.wait_for_url(ORDER)


def test_markup_in_the_words_of_an_event_is_shown_as_text(visit: Visit, box: Box) -> None:
    """In its name, its venue and its description, on each screen of the sale."""
    event = box.event(name=f"Night {SCRIPT}", venue=SCRIPT, description=SCRIPT)
    page = visit().open(f"/e/{event['id']}")
    expect(page.get_by_role("heading", name=event["name"])).to_be_visible()
    expect(page.get_by_text(SCRIPT, exact=True)).to_have_count(2)
    way_in(page)
    choose(page)
    in_checkout(page)
    expect(page.get_by_text(event["name"], exact=True)).to_be_visible()
    expect(page).to_have_title(f"Confirm · {event['name']} · Ticketing")


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_sale_is_sound_on_every_screen(visit: Visit, box: Box, language: Language, theme: Theme) -> None:
    """The choice of a number, the checkout, and what stands there when a turn is over."""
    person = visit(language=language, theme=theme)
    page = person.open(f"/e/{box.event()['id']}")
    way_in(page)
    page.locator("#quantity").wait_for()
    sound(person, page, "choose-standing")
    page.locator("form button.primary").click()
    page.locator(".total").wait_for()
    sound(person, page, "checkout")
    page.locator("button.primary.big").click()
    page.wait_for_url(ORDER)
    page.go_back()
    page.get_by_role("link", name=re.compile("^(My tickets|내 티켓)$")).and_(page.locator(".button")).wait_for()
    sound(person, page, "room-completed")
