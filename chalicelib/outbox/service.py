"""The publisher: tells others what happened in each event, in the order of its log, at least once.

The cursor of an event moves when the bus has taken what it passes, and never back. Who dies between the two tells the
same again, with the same ids; nothing is ever left out. Correctness needs neither the lease nor the clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from chalicelib import ids, keys
from chalicelib.outbox.model import TOLD_AT_ONCE, BusAway, Entry, Mark, Page, first_step, taken
from chalicelib.runtime import Runtime
from chalicelib.scripting import is_refused, run
from chalicelib.ticking import TICK_S, Clock, all_events, answers_of, run_ticks

BATCH = 100
"""Events that are looked at in one trip."""
PAGE = 100
"""Entries of a log that one look reads; of those that are told, ten go to the bus in one call."""


class Bus(Protocol):
    """Whoever takes what is told."""

    def put(self, entries: Sequence[Entry]) -> list[str]:
        """Send up to ten entries; gives of each why it was refused, or nothing. Raises BusAway."""


class PublishFailed(Exception):
    """Something could not be told; says of which events, and why."""


@dataclass
class Report:
    """What a run of the publisher did; ``lag_ms`` is the age of the oldest effect that it found untold."""

    ticks: int = 0
    published: int = 0
    failures: int = 0
    lag_ms: int = 0
    failing: dict[str, str] = field(default_factory=dict)

    @property
    def metrics(self) -> dict[str, int]:
        """What a run is measured by, also one that failed."""
        return {"published": self.published, "publish_failures": self.failures, "publish_lag_ms": self.lag_ms}

    def check(self) -> None:
        """Raise PublishFailed when something still failed at its last try."""
        if self.failing:
            raise PublishFailed(f"not told: {self.failing}")


def publish(
    house: Runtime, bus: Bus, remaining_ms: Callable[[], int], clock: Clock, log: Callable[..., None]
) -> Report:
    """Tell the bus what happened, about every second while anything does, until 55 seconds are over.

    An event stops at the first entry that the bus refuses, is tried again in the next tick and stops no other. A bus
    that is away ends the run. ``Report.check`` raises what went wrong: the figures come first.
    """
    publisher = Publisher(house, bus, clock, log)
    publisher.report.ticks = run_ticks(house, keys.PUBLISH_LEASE, publisher.tick, remaining_ms, clock)
    return publisher.report


class Publisher:
    """One run: the events whose turn is to come, and what was done."""

    def __init__(self, house: Runtime, bus: Bus, clock: Clock, log: Callable[..., None]) -> None:
        """Start with nothing done."""
        self.report = Report()
        self._house, self._bus, self._clock, self._log = house, bus, clock, log
        self._waiting = deque[str]()

    def tick(self) -> bool:
        """Give events their turns for about a second; tells whether to come again soon.

        Who has more to tell than one call takes goes to the end of the line. What is left of it is for the next tick.
        """
        until_s = self._clock.monotonic() + TICK_S
        if not self._waiting:
            self._waiting.extend(all_events(self._house.store))
        try:
            while self._waiting and self._clock.monotonic() < until_s:
                self._turns([self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))], until_s)
        except BusAway as away:
            self._failed("every event", str(away))
            return False
        # Where something has happened within this minute, something more is likely to.
        return bool(self._waiting or self.report.failing or self.report.published)

    def _turns(self, events: list[str], until_s: float) -> None:
        calls = [self._house.call("outbox", ids.code_of(event_id), event_id, PAGE) for event_id in events]
        for event_id, answer in zip(events, answers_of(self._house.store, calls), strict=True):
            if is_refused(answer, "event_not_found", "schema_unknown"):
                # The index may name too many; and what another build wrote is for that one to tell.
                self.report.failing.pop(event_id, None)
            elif isinstance(answer, Exception):
                self._failed(event_id, repr(answer))
            elif self._clock.monotonic() >= until_s or self._tell(event_id, Page(*answer)):
                self._waiting.append(event_id)

    def _tell(self, event_id: str, page: Page) -> bool:
        """Tell what one call takes; gives whether there is more to tell at once."""
        # Of what was refused before, that alone is tried: each time the bus would hear what follows it again.
        told, mark = first_step(event_id, page, 1 if event_id in self.report.failing else TOLD_AT_ONCE)
        if told:
            self.report.lag_ms = max(self.report.lag_ms, page.now_ms - told[0].at_ms)
        refusals = self._bus.put([one.entry for one in told]) if told else []
        done = taken(refusals)
        self.report.published += done
        if done < len(told):
            if done:
                self._move(event_id, told[done - 1].mark)
            self._failed(event_id, f"entry {told[done].mark.number}: {refusals[done]}")
            return False
        self.report.failing.pop(event_id, None)
        if mark:
            self._move(event_id, mark)
        return mark is not None and mark.number < page.log_seq

    def _move(self, event_id: str, mark: Mark) -> None:
        # At once, for each call of the bus: what it took and the cursor has not passed is told again.
        run(self._house.store, self._house.call("published", ids.code_of(event_id), event_id, *mark))

    def _failed(self, what: str, why: str) -> None:
        self.report.failures += 1
        self.report.failing[what] = why
        self._log("what happened could not be told", event_id=what, reason=why)
