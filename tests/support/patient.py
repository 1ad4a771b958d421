"""A client of the waiting room that does what docs/waiting-room.md says, and a cache between it and the service.

It never sleeps: whoever runs it calls `tick()` as often as they like, and it does what is due by its own clock, which
may be wrong by hours. What a person would see is `screen()`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from chalicelib.fields import parse_instant
from tests.support.api import Answer, path_part

READ_EVERY_MS = 1_000
ASK_LATE_MS = 5_000
"""The shortest away_seconds that an event can have: who is later than this may have been passed over."""

_MAX_AGE = re.compile(r"\bmax-age=(\d+)")
_STALE = re.compile(r"\bstale-while-revalidate=(\d+)")
_REFUSED_FOR_NOW = {429, 503}
_ROOM = {"lobby", "waiting", "standby", "sold_out", "paused", "ended"}


class Shared(Protocol):
    """Where the answer that is the same for everybody comes from."""

    def get(self, path: str, **headers: str) -> Answer:
        """GET."""


class Own(Shared, Protocol):
    """Where a client's own answers come from."""

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """POST a JSON body."""


@dataclass(frozen=True)
class Screen:
    """What a person sees. ``place_at_most`` is an upper bound of the place, None while nothing is known of it."""

    state: str
    message: str | None = None
    place_at_most: int | None = None
    opens_in_ms: int | None = None
    may_return: int | None = None
    expires_at: str | None = None

    @property
    def may_buy(self) -> bool:
        """Whether it is this person's turn."""
        return self.state == "active"


@dataclass(frozen=True)
class _Told:
    """What the last own answer said of the place; a join says no ``admitted_total``, so its place does not shrink."""

    ahead: int | None
    admitted_total: int | None
    epoch: int | None


class Patient:
    """One person's client: joins, waits as told, and shows what it knows."""

    def __init__(self, own: Own, shared: Shared, event: str, user: str, now_ms: Callable[[], int]) -> None:
        """Make a client with a clock of its own; nothing is asked before the first tick."""
        self.event, self.user = event, user
        self.session: str | None = None
        self.over = False
        """Nothing more is to be asked: the turn or the place is over, or the queue took nobody."""
        self.answers = 0
        """How many own answers there were."""
        self._own, self._shared, self._now_ms = own, shared, now_ms
        self._answer: dict[str, Any] = {"state": "joining"}
        self._told = _Told(None, None, None)
        self._serving: dict[str, Any] | None = None
        self._etag: str | None = None
        self._admitted_total = 0
        self._ahead_of_us_ms: int | None = None
        self._answered_ms = 0
        self._start_ms: int | None = None
        self._ask_at_ms = self._read_at_ms = now_ms()

    def tick(self) -> None:
        """Do what is due now."""
        if not self.over and self._now_ms() >= self._ask_at_ms:
            self._ask()
        if not self.over and self._now_ms() >= self._read_at_ms:
            self._read()

    def leave(self) -> None:
        """Give the place or the turn up."""
        assert self._own.post("/queue/leave", {"session_id": self.session}).status == 200
        self.over = True

    def vanish(self) -> None:
        """Close the page without a word."""
        self.over = True

    def screen(self) -> Screen:
        """Tell what a person sees now."""
        answer, state = self._room(), self._answer["state"]
        return Screen(
            state=answer["state"],
            message=answer.get("message"),
            place_at_most=None if answer["state"] == "ended" else self._place_at_most(),
            opens_in_ms=self._opens_in_ms() if answer["state"] == "lobby" else None,
            may_return=self._answer.get("may_return") if answer["state"] == "standby" else None,
            expires_at=self._answer["expires_at"] if state == "active" else None,
        )

    def _room(self) -> dict[str, Any]:
        """Give the answer to believe about the room: the one for everybody is younger, once it knows of the opening."""
        state, serving = self._answer["state"], self._serving
        if serving is None or state not in _ROOM:
            return self._answer
        return serving if serving["epoch"] or state == "lobby" else self._answer

    def _ask(self) -> None:
        """Ask for an answer of our own: the first time by joining, which may be repeated, then for the status."""
        if self.session is None:
            answer = self._own.post("/queue/join", {"event_id": self.event, "user_id": self.user})
        else:
            answer = self._own.get(f"/queue/status/{path_part(self.session)}")
        if answer.status in _REFUSED_FOR_NOW:
            self._ask_at_ms = self._now_ms() + int(answer.headers["Retry-After"]) * 1000
        elif answer.status in {200, 201}:
            self._listen(answer.json)
        else:
            self._answer, self.over = {"state": answer.code}, True

    def _listen(self, said: dict[str, Any]) -> None:
        entry = said.get("entry", said)
        self.answers += 1
        self.session = entry["session_id"]
        self._answer = {"expires_at": entry["expires_at"]} | said
        # The answer to a join says the place, and not how many had been admitted when it was that.
        ahead = said["ahead"] if "ahead" in said else entry["position"] and entry["position"] - 1
        self._told = _Told(ahead, said.get("admitted_total"), said.get("epoch"))
        self._set_clock(entry["updated_at"])
        self._answered_ms, opens_in_ms = parse_instant(entry["updated_at"]), said["opens_in_ms"]
        self._start_ms = None if opens_in_ms is None else self._answered_ms + opens_in_ms
        self.over = said["poll_after_ms"] is None
        self._ask_at_ms = self._now_ms() + (said["poll_after_ms"] or 0)

    def _read(self) -> None:
        """Read the answer for everybody, no more often than every second and than its max-age allows."""
        self._read_at_ms = self._now_ms() + READ_EVERY_MS
        headers = {"If_None_Match": self._etag} if self._etag else {}
        answer = self._shared.get(f"/queue/serving/{self.event}", **headers)
        if answer.status in _REFUSED_FOR_NOW:
            self._read_at_ms = self._now_ms() + int(answer.headers["Retry-After"]) * 1000
        if answer.status not in {200, 304}:
            return  # what is known stays known; it only grows older
        self._read_at_ms = self._now_ms() + max(READ_EVERY_MS, _seconds(_MAX_AGE, answer) * 1000)
        if answer.status == 304:
            return
        self._serving, self._etag = answer.json, answer.headers["ETag"]
        # Two caches may be of two ages: the count only ever grows.
        self._admitted_total = max(self._admitted_total, answer.json["admitted_total"])
        self._set_clock(answer.json["server_time"])
        self._follow_the_start(answer.json)

    def _follow_the_start(self, serving: dict[str, Any]) -> None:
        """Ask earlier by as much as the start was brought forward since our own answer: so questions stay spread."""
        if self._start_ms is None or parse_instant(serving["server_time"]) <= self._answered_ms:
            return
        start_ms = serving["epoch"] or (parse_instant(serving["opens_at"]) if serving["opens_at"] else self._start_ms)
        if start_ms < self._start_ms:
            self._ask_at_ms -= self._start_ms - start_ms
            self._start_ms = start_ms

    def _set_clock(self, server_time: str) -> None:
        # An answer that was long on its way, or in a cache, makes the server's clock look late, never early: so the
        # largest difference that was seen is the best one.
        ahead_ms = parse_instant(server_time) - self._now_ms()
        self._ahead_of_us_ms = ahead_ms if self._ahead_of_us_ms is None else max(self._ahead_of_us_ms, ahead_ms)

    def _opens_in_ms(self) -> int | None:
        if self._serving is None or self._serving["opens_at"] is None or self._ahead_of_us_ms is None:
            return None
        return max(0, parse_instant(self._serving["opens_at"]) - self._now_ms() - self._ahead_of_us_ms)

    def _place_at_most(self) -> int | None:
        told = self._told
        if told.ahead is None or self._answer["state"] == "active" or self.over:
            return None
        if self._now_ms() >= self._ask_at_ms + ASK_LATE_MS:
            return None  # we were away, perhaps; then people from behind us may have been admitted too
        if told.admitted_total is None or self._serving is None:
            return told.ahead + 1
        if self._serving["epoch"] != told.epoch:
            return None
        return max(1, told.ahead + 1 - max(0, self._admitted_total - told.admitted_total))


