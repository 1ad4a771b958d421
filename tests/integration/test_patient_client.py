"""A room of clients that do as docs/waiting-room.md says: what they are shown is true, and nobody is lost by it."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pytest

from chalicelib.ids import IdMaker, code_of
from chalicelib.queue.model import Telling
from chalicelib.runtime import Runtime, install
from chalicelib.scripting import call, run_many
from chalicelib.settings import Settings
from tests.support.api import Answer, Api
from tests.support.clock import Clock
from tests.support.patient import Edge, Patient
from tests.support.sale import (
    MINUTE_MS,
    SECOND_MS,
    Visitor,
    drained,
    freeze,
    hold,
    instant,
    new_event,
    read,
    settle,
)

PEOPLE, PLACES, LOBBY_MS, ARRIVALS_MS = 60, 5, 2 * MINUTE_MS, 4 * MINUTE_MS
POLLS_PER_SECOND = 2  # 60 people are to be as patient as 150,000 are with the usual 5,000


class Wire(Api):
    """The service as clients reach it; notes what they ask, and who asks earlier than told."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.asked: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.early: list[str] = []
        self._told: dict[str, int] = {}

    def now_ms(self) -> int:
        """Give the service's time."""
        return self.clock.now_us() // 1000

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send a request."""
        _, _, what, *rest = path.split("/")
        self.asked[what] += 1
        if what == "status" and self.now_ms() < self._told.get(rest[0], 0):
            self.early.append(rest[0])
        answer = super().call(method, path, body, headers)
        self.statuses[answer.status] += 1
        if answer.status in {200, 201} and "poll_after_ms" in answer.json:
            entry = answer.json.get("entry", answer.json)
            self._told[entry["session_id"]] = self.now_ms() + (answer.json["poll_after_ms"] or 0)
        return answer


@dataclass
class Person:
    """Somebody with a client, and what they will do: come, wait or lose patience, buy or not."""

    client: Patient
    comes_ms: int
    goes_ms: int | None
    says_so: bool
    stays_ms: int
    offline_ms: range  # when their client cannot ask; who has no such time, and no time to go, is patient
    inside_ms: int | None = None
    shown: list[tuple[int, int, int]] = field(default_factory=list)
    """What they saw while they waited: how many own answers they had had, the bound of their place, their place."""


class Room:
    """A draw with a lobby and a sale with few places; time passes in steps of less than a second."""

    def __init__(self, wire: Wire, house: Runtime) -> None:
        self.wire, self.store, self.rng = wire, house.store, random.Random(3)
        random.seed(3)  # the service's own jitter
        settings = replace(house.settings, polls_per_second=POLLS_PER_SECOND)
        install(Runtime(settings, house.store, IdMaker(self.rng.getrandbits)))
        self.begun_ms = freeze(wire.clock)
        terms = {"total_tickets": 1000, "max_active_sessions": PLACES, "away_seconds": 5}
        self.event = new_event(Api(), sale_starts_at=instant(wire.clock, ms=LOBBY_MS), **terms)
        self.edge = Edge(wire, wire.now_ms)
        self.people = [self._somebody(n) for n in range(PEOPLE)]
        self.countdown_wrong_by_ms: Counter[int] = Counter()

    def _somebody(self, n: int) -> Person:
        comes_ms = self.begun_ms + self.rng.randrange(ARRIVALS_MS)
        wrong_by_ms = self.rng.randint(-10, 10) * MINUTE_MS
        goes_ms = comes_ms + self.rng.randrange(2 * MINUTE_MS) if n % 3 == 0 else None
        made = Patient(self.wire, self.edge, self.event, f"user{n}", lambda: self.wire.now_ms() + wrong_by_ms)
        lost_ms = comes_ms + self.rng.randrange(2 * MINUTE_MS)
        offline_ms = range(lost_ms, lost_ms + self.rng.randint(40, 100) * SECOND_MS if n % 6 == 1 else lost_ms)
        return Person(made, comes_ms, goes_ms, n % 2 == 0, self.rng.randint(2, 15) * SECOND_MS, offline_ms)

    def run(self) -> None:
        """Let time pass until nobody's client has anything more to ask."""
        while not all(person.client.over for person in self.people):
            now_ms = self.wire.now_ms()
            assert now_ms < self.begun_ms + 60 * MINUTE_MS, "somebody never gets in"
            for person in self.people:
                if now_ms >= person.comes_ms and now_ms not in person.offline_ms and not person.client.over:
                    self._live(person, now_ms)
            drained(left_ms=SECOND_MS)
            self._look(now_ms)
            self.wire.clock.advance(ms=self.rng.choice((200, 500, 999)))
        self.took_s = (self.wire.now_ms() - self.begun_ms) / 1000
        self.log = [entry for _, entry in read(self.event, "log", "XRANGE", "-", "+")]

    def _live(self, person: Person, now_ms: int) -> None:
        me = person.client
        me.tick()
        if me.screen().may_buy:
            person.inside_ms = person.inside_ms or now_ms
            if now_ms >= person.inside_ms + person.stays_ms:
                if person.says_so:
                    settle(Api(), "confirm", hold(Api(), Visitor(self.event, me.user, me.session or "")))
                me.leave()
        elif person.goes_ms and now_ms >= person.goes_ms:
            me.leave() if person.says_so else me.vanish()

    def _look(self, now_ms: int) -> None:
        here = [person for person in self.people if person.client.session and not person.client.over]
        asked = [call("status", code_of(self.event), self.event, "", p.client.user, 1, 0) for p in here]
        for person, answer in zip(here, run_many(self.store, asked), strict=True):
            assert isinstance(answer, list)
            screen, place = person.client.screen(), Telling(*answer[3:]).position
            if screen.place_at_most is not None:
                assert place is not None
                person.shown.append((person.client.answers, screen.place_at_most, place))
            if screen.opens_in_ms:
                self.countdown_wrong_by_ms[now_ms + screen.opens_in_ms - self.begun_ms - LOBBY_MS] += 1

    def logged(self, what: str) -> set[str]:
        """Give the sessions of which the log says this."""
        return {entry["who"] for entry in self.log if entry["what"] == what}

    @property
    def stayers(self) -> set[str]:
        """The sessions of those who waited as long as it took, and were there all the time."""
        return {person.client.session or "" for person in self.patient}

    @property
    def patient(self) -> list[Person]:
        """Those people."""
        return [person for person in self.people if person.goes_ms is None and not person.offline_ms]


