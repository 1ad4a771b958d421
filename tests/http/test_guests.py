"""Guests: an identity for who has no account, signed, stored nowhere, and nobody else's."""

from __future__ import annotations

import re

import jwt
import pytest

from chalicelib.http import guests
from chalicelib.runtime import Runtime
from tests.support.api import Api
from tests.support.people import AUTH_KEY, Person, organiser, want_tokens
from tests.support.sale import enter, hold, new_event, settle


@pytest.fixture
def guarded(house: Runtime) -> Runtime:
    """The service outside a laptop."""
    return want_tokens(house)


def guest() -> Person:
    """Give somebody without an account."""
    answer = Api().post("/guests")
    assert answer.status == 201, answer.text
    person = Person(answer.json["user_id"])
    person.token = answer.json["token"]
    return person


def test_a_guest_buys_a_ticket(guarded: Runtime) -> None:
    """From the queue to the ticket, with nothing but a token; nobody has to say who they are."""
    assert guarded
    event, ada = new_event(organiser()), guest()
    joined = ada.post("/queue/join", {"event_id": event}).json
    assert joined["user_id"] == ada.user_id
    bought = ada.post("/tickets/purchase", {"event_id": event, "session_id": joined["session_id"]})
    assert (bought.status, bought.json["user_id"]) == (201, ada.user_id)
    assert settle(ada, "confirm", bought.json["id"]).status == 200
    assert len(ada.get(f"/tickets/user/{ada.user_id}").json) == 1


def test_no_two_guests_are_one(guarded: Runtime) -> None:
    """128 random bits, in a form that no account can have; one cannot see what another has."""
    assert guarded
    people = [guest() for _ in range(50)]
    assert len({person.user_id for person in people}) == 50
    assert all(re.fullmatch(r"~guest-[0-9a-f]{32}", person.user_id) for person in people)
    event = new_event(organiser())
    ticket = hold(people[0], enter(people[0], event, people[0].user_id))
    assert people[1].get(f"/tickets/{ticket}").code == "ticket_not_found"


def test_a_guest_can_stay_the_same_for_longer(guarded: Runtime) -> None:
    """With the token they have; the new one is of the same guest, and the old one stays good."""
    assert guarded
    ada = guest()
    renewed = ada.post("/guests")
    assert (renewed.status, renewed.json["user_id"]) == (201, ada.user_id)
    assert ada.get(f"/tickets/user/{ada.user_id}").status == 200


def test_a_guests_token_says_what_it_is_and_how_long(guarded: Runtime) -> None:
    """Issued by us, for us, without a role, for ninety days."""
    assert guarded
    answer = Api().post("/guests").json
    claims = jwt.decode(answer["token"], AUTH_KEY, ["HS256"], issuer="ticketing", audience="ticketing")
    assert set(claims) == {"iss", "aud", "sub", "iat", "exp"}
    assert claims["exp"] - claims["iat"] == guests.LIFETIME_S == 90 * 86_400


def test_a_guest_is_no_organiser(guarded: Runtime) -> None:
    """And cannot become one."""
    assert guarded
    assert guest().post("/events", {}).code == "organiser_required"


def test_an_account_is_no_guest(guarded: Runtime) -> None:
    """What another issuer or an organiser signs does not become a guest's token, however long it lives."""
    assert guarded
    for person in (Person("ada"), organiser(), Person("~guest-x"), Person("~guest-" + "0" * 33)):
        assert person.post("/guests").code == "token_invalid"


def test_a_laptop_gives_guests_too(api: Api) -> None:
    """In open mode nobody looks at the token, and the name is good as any other."""
    made = api.post("/guests").json
    assert enter(api, new_event(api), made["user_id"]).user == made["user_id"]
