"""A room of 20,000 of whom 18,000 say nothing more after joining: those who stay must not come in later for it.

Time is simulated: the servers' clock is frozen and moved by a second at a time. Each second the drain runs as the
service runs it, those who stay ask when they were told to, and those who were admitted go some seconds after they know.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.errors import DomainError
from chalicelib.ids import IdMaker, code_of
from chalicelib.queue.model import Telling
from chalicelib.runtime import Runtime, install
from chalicelib.scripting import Call, call, run_many
from chalicelib.settings import Settings
from chalicelib.store import Store, connect
from tests.audit import assert_audited
from tests.support import servers
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import MINUTE_MS, SECOND_MS, crowd, drained, freeze, instant, new_event, read

STAYERS, LEAVERS = 2_000, 18_000
FIRST_POLL_S = 10
"""A lobby of 20,000 is asked to come within 2 s and twice the time that 5,000 polls a second take."""

AWAY_S, CLAIM_S, ABANDON_S = 60, 120, 300
MEASURED = slice(500, 1_500)
"""Which of those who stay are timed, in the order of their admission: neither the rush at the start nor the end."""

SECONDS_MAX, PAGE = 2_000, 250
BOUNDS = {
    "places": {"max_active_sessions": 300, "admissions_per_minute": 6_000},
    "rate": {"max_active_sessions": 300, "admissions_per_minute": 75},
}


@dataclass(frozen=True)
class Outcome:
    """What became of a room."""

    admitted_s: list[float]
    """When those who stay were admitted, in seconds after the opening, ascending."""

    no_shows_s: list[float]
    """When those who left lost a turn, ascending."""

    refused: int
    passed_over: int
    missed: int
    """Of those who stay: refusals of a poll, passed over, turns lost by not showing up."""

    totals: dict[str, Any]
    """The figures that the organiser is given in the end."""

    @property
    def measured_s(self) -> float:
        """How long it took to admit those who are timed."""
        timed = self.admitted_s[MEASURED]
        return timed[-1] - timed[0]


class Room:
    """A draw of which the lobby is full; who leaves is spread among those who stay."""

    def __init__(self, store: Store, clock: Clock, leavers: int, **terms: int) -> None:
        clock.set_offset(ms=0)
        store.client.flushall()
        self.store, self.clock, self.rng = store, clock, random.Random(20)
        random.seed(20)  # the service's own jitter
        settings = Settings(draw_key="the key of a draw with leavers")
        install(Runtime(settings, store, IdMaker(self.rng.getrandbits)))
        freeze(clock)
        starts = instant(clock, ms=MINUTE_MS)
        self.event = new_event(Api(), total_tickets=1_000_000, sale_starts_at=starts, **terms)
        self.code = code_of(self.event)
        everybody = [visitor.session for visitor in crowd(self.event, STAYERS + leavers)]
        self.stayers = set(everybody[:: 1 + leavers // STAYERS])
        clock.advance(ms=MINUTE_MS)
        self.opened_ms = clock.now_us() // 1000
        self.refused = 0
        self._polls: defaultdict[int, list[str]] = defaultdict(list)
        self._ends: defaultdict[int, list[str]] = defaultdict(list)
        records = read(self.event, "sessions", "HGETALL")
        for session in sorted(self.stayers):
            self._poll_in(session, int(records[session].split(",")[1]) - self.opened_ms)

    def _poll_in(self, session: str, ms: int, second: int = 0) -> None:
        self._polls[second + max(1, -(-ms // SECOND_MS))].append(session)

    def run(self) -> Outcome:
        """Let seconds pass until everybody who stays has been inside, then until everybody else is forgotten."""
        inside = 0
        for second in range(SECONDS_MAX):
            inside += self._ask(second)
            self._send(self._ends.pop(second, []), lambda session: call("leave", self.code, "", session))
            self._pass(SECOND_MS)
            if inside == STAYERS and not self._ends:
                break
        for _ in range(2):
            self._pass((CLAIM_S + ABANDON_S) * SECOND_MS)
        return self._outcome()

    def _pass(self, ms: int) -> None:
        drained(left_ms=SECOND_MS)  # too little time for a second tick
        self.clock.advance(ms=ms)

    def _ask(self, second: int) -> int:
        """Let those ask who were told to come now; gives how many of them are inside."""
        asking, inside = self._polls.pop(second, []), 0
        answers = self._send(
            asking, lambda session: call("status", self.code, "", session, "", 5_000, self.rng.randrange(1000))
        )
        for session, answer in zip(asking, answers, strict=True):
            if isinstance(answer, DomainError):
                self.refused += 1
                continue
            told = Telling(*answer[3:])
            if told.state == "active":
                inside += 1
                self._ends[second + self.rng.randint(4, 8)].append(session)
            elif told.poll_after_ms is not None:
                self._poll_in(session, told.poll_after_ms, second)
        return inside

    def _send(self, sessions: Sequence[str], what: Callable[[str], Call]) -> list[list[Any] | DomainError]:
        pages = [sessions[start : start + PAGE] for start in range(0, len(sessions), PAGE)]
        return [answer for page in pages for answer in run_many(self.store, [what(session) for session in page])]

    def _outcome(self) -> Outcome:
        stay: defaultdict[str, list[float]] = defaultdict(list)
        left: defaultdict[str, list[float]] = defaultdict(list)
        for _, entry in read(self.event, "log", "XRANGE", "-", "+"):
            at = stay if entry["who"] in self.stayers else left
            at[entry["what"]].append((int(entry["at"]) - self.opened_ms) / SECOND_MS)
        return Outcome(
            admitted_s=stay["session.activated"],
            no_shows_s=left["session.no_show"],
            refused=self.refused,
            passed_over=len(stay["session.passed_over"]),
            missed=len(stay["session.no_show"]) + len(stay["session.expired"]),
            totals=Api().get(f"/events/{self.event}/stats").json,
        )


@pytest.fixture(scope="module")
def store(clock: Clock) -> Iterator[Store]:
    """A Valkey of this file's own."""
    clock.set_offset(ms=0)
    with servers.valkey(clock=clock) as running:
        yield connect(Settings(redis_host="127.0.0.1", redis_port=running.port))
    clock.set_offset(ms=0)


