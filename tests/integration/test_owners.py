"""Whose it is: no answer but the owner's is a 2xx, for every thing that a person can have.

The scripts know whose a thing is, not the tokens: what is somebody else's is as if it were not there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pytest

from chalicelib.ids import code_of
from chalicelib.runtime import Runtime
from tests.support.api import Answer, Api, path_part
from tests.support.clock import Clock
from tests.support.people import Person, organiser, want_tokens
from tests.support.sale import (
    UNKNOWN,
    Visitor,
    enter,
    freeze,
    hold,
    new_event,
    new_seated,
    nothing_changed,
    order,
    said,
)

USERS = ("ada", "bob", "carl@example.com", "~dora", "eve|1", "+fred=")


@dataclass(frozen=True)
class Belongings:
    """What one person has in an event."""

    person: Person
    visitor: Visitor
    waiting: Visitor
    ticket: str
    order: str
    confirmed: str


@pytest.fixture
def guarded(house: Runtime) -> Runtime:
    """The service outside a laptop."""
    return want_tokens(house)


@pytest.fixture
def everybody(guarded: Runtime) -> list[Belongings]:
    """Six people with a session, a place, tickets and an order each."""
    assert guarded
    olga = organiser()
    event, queue = new_event(olga, total_tickets=100), new_event(olga, max_active_sessions=1)
    enter(Person("first"), queue, "first")
    return [_settle_in(Person(user), event, queue) for user in USERS]


def _settle_in(person: Person, event: str, queue: str) -> Belongings:
    visitor, waiting = enter(person, event, person.user_id), enter(person, queue, person.user_id)
    ticket = hold(person, visitor)
    confirmed = hold(person, visitor)
    assert person.post(f"/tickets/{confirmed}/confirm").status == 200
    return Belongings(person, visitor, waiting, ticket, order(person, visitor, 2).json["id"], confirmed)


def requests_about(thing: Belongings, who: Person) -> dict[str, Answer]:
    """Ask for everything that can be asked of what somebody has; what ends it comes last."""
    name = path_part(thing.person.user_id)
    wish = {"event_id": thing.visitor.event, "session_id": thing.visitor.session}
    named = wish | {"user_id": thing.person.user_id}
    return {
        "position": who.get(f"/queue/position/{thing.waiting.event}/{name}"),
        "status": who.get(f"/queue/status/{thing.visitor.session}"),
        "status of a place": who.get(f"/queue/status/{thing.waiting.session}"),
        "refresh": who.post("/queue/refresh", {"session_id": thing.visitor.session}),
        "purchase in the session": who.post("/tickets/purchase", wish),
        "purchase in the name": who.post("/tickets/purchase", named),
        "order in the session": who.post("/orders", wish | {"quantity": 1}),
        "order in the name": who.post("/orders", named | {"quantity": 1}),
        "join in the name": who.post("/queue/join", {"event_id": wish["event_id"], "user_id": named["user_id"]}),
        "ticket": who.get(f"/tickets/{thing.ticket}"),
        "sold ticket": who.get(f"/tickets/{thing.confirmed}"),
        "tickets": who.get(f"/tickets/user/{name}"),
        "order": who.get(f"/orders/{thing.order}"),
        "confirm": who.post(f"/tickets/{thing.ticket}/confirm"),
        "confirm again": who.post(f"/tickets/{thing.confirmed}/confirm"),
        "confirm an order": who.post(f"/orders/{thing.order}/confirm"),
        "cancel": who.post(f"/tickets/{thing.confirmed}/cancel"),
        "leave": who.post("/queue/leave", {"session_id": thing.waiting.session}),
    }


NAMING_ANOTHER = {"purchase in the name", "order in the name", "join in the name", "tickets"}
MISSING = {"position": "not_in_queue", "order": "order_not_found", "confirm an order": "order_not_found"}
OF_SESSIONS = {
    *("status", "status of a place", "refresh", "leave"),
    *("purchase in the session", "order in the session"),
}  # fmt: skip


def test_no_answer_but_the_owners_is_a_2xx(everybody: list[Belongings]) -> None:
    """Six people, each asking for everything of each: five times six are refused, and nothing has changed by it."""
    asked = 0
    with nothing_changed():
        for thing in everybody:
            for other in everybody:
                if other is thing:
                    continue
                for what, answer in requests_about(thing, other.person).items():
                    asked += 1
                    if what in NAMING_ANOTHER:
                        assert said(answer) == (403, "identity_mismatch"), (what, answer.text)
                        continue
                    missing = "session_not_found" if what in OF_SESSIONS else MISSING.get(what, "ticket_not_found")
                    assert said(answer) == (404, missing), (what, answer.text)
    assert asked == 6 * 5 * 18
    for thing in everybody:
        answers = requests_about(thing, thing.person)
        assert all(200 <= answer.status < 300 for answer in answers.values()), {
            what: answer.text for what, answer in answers.items() if answer.status >= 300
        }


def test_what_is_anothers_is_refused_like_what_is_not_there(everybody: list[Belongings]) -> None:
    """Word for word: nobody can learn what exists by asking."""
    thing, eve = everybody[0], everybody[4].person
    nobody = Visitor(thing.visitor.event, "x", UNKNOWN)
    nothing = Belongings(thing.person, nobody, nobody, UNKNOWN, UNKNOWN, UNKNOWN)
    theirs, missing = requests_about(thing, eve), requests_about(nothing, eve)
    for what in set(theirs) - NAMING_ANOTHER - {"position"}:
        assert theirs[what].json == missing[what].json, what
        assert theirs[what].headers == missing[what].headers, what


def test_an_organiser_has_the_way_to_one_ticket_and_to_nothing_else(everybody: list[Belongings]) -> None:
    """To read it and to cancel it, in an event of theirs; sessions, orders and all that somebody has stay closed."""
    thing = everybody[0]
    answers = requests_about(thing, organiser())
    served = {what for what, answer in answers.items() if answer.status == 200}
    assert served == {"ticket", "sold ticket", "cancel"}
    assert all(answers[what].status in {403, 404} for what in answers.keys() - served), answers
    assert answers["sold ticket"].json == thing.person.get(f"/tickets/{thing.confirmed}").json | {
        name: answers["sold ticket"].json[name] for name in ("status", "barcode", "updated_at")
    }
    assert thing.person.get(f"/tickets/{thing.confirmed}").json["status"] == "cancelled"


@pytest.mark.parametrize("other", [organiser("oscar"), Person("olga")], ids=["another's", "without the role"])
def test_a_ticket_is_open_to_the_organiser_of_its_event_alone(everybody: list[Belongings], other: Person) -> None:
    """To another organiser, and to who made the event and comes as a buyer, it is as if it were not there."""
    with nothing_changed():
        answers = requests_about(everybody[0], other)
    assert all(answer.status in {403, 404} for answer in answers.values()), answers


def test_a_session_id_that_a_client_chose_is_refused(guarded: Runtime) -> None:
    """Nobody can plant one: with tokens we choose them all."""
    assert guarded
    event, ada = new_event(organiser()), Person("ada")
    for answer in (
        ada.post("/queue/join", {"event_id": event, "session_id": "session-123"}),
        ada.get("/queue/status/session-123"),
        ada.post("/queue/refresh", {"session_id": "session-123"}),
        ada.post("/queue/leave", {"session_id": "session-123"}),
        ada.post("/tickets/purchase", {"event_id": event, "session_id": "session-123"}),
        ada.post("/orders", {"event_id": event, "session_id": "session-123", "quantity": 1}),
    ):
        assert said(answer) == (400, "invalid_id")


def test_the_same_key_of_two_people_is_two_keys(guarded: Runtime) -> None:
    """An Idempotency-Key belongs to who brings it: of buyers, and of organisers."""
    assert guarded
    event = new_event(organiser())
    made = []
    for person in (Person("ada"), Person("bob")):
        visitor = enter(person, event, person.user_id)
        wish = {"event_id": event, "session_id": visitor.session}
        made.append(person.post("/tickets/purchase", wish, Idempotency_Key="k"))
    assert [answer.status for answer in made] == [201, 201]
    assert made[0].json["id"] != made[1].json["id"]
    body = {"name": "x", "start_time": "2090-12-25T20:00:00Z", "end_time": "2090-12-25T23:00:00Z", "total_tickets": 1}
    events = [organiser(name).post("/events", body, Idempotency_Key="k") for name in ("olga", "oscar", "olga")]
    assert [answer.status for answer in events] == [201, 201, 200]
    assert events[0].json["id"] == events[2].json["id"] != events[1].json["id"]


def test_an_event_belongs_to_who_made_it(guarded: Runtime) -> None:
    """Whatever the body says or leaves out; and it cannot be given away or taken."""
    assert guarded
    olga, event = organiser(), new_event(organiser())
    assert olga.get(f"/events/{event}").json["organiser_id"] == "olga"
    for value in (None, "olga"):
        assert olga.put(f"/events/{event}", {"organiser_id": value}).json["organiser_id"] == "olga"
    assert olga.put(f"/events/{event}", {"organiser_id": "oscar"}).code == "identity_mismatch"
    assert organiser("oscar").put(f"/events/{event}", {"organiser_id": "oscar"}).code == "not_your_event"


def test_a_person_who_left_has_nothing_by_an_old_session(guarded: Runtime) -> None:
    """The token is as good as ever: what counts is what the server knows of the session."""
    assert guarded
    ada, event = Person("ada"), new_event(organiser())
    visitor = enter(ada, event, "ada")
    ada.post("/queue/leave", {"session_id": visitor.session})
    wish = {"event_id": event, "session_id": visitor.session}
    assert said(ada.post("/tickets/purchase", wish)) == (409, "session_ended")
    assert said(ada.post("/queue/refresh", {"session_id": visitor.session})) == (409, "session_ended")
    other = new_event(organiser())
    assert said(ada.post("/tickets/purchase", wish | {"event_id": other})) == (404, "session_not_found")


def test_a_session_acts_in_its_own_event_alone(guarded: Runtime) -> None:
    """The same person, another event: neither its session nor its seats are good there."""
    assert guarded
    ada, olga = Person("ada"), organiser()
    (one, _), (other, seats) = new_seated(olga), new_seated(olga)
    visitor = enter(ada, one, "ada")
    wish = {"event_id": other, "session_id": visitor.session, "seat_id": seats[0]}
    assert said(ada.post("/tickets/purchase", wish)) == (404, "session_not_found")
    assert said(ada.post("/tickets/purchase", wish | {"event_id": one})) == (404, "seat_not_found")


def test_nobody_comes_across_a_ticket_by_guessing(house: Runtime, clock: Clock) -> None:
    """Ids have 74 random bits behind the code of their event; who tries is soon told to ask less often."""
    freeze(clock)
    want_tokens(house)
    event = new_event(organiser())
    ticket = hold(Person("ada"), enter(Person("ada"), event, "ada"))
    want_tokens(house, requests_per_minute=60)
    guesses = [house.ids.within(code_of(event)) for _ in range(300)]
    answers = [Person("eve").get(f"/tickets/{guess}").status for guess in guesses]
    assert Counter(answers) == {404: 11, 429: 289}
    assert ticket not in guesses


def test_people_cannot_be_invented(guarded: Runtime) -> None:
    """Who joins is who the token says; a name of one's own is refused, and no token is no name."""
    assert guarded
    event = new_event(organiser())
    with nothing_changed():
        for number in range(20):
            wish = {"event_id": event, "user_id": f"invented-{number}"}
            assert said(Person("eve").post("/queue/join", wish)) == (403, "identity_mismatch")
            assert said(Api().post("/queue/join", wish)) == (401, "token_missing")
