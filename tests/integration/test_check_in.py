"""The door: who shows the code of a sold ticket is let in, once; and what that means for the ticket."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

from chalicelib.ids import code_of
from chalicelib.runtime import Runtime, install
from chalicelib.tickets import ticket_code
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.people import TICKET_KEY, Person, organiser, want_tokens
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    SECOND_MS,
    buy,
    change,
    check_in,
    confirmed,
    counts,
    enter,
    freeze,
    hold,
    instant,
    logged,
    new_event,
    new_seated,
    nothing_changed,
    order,
    read,
    said,
    settle,
)

ALREADY = (409, "already_checked_in")


def test_a_ticket_has_its_code_from_the_confirm_on(api: Api) -> None:
    """In every answer that shows it; a held one has none, nor has one that was given back."""
    event, seats = new_seated(api)
    ada = enter(api, event, "ada")
    bought = buy(api, ada, seats[0]).json
    assert bought["barcode"] is None
    ticket = settle(api, "confirm", bought["id"]).json["ticket"]
    assert ticket["barcode"] == ticket_code.make((TICKET_KEY,), bought["id"])
    assert api.get(f"/tickets/{bought['id']}").json == ticket
    assert api.get("/tickets/user/ada").json == api.get(f"/orders/{ticket['order_id']}").json["tickets"] == [ticket]
    assert settle(api, "cancel", bought["id"]).json["ticket"]["barcode"] is None


def test_a_service_without_keys_gives_no_codes_and_checks_nobody_in(api: Api, house: Runtime) -> None:
    """Whatever they bring."""
    ticket = confirmed(api, enter(api, new_event(api), "ada"))
    install(replace(house, settings=replace(house.settings, ticket_keys=())))
    assert api.get(f"/tickets/{ticket['id']}").json["barcode"] is None
    with nothing_changed():
        assert said(check_in(api, ticket)) == (404, "check_in_not_offered")


def test_a_ticket_lets_in_once_and_then_says_when_that_was(api: Api, clock: Clock) -> None:
    """In the answer, in the ticket and in the log; the stock is as it was."""
    freeze(clock)
    event, seats = new_seated(api)
    ticket = confirmed(api, enter(api, event, "ada"), seats[0])
    assert ticket["checked_in_at"] is None
    clock.advance(ms=HOUR_MS)
    since = instant(clock, ms=0)
    entered = check_in(api, ticket)
    assert (entered.status, entered.json["message"]) == (200, "Checked in")
    assert entered.json["ticket"] == ticket | {"checked_in_at": since, "updated_at": since}
    clock.advance(ms=SECOND_MS)
    with nothing_changed():
        again = check_in(api, ticket)
    assert (said(again), again.json["checked_in_at"]) == (ALREADY, since)
    assert api.get(f"/tickets/{ticket['id']}").json == entered.json["ticket"]
    assert counts(api, event) == (9, 0, 1)
    (entry,) = [fields for _, fields in read(event, "log", "XRANGE", "-", "+") if fields["what"] == "ticket.checked_in"]
    assert entry["data"] == f"{ticket['id']},0"


def test_a_repeat_with_the_same_key_is_the_same_answer(api: Api, clock: Clock) -> None:
    """Also later, and also when the event was cancelled meanwhile; another key is another person at the door."""
    freeze(clock)
    event = new_event(api)
    ticket = confirmed(api, enter(api, event, "ada"))
    first = check_in(api, ticket, Idempotency_Key="scan-1")
    assert first.status == 200
    clock.advance(ms=MINUTE_MS)
    with nothing_changed():
        again = check_in(api, ticket, Idempotency_Key="scan-1")
        assert (again.status, again.json) == (200, first.json)
        assert said(check_in(api, ticket, Idempotency_Key="scan-2")) == ALREADY
    change(api, event, status="cancelled")
    assert check_in(api, ticket, Idempotency_Key="scan-1").json == first.json
    assert said(check_in(api, ticket)) == (409, "event_cancelled")


def test_a_forged_code_is_refused_before_redis_is_asked(api: Api, house: Runtime) -> None:
    """Whatever the camera read; who tries many learns nothing of what is there."""
    ticket = confirmed(api, enter(api, new_event(api), "ada"))
    head = ticket["barcode"].rpartition(".")[0]
    with nothing_changed():
        for forged in ("", "T1", "T1..", "hello", "https://shop.example/t/1", "티켓", head, f"{head}.{'A' * 22}"):
            refused = check_in(api, ticket | {"barcode": forged})
            assert said(refused) == (401, "ticket_code_invalid")
            assert refused.headers["WWW-Authenticate"] == "Bearer"
            assert house.store.meter.trips == 0


def test_a_buyer_checks_nobody_in(house: Runtime) -> None:
    """Not even themselves: that is what somebody at the door does, for events of theirs."""
    want_tokens(house)
    ada = Person("ada")
    ticket = confirmed(ada, enter(ada, new_event(organiser()), "ada"))
    with nothing_changed():
        assert said(check_in(ada, ticket)) == (403, "organiser_required")
        assert said(check_in(organiser("oscar"), ticket)) == (403, "not_your_event")
    assert check_in(organiser(), ticket).status == 200


def test_every_state_of_a_ticket_has_its_word_at_the_door(api: Api, clock: Clock) -> None:
    """Held, given back, not paid in time; nothing changes by it, not even for the one who finds the hold due."""
    freeze(clock)
    ada = enter(api, new_event(api, hold_seconds=60), "ada")
    held, cancelled, expired = hold(api, ada), hold(api, ada), hold(api, ada)

    def shown(ticket: str) -> tuple[int, str | None]:
        return said(check_in(api, {"id": ticket, "barcode": ticket_code.make((TICKET_KEY,), ticket)}))

    settle(api, "cancel", cancelled)
    with nothing_changed():
        assert shown(held) == (409, "ticket_not_confirmed")
        assert shown(cancelled) == (409, "ticket_cancelled")
    clock.advance(ms=MINUTE_MS)
    assert shown(expired) == (410, "hold_expired")
    assert "ticket.checked_in" not in logged(ada.event)


def test_people_may_come_late(api: Api, clock: Clock) -> None:
    """A door is open for as long as there is somebody at it: also when the event is over."""
    freeze(clock)
    times = {"start_time": instant(clock, ms=MINUTE_MS), "end_time": instant(clock, ms=HOUR_MS)}
    ticket = confirmed(api, enter(api, new_event(api, **times), "ada"))
    clock.advance(ms=HOUR_MS)
    assert check_in(api, ticket).status == 200


def test_who_was_let_in_gives_nothing_back(api: Api) -> None:
    """Neither the ticket nor its order; who came along and waits outside still may."""
    ada = enter(api, new_event(api), "ada")
    bought = order(api, ada, 2).json
    first, second = api.post(f"/orders/{bought['id']}/confirm").json["order"]["tickets"]
    since = check_in(api, first).json["ticket"]["checked_in_at"]
    with nothing_changed():
        for refused in (settle(api, "cancel", first["id"]), api.post(f"/orders/{bought['id']}/cancel")):
            assert (said(refused), refused.json["checked_in_at"]) == (ALREADY, since)
    assert settle(api, "confirm", first["id"]).json["ticket"]["checked_in_at"] == since
    assert settle(api, "cancel", second["id"]).status == 200
    assert counts(api, ada.event) == (9, 0, 1)


def test_a_ticket_of_before_has_not_been_checked_in(api: Api) -> None:
    """Tickets that were sold before there was a door say nothing of it, and are as good as all others."""
    event = new_event(api)
    ticket = confirmed(api, enter(api, event, "ada"))
    stored = json.loads(read(event, "tickets", "HGET", ticket["id"]))
    assert not {name for name in stored if "check" in name}
    assert api.get(f"/tickets/{ticket['id']}").json["checked_in_at"] is None
    assert check_in(api, ticket).status == 200


def test_a_code_says_which_ticket_it_is_of(api: Api) -> None:
    """By the rule of docs/door.md, so a door needs nothing but the code."""
    ticket = confirmed(api, enter(api, new_event(api), "ada"))
    raw = base64.urlsafe_b64decode(ticket["barcode"].split(".")[1] + "==").hex()
    name = "-".join((raw[:8], raw[8:12], raw[12:16], raw[16:20], raw[20:]))
    assert name == ticket["id"]
    assert code_of(name) == code_of(ticket["event_id"])