@pytest.fixture(scope="module", params=BOUNDS)
def rooms(request: pytest.FixtureRequest, store: Store, clock: Clock) -> dict[str, Outcome]:
    """The same room twice, for what binds the admissions: those who stay alone, and among leavers."""
    terms, made = BOUNDS[request.param], {}
    for name, leavers in (("alone", 0), ("among leavers", LEAVERS)):
        made[name] = Room(store, clock, leavers, **terms).run()
        assert_audited(store)
    return made


def test_who_stays_comes_in_as_fast_among_leavers_as_alone(rooms: dict[str, Outcome]) -> None:
    """Once it is known who is silent, a thousand of those who stay are admitted at 95 % of the rate or more."""
    alone, among_leavers = (rooms[name].measured_s for name in ("alone", "among leavers"))
    assert alone >= 0.95 * among_leavers, f"{alone} s alone, {among_leavers} s among leavers"


@pytest.mark.parametrize("rooms", ["rate"], indirect=True)
def test_from_the_opening_to_the_last_a_room_with_a_rate_takes_hardly_longer(rooms: dict[str, Outcome]) -> None:
    """What the silent took at the start included: no more than one admission of twenty is lost to them."""
    alone, among_leavers = (rooms[name].admitted_s[-1] for name in ("alone", "among leavers"))
    assert alone >= 0.95 * among_leavers, f"{alone} s alone, {among_leavers} s among leavers"


def test_the_silent_take_turns_only_until_they_are_known(rooms: dict[str, Outcome]) -> None:
    """A lobby is not asked before the start: who is silent then is let in until they count as away, and no longer."""
    assert rooms["alone"].no_shows_s == []
    assert 0 < rooms["among leavers"].no_shows_s[-1] <= FIRST_POLL_S + AWAY_S + CLAIM_S


def test_everybody_who_stays_is_admitted_once_and_never_passed_over(rooms: dict[str, Outcome]) -> None:
    """Nor do they miss their turn, or get told that they ask too often."""
    for outcome in rooms.values():
        assert len(outcome.admitted_s) == STAYERS
        assert (outcome.refused, outcome.passed_over, outcome.missed) == (0, 0, 0)


def test_every_leaver_is_forgotten_in_the_end(rooms: dict[str, Outcome]) -> None:
    """The first of them lose a turn that they do not take, the others a place; the room is empty."""
    totals = rooms["among leavers"].totals
    assert totals["no_show_total"] + totals["abandoned_total"] == LEAVERS
    assert totals["abandoned_total"] > LEAVERS * 0.9
    assert [totals["now"][name] for name in ("waiting", "away", "active")] == [0, 0, 0]