_rooms: dict[Settings, Room] = {}


@pytest.fixture
def room(house: Runtime, clock: Clock) -> Room:
    """A room that is over; each backend has one, at which many promises are looked at."""
    if house.settings not in _rooms:
        made = Room(Wire(clock), house)
        made.run()
        _rooms[house.settings] = made
    return _rooms[house.settings]


def test_the_place_shown_is_never_better_than_the_true_one(room: Room) -> None:
    """At every look, whatever caches showed and whoever came back, nobody stood further back than they were told."""
    seen = [(bound, place) for person in room.people for _, bound, place in person.shown]
    assert len(seen) > 1000
    assert room.logged("session.returned")
    assert not [(bound, place) for bound, place in seen if bound < place]


def test_the_place_shown_never_grows_between_two_own_answers(room: Room) -> None:
    """Nor is it the same all the time: what is the same for everybody moves it on."""
    steps = [
        later[1] - earlier[1]
        for person in room.people
        for earlier, later in pairwise(person.shown)
        if earlier[0] == later[0]
    ]
    assert max(steps) == 0
    assert min(steps) < 0


def test_nobody_asks_earlier_than_told(room: Room) -> None:
    """And so nobody is ever refused for asking too often."""
    assert not room.wire.early
    assert set(room.wire.statuses) == {200, 201, 304}


def test_everybody_who_stays_gets_in_and_knows_it_in_time(room: Room) -> None:
    """Each saw that it was their turn, and nobody lost it by not showing up."""
    assert len(room.stayers) == PEOPLE // 2
    assert all(person.inside_ms for person in room.patient)
    assert room.stayers <= room.logged("session.activated")
    assert not room.stayers & (room.logged("session.no_show") | room.logged("session.expired"))


def test_who_asks_as_told_is_never_passed_over(room: Room) -> None:
    """Only those are who went without a word, or could not ask."""
    assert room.logged("session.passed_over")
    assert not room.stayers & room.logged("session.passed_over")


def test_most_of_what_is_asked_is_the_same_for_everybody(room: Room) -> None:
    """Some 3,000 reads of the common answer, of which 230 reached the service, stand against some 260 own questions."""
    assert room.edge.reads > 8 * room.wire.asked["status"]
    assert room.edge.trips == room.wire.asked["serving"] <= room.took_s + 1


def test_the_countdown_is_right_though_the_clocks_are_not(room: Room) -> None:
    """Clients whose clocks are wrong by minutes, behind a cache with an old server_time, count to the same instant."""
    assert set(room.countdown_wrong_by_ms) == {0}
