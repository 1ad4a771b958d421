"""A new event: in one form, with its seats, whatever comes in between."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.browser.box import Box
from tests.browser.conftest import Visit
from tests.browser.desk import created, fill, tab_to
from tests.support.wait import wait_until

WHAT = {"Name": "Winter night", "Venue": "Opera", "Starts": "2031-12-24T20:00"}


def test_a_seated_event_is_made_with_its_seats_in_one_form(box: Box, visit: Visit) -> None:
    """The end is proposed, the total is counted, a section without a price has the event's, and the sale is open."""
    page = visit().open("/desk/new")
    fill(page, WHAT | {"Price of a ticket": "75", "Section": "Stalls", "Rows": "2", "Seats per row": "3"})
    page.get_by_role("button", name="Add a section").click()
    fill(page, {"Section": "Balcony", "Rows": "1", "Seats per row": "4", "Price": "45.50"})
    expect(page.get_by_text("10 seats in all")).to_be_visible()
    expect(page.get_by_label("Tickets in all")).to_have_value("10")
    page.get_by_role("button", name="Create the event").click()
    event = created(box, page)
    expect(page.get_by_role("heading", name="Winter night")).to_be_visible()
    assert (event["status"], event["total_tickets"], event["seat_count"]) == ("active", 10, 10)
    assert (event["start_time"], event["end_time"]) == ("2031-12-24T20:00:00.000Z", "2031-12-24T23:00:00.000Z")
    assert [(seat["section"], seat["row"], seat["number"], seat["price"]) for seat in box.seats(event)] == [
        *(("Stalls", row, number, 7500) for row in "AB" for number in "123"),
        *(("Balcony", "A", number, 4550) for number in "1234"),
    ]


def test_a_standing_event_is_made_with_all_that_can_be_said_of_it(box: Box, visit: Visit) -> None:
    """Times are those of the organiser's own time zone."""
    page = visit(timezone_id="Asia/Seoul").open("/desk/new")
    page.get_by_label("Kind of places").select_option("false")
    page.get_by_label("Currency").select_option("KRW")
    for group in page.locator("summary").all():
        group.click()
    page.get_by_label("Order of those who come early").select_option("draw")
    fill(page, WHAT | {"Price of a ticket": "75,000", "Tickets in all": "300"})
    fill(
        page,
        {
            "Description": "Doors at seven.\nNo bags.",
            "Sale starts": "2031-12-01T10:00",
            "Places inside": "40",
            "Let in per minute, at most": "120",
        },
    )
    page.get_by_label("Open the sale").uncheck()
    page.get_by_role("button", name="Create the event").click()
    event = created(box, page)
    told = ("status", "is_seated_event", "currency", "price", "total_tickets", "queue_mode", "description")
    assert [event[name] for name in told] == ["draft", False, "KRW", 75_000, 300, "draw", "Doors at seven.\nNo bags."]
    assert (event["start_time"], event["sale_starts_at"]) == ("2031-12-24T11:00:00.000Z", "2031-12-01T01:00:00.000Z")
    assert (event["max_active_sessions"], event["admissions_per_minute"]) == (40, 120)


def test_what_is_wrong_stands_at_its_field(visit: Visit) -> None:
    """What the page sees itself, what the service names, and what its word is about."""
    page = visit().open("/desk/new")
    create = page.get_by_role("button", name="Create the event")
    create.click()
    name = page.get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description("Fill this in.")
    fill(page, {"Name": "Winter night", "Starts": "2250-01-01T20:00", "Ends": "2250-01-01T19:00"})
    fill(page, {"Price of a ticket": "5,5,5", "Tickets in all": "9"})
    create.click()
    expect(page.get_by_label("Price of a ticket")).to_have_accessible_description(
        "Also of seats that say no price of their own. Write an amount such as 75.00."
    )
    fill(page, {"Price of a ticket": "5"})
    create.click()
    said = "Not accepted: must be between the years 2000 and 2200"
    expect(page.locator("#field-start_time-error")).to_have_text(said)
    fill(page, {"Starts": "2031-01-01T20:00", "Ends": "2031-01-01T19:00"})
    create.click()
    expect(page.get_by_label("Ends", exact=True)).to_be_focused()
    expect(page.locator("#field-end_time-error")).to_contain_text("would end before it starts")


def test_a_reload_in_the_middle_goes_on_and_makes_nothing_twice(box: Box, visit: Visit) -> None:
    """Offline after the first seats; the page comes back and the same event gets the rest."""
    page = visit().open("/desk/new")
    sent: list[str] = []

    def cut(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) == 1:
            route.continue_()
        else:
            route.abort("internetdisconnected")

    page.route("**/seats", cut)
    fill(page, WHAT | {"Name": "Cut in two", "Price of a ticket": "5"})
    fill(page, {"Section": "A", "Rows": "12", "Seats per row": "100"})
    page.get_by_role("button", name="Create the event").click()
    expect(page.get_by_role("main").get_by_text("500 of 1,200")).to_be_visible()
    wait_until(lambda: len(sent) > 1, what="a second page that is cut")
    page.unroute("**/seats")
    page.reload()
    event = created(box, page)
    assert (event["status"], event["seat_count"], event["available_tickets"]) == ("active", 1_200, 1_200)
    mine = box.call("GET", "/events/mine?limit=100")["events"]
    assert [each["id"] for each in mine if each["name"] == "Cut in two"] == [event["id"]]


def test_the_keyboard_alone_makes_an_event(box: Box, visit: Visit) -> None:
    """From the desk to the new event, and every field is reached by Tab."""
    page = visit().open("/desk")
    tab_to(page, page.get_by_role("link", name="New event"))
    page.keyboard.press("Enter")
    written = {
        "Name": "By keys",
        "Starts": "121220310800PM",
        "Price of a ticket": "20",
        "Section": "A",
        "Rows": "1",
        "Seats per row": "2",
    }
    for label, keys in written.items():
        tab_to(page, page.get_by_label(label, exact=True))
        page.keyboard.type(keys)
    tab_to(page, page.get_by_role("button", name="Create the event"))
    page.keyboard.press("Enter")
    event = created(box, page)
    assert (event["name"], event["seat_count"], event["status"]) == ("By keys", 2, "active")
