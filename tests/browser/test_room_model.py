"""What a page takes a room for, without a page: the algorithm of docs/waiting-room.md, by a second statement of it."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from chalicelib.fields import parse_instant
from tests.browser.conftest import Visit
from tests.support.api import Answer
from tests.support.patient import Patient, problem

_START: Final = "2030-01-01T00:00:00.000Z"
_EPOCH: Final = parse_instant(_START)
_AWAKE: Final = 0.8
"""How often the client has a chance to ask at all: a laptop may sleep, a network be away."""
_IN_LINE: Final = ("waiting", "waiting", "waiting", "paused", "standby", "sold_out", "ended")
_MODULE: Final = """
const [link] = document.querySelectorAll('link[rel="modulepreload"][href$="/buyer/room.js"]');
const { Room, progress } = await import(link.href);
"""
_REPLAY: Final = f"""async (steps) => {{
  {_MODULE}
  let nowMs = 0;
  const room = new Room(() => nowMs);
  return steps.map(({{ at, news }}) => {{
    nowMs = at;
    const due = news !== null && !room.over && nowMs >= room.askAtMs;
    for (const [what, said] of news ?? []) {{
      if (what === "own") room.hear(said);
      if (what === "later") room.putOff(said);
      if (what === "serving") room.read(said);
    }}
    const {{ state, placeAtMost, message }} = room.screen() ?? {{ state: "joining", placeAtMost: null, message: null }};
    return {{ due, state, placeAtMost, message: message ?? null }};
  }});
}}"""


@dataclass
class _Service:
    """Answers of every kind, in any order, and a note of what was said since the last look."""

    dice: random.Random
    now_ms: int = 0
    admitted: int = 0
    said: list[tuple[str, Any]] = field(default_factory=list)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:  # noqa: ARG002 - the form of a client
        """Answer a join."""
        told = self._told()
        position = None if told["ahead"] is None else told["ahead"] + 1
        extra = {
            "session_id": "s",
            "updated_at": self._instant(0),
            "expires_at": None,
            "activated_at": None,
            "position": position,
        }
        return self._say(
            "own", {name: told[name] for name in told if name not in {"ahead", "admitted_total", "epoch"}} | extra
        )

    def get(self, path: str, **headers: str) -> Answer:  # noqa: ARG002 - the form of a client
        """Answer a status, or the question for everybody; now and then with a refusal for now."""
        if "/serving/" in path:
            opened = self.dice.random() < 0.9
            self.admitted += self.dice.choice([0, 1, 4])
            return self._say(
                "serving",
                {
                    "state": self.dice.choice(_IN_LINE) if opened else "lobby",
                    "message": self.dice.choice([None, "A short break"]),
                    "admitted_total": max(0, self.admitted - self.dice.choice([0, 0, 3])),
                    "epoch": _EPOCH if opened else 0,
                    "opens_at": self.dice.choice([_START, None, self._instant(-500)]),
                    "server_time": self._instant(-self.dice.choice([0, 900, 5000])),
                },
            )
        if self.dice.random() < 0.15:
            self.said.append(("later", 2000))
            return problem(503, 2)
        entry = {
            "session_id": "s",
            "updated_at": self._instant(0),
            "expires_at": "2999-01-01T00:00:00.000Z",
            "activated_at": None,
        }
        return self._say("own", self._told() | {"entry": entry})

    def _told(self) -> dict[str, Any]:
        self.admitted += self.dice.choice([0, 0, 1, 7])
        state = self.dice.choice([*_IN_LINE, *_IN_LINE, "lobby", "active", "expired"])
        return {
            "state": state,
            "ahead": self.dice.randrange(40) if state in {"waiting", "paused", "standby"} else None,
            "admitted_total": self.admitted,
            "epoch": 0 if state == "lobby" else _EPOCH,
            "poll_after_ms": None if state == "expired" else self.dice.randrange(500, 8000),
            "opens_in_ms": self.dice.randrange(9000) if state == "lobby" else None,
            "may_return": 3,
            "mode": "open",
            "message": self.dice.choice([None, "Welcome"]),
        }

    def _say(self, what: str, document: dict[str, Any]) -> Answer:
        self.said.append((what, document))
        etag = {"ETag": str(len(self.said)), "Cache-Control": "max-age=1"}
        return Answer(200, etag, json.dumps(document))

    def _instant(self, ms: int) -> str:
        moment = datetime.fromtimestamp((_EPOCH + self.now_ms + ms) / 1000, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _history(seed: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Play a visit with the patient client; gives its steps, and what it showed after each."""
    service = _Service(random.Random(seed))
    patient = Patient(service, service, "e", "ada", lambda: service.now_ms)
    steps, shown = [], []
    for _ in range(60):
        service.now_ms += service.dice.choice([50, 250, 1000, 3000])
        service.said.clear()
        over_before = patient.over
        news = None
        if service.dice.random() < _AWAKE:
            patient.tick()
            news = list(service.said)
        steps.append({"at": service.now_ms, "news": news})
        screen = patient.screen()
        shown.append(
            {
                "due": news is not None and not over_before and any(what != "serving" for what, _ in news),
                "state": screen.state,
                "placeAtMost": screen.place_at_most,
                "message": screen.message if screen.state not in {"active", "expired"} else None,
            }
        )
    return steps, shown


def test_a_page_asks_when_the_patient_client_asks_and_shows_the_place_that_it_shows(visit: Visit) -> None:
    """Sixty visits with answers of every kind and age: the question, the state, the place, the message."""
    page = visit().open("/e/none")
    page.get_by_role("heading").wait_for()
    for seed in range(60):
        steps, shown = _history(seed)
        assert page.evaluate(_REPLAY, steps) == shown, seed


def test_a_bar_begins_at_nought_and_never_runs_backwards(visit: Visit) -> None:
    """Whatever place is said, also one that has grown, or none."""
    page = visit().open("/e/none")
    page.get_by_role("heading").wait_for()
    walk = f"""async (places) => {{ {_MODULE}
        let kept = null;
        return places.map((place) => (kept = progress(kept, place)) && kept.percent);
    }}"""
    assert page.evaluate(walk, [None, 40, 40, 30, 35, None, 10, 20, 1]) == [None, 0, 0, 25, 25, 25, 75, 75, 98]
