"""How often one person may ask: a budget that each command spends, in the same step as what it does."""

from __future__ import annotations

import pytest

from chalicelib.ids import code_of
from chalicelib.keys import budget, event_budget
from chalicelib.runtime import Runtime, runtime
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.people import Person, organiser, want_tokens
from tests.support.sale import (
    HOUR_MS,
    MINUTE_MS,
    check_in,
    confirmed,
    enter,
    freeze,
    hold,
    new_event,
    nothing_changed,
    seat_specs,
    settle,
)

PER_MINUTE, AT_ONCE = 60, 11  # a sixth of them, and the one that is always there
GAP_MS = 1_000


@pytest.fixture
def guarded(house: Runtime, clock: Clock) -> Runtime:
    """A service that takes sixty requests a minute, at a standstill of time."""
    want_tokens(house)
    freeze(clock)
    return want_tokens(house, requests_per_minute=PER_MINUTE)


def _event() -> str:
    return new_event(organiser())


def _until_refused(person: Person, path: str) -> Answer:
    for _ in range(AT_ONCE):
        assert person.get(path).status == 200
    return person.get(path)


def test_who_asks_too_often_is_told_when_to_come_again(guarded: Runtime, clock: Clock) -> None:
    """429 with Retry-After; at that millisecond, and not before, there is one more."""
    assert guarded
    ada, event = Person("ada"), _event()
    enter(ada, event, "ada")
    path = f"/queue/position/{event}/ada"
    for _ in range(AT_ONCE - 1):
        assert ada.get(path).status == 200
    refused = ada.get(path)
    assert (refused.status, refused.code, refused.headers["Retry-After"]) == (429, "too_many_requests", "1")
    clock.advance(ms=GAP_MS - 1)
    assert ada.get(path).code == "too_many_requests"
    clock.advance(ms=1)
    assert [ada.get(path).status for _ in range(2)] == [200, 429]
    clock.advance(ms=MINUTE_MS)
    assert _until_refused(ada, path).code == "too_many_requests"


def test_one_persons_haste_is_nobody_elses(guarded: Runtime) -> None:
    """Each has a budget of their own, and one in each event."""
    assert guarded
    ada, bob, event, other = Person("ada"), Person("bob"), _event(), _event()
    for person in (ada, bob):
        enter(person, event, person.user_id)
    _until_refused(ada, "/tickets/user/ada")
    assert ada.get("/tickets/user/ada").code == "too_many_requests"
    assert bob.get("/tickets/user/bob").status == 200
    assert enter(ada, other, "ada")


def test_one_persons_haste_in_an_event_is_nobody_elses_there(guarded: Runtime) -> None:
    """Who asks too often silences nobody but themselves."""
    assert guarded
    ada, bob, event = Person("ada"), Person("bob"), _event()
    for person in (ada, bob):
        enter(person, event, person.user_id)
    while ada.get(f"/queue/position/{event}/ada").status == 200:
        pass
    assert bob.get(f"/queue/position/{event}/bob").status == 200


def test_what_is_refused_for_haste_changes_nothing(guarded: Runtime) -> None:
    """Of no command: the budget is spent before anything is looked at."""
    assert guarded
    ada, event = Person("ada"), _event()
    visitor = enter(ada, event, "ada")
    ticket = hold(ada, visitor)
    while ada.get(f"/tickets/{ticket}").status == 200:
        pass
    with nothing_changed():
        wish = {"event_id": event, "session_id": visitor.session}
        answers = [
            ada.post("/queue/join", {"event_id": event}),
            ada.get(f"/queue/status/{visitor.session}"),
            ada.post("/queue/refresh", {"session_id": visitor.session}),
            ada.post("/queue/leave", {"session_id": visitor.session}),
            ada.post("/tickets/purchase", wish),
            settle(ada, "confirm", ticket),
            settle(ada, "cancel", ticket),
        ]
    assert [answer.code for answer in answers] == ["too_many_requests"] * len(answers)


def test_an_import_of_many_pages_is_one_request(guarded: Runtime) -> None:
    """A hall is not refused for its size."""
    assert guarded
    olga = organiser()
    event = new_event(olga, is_seated_event=True, total_tickets=20_000)
    for start in range(0, 20_000, 5_000):
        seats = [spec | {"section": str(start)} for spec in seat_specs(5_000)]
        assert olga.post(f"/events/{event}/seats", {"seats": seats}).status == 201


def test_a_door_lets_in_as_fast_as_people_come(guarded: Runtime) -> None:
    """Many doors are one organiser: who shows a good code is not sent away because others were quick."""
    assert guarded
    ada, olga = Person("ada"), organiser()
    visitor = enter(ada, new_event(olga), "ada")
    ticket = confirmed(ada, visitor)
    while olga.get(f"/tickets/{ticket['id']}").status == 200:
        pass
    shown = [check_in(olga, ticket).status for _ in range(2 * AT_ONCE)]
    assert shown == [200, *[409] * (2 * AT_ONCE - 1)]


def test_requests_about_no_event_have_a_budget_too(guarded: Runtime) -> None:
    """One more round trip; events that are made are counted by it."""
    assert guarded
    ada, olga = Person("ada"), organiser()
    assert _until_refused(ada, "/tickets/user/ada").code == "too_many_requests"
    made = [olga.post("/events", {"name": "x", "start_time": "2090-12-25T20:00:00Z", "end_time": "2090-12-25T23:00:00Z",
                                  "total_tickets": 1}) for _ in range(AT_ONCE + 1)]  # fmt: skip
    assert [answer.status for answer in made] == [201] * AT_ONCE + [429]


def test_public_answers_cost_nobodys_budget(guarded: Runtime) -> None:
    """They are for caches, and for the firewall to limit by address."""
    assert guarded
    event = _event()
    for _ in range(3 * AT_ONCE):
        assert Api().get(f"/queue/serving/{event}").status == 200
        assert Person("ada").get(f"/events/{event}").status == 200


def test_a_budget_is_forgotten_when_it_is_full_again(guarded: Runtime) -> None:
    """Its key lives as long as it says anything, and names nobody."""
    assert guarded
    ada, event = Person("ada"), _event()
    enter(ada, event, "ada")
    ada.get("/tickets/user/ada")
    for key in (event_budget(code_of(event), "ada"), budget("ada")):
        assert 0 < runtime().store.command("PTTL", key) <= GAP_MS


def test_a_clock_that_is_set_back_locks_nobody_out(guarded: Runtime, clock: Clock) -> None:
    """A budget from the future is as good as none."""
    assert guarded
    ada, event = Person("ada"), _event()
    enter(ada, event, "ada")
    clock.advance(ms=-HOUR_MS)
    assert ada.get(f"/queue/position/{event}/ada").status == 200


def test_on_a_laptop_nobody_counts(house: Runtime, api: Api) -> None:
    """In open mode there is nobody to count."""
    event = new_event(api)
    visitor = enter(api, event, "ada")
    assert all(api.get(f"/queue/position/{event}/ada").status == 200 for _ in range(3 * AT_ONCE))
    assert visitor
    assert not list(house.store.client.scan_iter(match="rate:*"))