class Edge:
    """A shared cache as a CDN is one: keeps an answer as long as it says, then shows it while it fetches the next."""

    def __init__(self, origin: Shared, now_ms: Callable[[], int]) -> None:
        """Make an empty cache; `reads` counts what it was asked, `trips` what it asked the service."""
        self.reads = self.trips = 0
        self._origin, self._now_ms = origin, now_ms
        self._kept: dict[str, tuple[int, Answer]] = {}

    def get(self, path: str, **headers: str) -> Answer:
        """GET, from the cache if it may."""
        self.reads += 1
        at_ms, shown = self._kept.get(path, (0, None))
        age_ms = self._now_ms() - at_ms
        if shown is None or age_ms >= (_seconds(_MAX_AGE, shown) + _seconds(_STALE, shown)) * 1000:
            shown = self._fetch(path, shown)
        elif age_ms >= _seconds(_MAX_AGE, shown) * 1000:
            self._fetch(path, shown)  # in the background: the next one sees it
        if shown.status == 200 and headers.get("If_None_Match") == shown.headers["ETag"]:
            return Answer(304, shown.headers, "")
        return shown

    def _fetch(self, path: str, kept: Answer | None) -> Answer:
        self.trips += 1
        fresh = self._origin.get(path, **({"If_None_Match": kept.headers["ETag"]} if kept else {}))
        if fresh.status == 304 and kept is not None:
            fresh = kept  # its age begins anew, and so its server_time may be old
        if fresh.status == 200:
            self._kept[path] = (self._now_ms(), fresh)
        return fresh


def problem(status: int, retry_after_s: int) -> Answer:
    """Give a refusal for now, as the service and what stands before it give them."""
    code = {429: "polling_too_fast", 503: "redis_unavailable"}[status]
    return Answer(status, {"Retry-After": str(retry_after_s)}, json.dumps({"code": code}))


def _seconds(what: re.Pattern[str], answer: Answer) -> int:
    found = what.search(answer.headers.get("Cache-Control", ""))
    return int(found[1]) if found else 0
