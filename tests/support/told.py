"""A sale in which everything happens that others are told of, and what they must have heard then."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from chalicelib.ids import entry_id
from chalicelib.outbox.model import TOLD, entry_of
from tests.support.api import Api
from tests.support.sale import MINUTE_MS, enter, hold, leave, new_event, new_seated, read, settle


class Heard(NamedTuple):
    """One effect, in the words of the clients who brought it about: what, the place in the queue, ticket, seat."""

    what: str
    entry_id: str | None = None
    ticket_id: str | None = None
    seat_id: str | None = None


def play(api: Api, later: Callable[[int], object]) -> tuple[str, list[Heard]]:
    """Sell both seats of an event after a hold was cancelled and another expired; gives it, and what is to be heard.

    `later` lets so many milliseconds go by.
    """
    event, seats = new_seated(api, 2, hold_seconds=60)
    olga = enter(api, event, "olga")
    entry = entry_id(olga.session)
    heard = [Heard("session.activated", entry)]

    def held(seat: str) -> str:
        ticket = hold(api, olga, seat)
        heard.append(Heard("ticket.reserved", entry, ticket, seat))
        return ticket

    def settled(action: str, ticket: str, seat: str) -> None:
        assert settle(api, action, ticket).status == 200
        heard.append(Heard(f"ticket.{action}led" if action == "cancel" else f"ticket.{action}ed", entry, ticket, seat))

    settled("cancel", held(seats[0]), seats[0])
    lost = held(seats[0])
    later(MINUTE_MS)
    assert api.get(f"/events/{event}").status == 200
    heard.append(Heard("ticket.expired", entry, lost, seats[0]))
    tickets = [held(seat) for seat in seats]
    for ticket, seat in zip(tickets, seats, strict=True):
        settled("confirm", ticket, seat)
    heard.append(Heard("event.sold_out"))
    return event, heard


def stand(api: Api) -> tuple[str, list[Heard]]:
    """Sell one standing ticket to somebody who then goes; gives the event, and what is to be heard."""
    event = new_event(api)
    bob = enter(api, event, "bob")
    entry, ticket = entry_id(bob.session), hold(api, bob)
    leave(api, bob)
    assert settle(api, "confirm", ticket).status == 200
    return event, [
        Heard("session.activated", entry),
        Heard("ticket.reserved", entry, ticket),
        Heard("ticket.confirmed", entry, ticket),
    ]


def heard_in(messages: list[dict[str, Any]], event: str) -> list[Heard]:
    """Give what came to a queue of one event."""
    return [
        Heard(message["detail-type"], *(message["detail"].get(name) for name in Heard._fields[1:]))
        for message in messages
        if message["detail"]["event_id"] == event
    ]


def details_of(event: str) -> dict[str, dict[str, Any]]:
    """Give all that is to be told of an event, as its log says now: by its id, in the order of the log."""
    details, previous = {}, 0
    for name, fields in read(event, "log", "XRANGE", "-", "+"):
        if fields["what"] in TOLD:
            number = int(name.partition("-")[0])
            detail = json.loads(entry_of(event, number, previous, fields)["Detail"])
            details[detail["id"]], previous = detail, number
    return details


def untold(event: str) -> int:
    """Tell how many entries of its log the cursor of an event has still before it."""
    seq, length = read(event, "events", "HMGET", "published_seq", "log_seq")
    return int(length) - int(seq or 0)
