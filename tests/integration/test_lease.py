"""The drain's lease: one run works at a time, a dead one is replaced; it saves work and guards nothing."""

from __future__ import annotations

from chalicelib.keys import DRAIN_LEASE
from chalicelib.queue.drain import Report
from chalicelib.runtime import Runtime
from chalicelib.scripting import Call, run
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.sale import crowd, drained, enter, freeze, hold, inside, new_event, nothing_changed
from tests.support.scheduled import LITTLE_MS


def test_a_second_run_does_no_work_while_the_first_holds_the_lease(api: Api, clock: Clock) -> None:
    """It leaves a session that is due as it is, and stands by; the first run ends it in its next tick."""
    freeze(clock)
    ada = enter(api, new_event(api, session_seconds=5), "ada")
    clock.advance(ms=1)
    seconds: list[Report] = []

    def second_run() -> None:
        clock.advance(ms=4999)  # the session is due, the lease of five seconds lasts for another millisecond
        with nothing_changed():
            seconds.append(drained(left_ms=LITTLE_MS))
        assert inside(ada.event) == [ada.session]

    first = drained(second_run)
    (second,) = seconds
    assert (second.ticks, second.sessions_ended, second.pending) == (1, 0, True)
    assert (first.ticks, first.sessions_ended, inside(ada.event)) == (2, 1, [])


def test_the_lease_is_given_back_at_the_end(api: Api, house: Runtime) -> None:
    """The next run need not wait for it to run out."""
    enter(api, new_event(api), "ada")
    assert drained(left_ms=LITTLE_MS).ticks == 1
    assert house.store.command("EXISTS", DRAIN_LEASE) == 0


def test_a_run_that_stood_by_leaves_the_lease_to_its_owner(api: Api, house: Runtime) -> None:
    """It gives back at its end what is its own, and nothing else."""
    enter(api, new_event(api), "ada")
    assert run(house.store, Call("lease", [DRAIN_LEASE], ["another", 60_000])) == [1]
    assert drained(left_ms=LITTLE_MS).ticks == 1
    assert house.store.command("GET", DRAIN_LEASE) == "another"


def test_a_run_that_died_is_replaced_when_its_lease_is_over(api: Api, house: Runtime, clock: Clock) -> None:
    """The run that stands by takes over in the tick after the lease's five seconds."""
    freeze(clock)
    ada = enter(api, new_event(api, session_seconds=5), "ada")
    clock.advance(ms=5000)
    assert run(house.store, Call("lease", [DRAIN_LEASE], ["the dead one", 5000])) == [1]
    seen: list[int] = []

    def second() -> None:
        seen.append(len(inside(ada.event)))
        clock.advance(ms=1001)

    assert drained(second).ticks == 6
    assert seen == [1, 1, 1, 1, 1]
    assert inside(ada.event) == []


def test_a_lease_is_its_owners_until_it_ends(house: Runtime, clock: Clock) -> None:
    """Another is refused, the owner renews, and after its last millisecond anybody may take it."""
    freeze(clock)

    def take(owner: str) -> list[int]:
        return run(house.store, Call("lease", [DRAIN_LEASE], [owner, 1000]))

    assert (take("one"), take("other"), take("one")) == ([1], [0], [1])
    clock.advance(ms=1001)
    assert (take("other"), take("one")) == ([1], [0])


def test_two_runs_without_a_lease_do_everything_once(api: Api, house: Runtime, clock: Clock) -> None:
    """The lease saves work and guards nothing: both at work, each person is admitted once, each hold ended once."""
    freeze(clock)
    patience = {"away_seconds": 86_400}  # nobody asks again in this test
    event = new_event(api, total_tickets=100, max_active_sessions=5, session_seconds=60, hold_seconds=30, **patience)
    visitors = crowd(event, 20)
    for visitor in visitors[:5]:
        hold(api, visitor)
    reports = [drained(left_ms=LITTLE_MS)]

    def another_run() -> None:
        clock.advance(ms=20_000)
        house.store.command("DEL", DRAIN_LEASE)
        reports.append(drained(left_ms=LITTLE_MS))
        house.store.command("DEL", DRAIN_LEASE)

    reports.append(drained(another_run))
    assert sum(report.activations for report in reports) == len(visitors)
    assert sum(report.holds_ended for report in reports) == 5
    assert sum(report.sessions_ended for report in reports) == len(visitors)
