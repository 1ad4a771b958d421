"""A waiting room in few words: lobbies, people who ask again or are away, and what the operator and everybody sees.

It stands on `sale`. `poll` is somebody's own question and counts as being there; `place` and `state` are what anybody
may ask, and count for nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import chalicelib
from chalicelib.fields import parse_instant
from chalicelib.keys import SESSION_FIELDS
from chalicelib.queue.draw import place_of, receipt_of
from chalicelib.runtime import Runtime, install, runtime
from chalicelib.seeds import seed_of
from tests.support.api import Answer, Api, path_part
from tests.support.clock import Clock
from tests.support.patient import Patient
from tests.support.sale import HOUR_MS, MINUTE_MS, Visitor, crowd, freeze, instant, join, new_event, read

AWAY_MS, ABANDON_MS, CLAIM_MS, SESSION_MS = MINUTE_MS, 5 * MINUTE_MS, 2 * MINUTE_MS, 15 * MINUTE_MS
"""What an event has that says nothing else."""

LATE = 2**52
"""In a draw the places of those who joined in its lobby are below."""


def new_lobby(api: Api, clock: Clock, **fields: Any) -> str:
    """Stop the clock, and create an event whose sale starts in an hour; by default that makes a draw."""
    freeze(clock)
    return new_event(api, sale_starts_at=instant(clock, ms=HOUR_MS), **fields)


def new_line(api: Api, clock: Clock, count: int, **fields: Any) -> list[Visitor]:
    """Stop the clock, and let so many people come to an event with one place: the first is inside, the others wait."""
    freeze(clock)
    return crowd(new_event(api, **{"max_active_sessions": 1, "total_tickets": 1000} | fields), count)


def set_to(clock: Clock, at_ms: int) -> None:
    """Stop the clock at the beginning of this millisecond."""
    clock.freeze(at_ms * 1000)


def set_to_a_minute(clock: Clock) -> int:
    """Stop the servers' clock at the beginning of the next minute, and give that."""
    start_ms = (now_ms(clock) // MINUTE_MS + 1) * MINUTE_MS
    set_to(clock, start_ms)
    return start_ms


def now_ms(clock: Clock) -> int:
    """Give the servers' present millisecond."""
    return clock.now_us() // 1000


def ask(api: Api, visitor: Visitor) -> Answer:
    """Ask for one's own status, which may be refused."""
    return api.get(f"/queue/status/{visitor.session}")


def poll(api: Api, visitor: Visitor) -> dict[str, Any]:
    """Ask for one's own status, which must be answered, and give the answer."""
    answer = ask(api, visitor)
    assert answer.status == 200, answer.text
    return dict(answer.json)


def rejoin(api: Api, visitor: Visitor) -> Answer:
    """Join again, as the same person."""
    return join(api, visitor.event, visitor.user)


def seen(api: Api, visitor: Visitor) -> dict[str, Any]:
    """Give what anybody is told of a person's place."""
    return dict(api.get(f"/queue/position/{visitor.event}/{path_part(visitor.user)}").json)


def place(api: Api, visitor: Visitor) -> int | None:
    """Give a person's position."""
    position: int | None = seen(api, visitor)["position"]
    return position


def places(api: Api, visitors: Iterable[Visitor]) -> list[int | None]:
    """Give the positions of several people."""
    return [place(api, visitor) for visitor in visitors]


def record(visitor: Visitor) -> dict[str, str]:
    """Give the record of a session as it lies in Redis."""
    line = read(visitor.event, "sessions", "HGET", visitor.session)
    return dict(zip(SESSION_FIELDS, line.split(","), strict=True))


def instant_of(visitor: Visitor, name: str) -> int:
    """Give an instant of a session's record, or its place."""
    return int(record(visitor)[name])


def silence(
    api: Api, clock: Clock, absent: Sequence[Visitor], present: Sequence[Visitor] = (), early_ms: int = 0
) -> None:
    """Go to the first millisecond at which all of `absent` are away, or a little earlier, and none of `present`."""
    set_to(clock, max(instant_of(visitor, "poll_due_ms") for visitor in absent) + AWAY_MS - early_ms)
    for visitor in present:
        poll(api, visitor)


def passed_over(event: str) -> list[str]:
    """Tell whose sessions are away as it lies in Redis, by place."""
    found: list[str] = read(event, "away", "ZRANGE", 0, -1)
    return found


def patient(api: Api, clock: Clock, event: str) -> Patient:
    """Give Bob's client, with a clock that is right and no cache between, when it has asked for the first time."""
    made = Patient(api, api, event, "bob", partial(now_ms, clock))
    made.tick()
    return made


def operate(api: Api, event: str, **fields: Any) -> Answer:
    """Change the admission as an operator does, which may be refused."""
    return api.post(f"/events/{event}/admission", fields)


def serving(api: Api, event: str) -> dict[str, Any]:
    """Give what everybody may know of the room."""
    answer = api.get(f"/queue/serving/{event}")
    assert answer.status == 200, answer.text
    return dict(answer.json)


def figures(api: Api, event: str) -> dict[str, Any]:
    """Give the figures of the room."""
    answer = api.get(f"/events/{event}/stats")
    assert answer.status == 200, answer.text
    return dict(answer.json)


def by_minute(told: dict[str, Any], start_ms: int, *names: str) -> dict[int, tuple[Any, ...]]:
    """Give these figures of each minute of the series, by its number: 0 is the one that began at `start_ms`."""
    return {
        (parse_instant(one["minute"]) - start_ms) // MINUTE_MS: tuple(one[name] for name in names)
        for one in told["series"]
    }


def happened(event: str, what: str) -> list[tuple[str, str]]:
    """Tell to whom the log says that this happened, in its order, and what it adds to that."""
    entries = read(event, "log", "XRANGE", "-", "+")
    return [(fields["who"], fields["data"]) for _, fields in entries if fields["what"] == what]


def reconfigured(house: Runtime, **settings: Any) -> Runtime:
    """Install the same house with these settings changed, as another worker of the same service; give it."""
    return install(replace(house, settings=replace(house.settings, **settings)))


def drawn(visitors: Sequence[Visitor]) -> list[Visitor]:
    """Give these people in the order of the draw, as anyone can work it out from the key."""
    seed = seed_of(runtime().settings.draw_key, visitors[0].event)
    return sorted(visitors, key=lambda v: place_of(seed, receipt_of(v.user, v.session)))


def published(api: Api, event: str) -> dict[str, Any]:
    """Give the draw as anyone reads it."""
    answer = api.get(f"/events/{event}/draw")
    assert answer.status == 200, answer.text
    return dict(answer.json)


def pages(api: Api, event: str, limit: int = 1000) -> list[dict[str, Any]]:
    """Give all pages of the entrants, as anyone reads them."""
    found = [api.get(f"/events/{event}/draw/entries?limit={limit}").json]
    while cursor := found[-1]["next_cursor"]:
        found.append(api.get(f"/events/{event}/draw/entries?limit={limit}&cursor={cursor}").json)
    return found


def entries(api: Api, event: str) -> list[dict[str, Any]]:
    """Give all entrants, in the order of their joining."""
    return [entry for page in pages(api, event) for entry in page["entries"]]


def verify(folder: Path, draw: dict[str, Any], found: list[dict[str, Any]]) -> tuple[int, str]:
    """Check these answers as a reader does, with the command and files; gives its exit and what it says."""
    (folder / "draw.json").write_text(json.dumps(draw))
    names = [folder / f"entries-{n}.json" for n in range(len(found))]
    for name, page in zip(names, found, strict=True):
        name.write_text(json.dumps(page))
    words = [sys.executable, "-m", "chalicelib.queue.draw", "verify", str(folder / "draw.json"), *map(str, names)]
    service = Path(chalicelib.__file__).parents[1]
    ran = subprocess.run(words, cwd=service, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr
