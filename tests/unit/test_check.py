"""The leak check that follows every test: it is content with a sale in full swing, and notices whatever is spoilt."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import fakeredis.commands_mixins.server_mixin
import pytest

from chalicelib.fields import format_instant
from chalicelib.ids import IdMaker, code_of
from chalicelib.keys import SESSION_FIELDS, event_key
from chalicelib.runtime import Runtime, install
from chalicelib.settings import Settings
from tests.support.api import Api
from tests.support.check import check_everything
from tests.support.fake import fake_store
from tests.support.sale import enter, hold, new_event, order, read, settle

OTHER_DIGEST = "0" * 40
FAR_MS = 10**15


class Scene:
    """A draw that has opened: one has come back and holds a ticket, two are away, one is late, one never came."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ahead_s = [0.0]
        clock = SimpleNamespace(time=lambda: time.time() + ahead_s[0])
        monkeypatch.setattr(fakeredis.commands_mixins.server_mixin, "time", clock)
        house, api = (
            install(Runtime(Settings(draw_key="the key of a draw"), fake_store(), IdMaker(secrets.randbits))),
            Api(),
        )
        self.store = house.store
        start = format_instant(int((time.time() + 60) * 1000))
        self.event = new_event(api, sale_starts_at=start, max_active_sessions=1)
        visitors = {v.session: v for v in (enter(api, self.event, user) for user in "abcd")}
        ahead_s[0] += 61
        api.get(f"/events/{self.event}")  # opens the sale: one is let in
        ahead_s[0] += 600
        api.get(f"/events/{self.event}")  # the one never came, the others are passed over
        first, self.away, self.other = read(self.event, "away", "ZRANGE", 0, -1)
        assert api.get(f"/queue/status/{first}").json["state"] == "active"
        settle(api, "cancel", order(api, visitors[first], 2).json["tickets"][0]["id"])
        hold(api, visitors[first])
        self.late = enter(api, self.event, "late").session

    def do(self, command: str, name: str, *rest: str | int) -> Any:
        """Run a command on a key of the event."""
        return self.store.command(command, event_key(name, code_of(self.event)), *rest)

    def number(self, session: str) -> str:
        """Give a session's number in the draw."""
        line: str = self.do("HGET", "sessions", session)
        return line.split(",")[SESSION_FIELDS.index("entrant")]

    def record(self, session: str, **fields: int | str) -> None:
        """Write a session with some fields changed."""
        known = dict(zip(SESSION_FIELDS, self.do("HGET", "sessions", session).split(","), strict=True))
        self.do("HSET", "sessions", session, ",".join(str(v) for v in (known | fields).values()))


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Give a sale of which everything can be spoilt."""
    return Scene(monkeypatch)


def test_a_sale_in_full_swing_adds_up(scene: Scene) -> None:
    """People are inside, waiting, away and gone, in a draw, over several minutes."""
    assert [scene.do("ZCARD", name) for name in ("active", "queue", "away")] == [1, 1, 2]
    assert (scene.do("LLEN", "draw"), scene.do("HGET", "events", "no_shows")) == (4, "1")
    assert any(name.startswith("minute") for name in scene.do("HKEYS", "stats"))
    check_everything(scene.store)


def _minute(scene: Scene) -> tuple[str, str]:
    return next((n, line) for n, line in scene.do("HGETALL", "stats").items() if n.startswith("minute"))


def _in_another_slot(scene: Scene) -> None:
    name, line = _minute(scene)
    scene.do("HDEL", "stats", name)
    scene.do("HSET", "stats", f"minute{(int(name[6:]) + 1) % 60}", line)


def _among_those_who_drew(scene: Scene) -> None:
    scene.record(scene.late, place=9)
    scene.do("ZADD", "queue", 9, scene.late)


def _entry(scene: Scene, at: int, *, of: int = 0, moved_by: int = 0) -> None:
    receipt, place = scene.do("LINDEX", "draw", of).split(",")
    scene.do("LSET", "draw", at, f"{receipt},{int(place) + moved_by}")


SPOILT: dict[str, Callable[[Scene], Any]] = {
    "a key that is not in the schema": lambda s: s.store.command("SET", "rubbish", "1"),
    "a key of no event": lambda s: s.store.command("SET", "log:{0123456789ab}", "1"),
    "a deadline that Redis keeps": lambda s: s.do("EXPIRE", "draw", 1000),
    "an unknown field": lambda s: s.do("HSET", "events", "colour", "red"),
    "a waiting session in no list": lambda s: s.do("ZREM", "queue", s.late),
    "somebody in the queue and away": lambda s: s.do("ZADD", "queue", s.do("ZSCORE", "away", s.away), s.away),
    "somebody away and not in the queue's order": lambda s: s.do("ZADD", "away", 7, s.away),
    "somebody away without a deadline": lambda s: s.do("ZREM", "passed", s.away),
    "a deadline of somebody who is here": lambda s: s.do("ZADD", "passed", FAR_MS, s.late),
    "an alarm behind the deadline of somebody away": lambda s: s.do(
        "HSET", "events", "next_due_ms", int(s.do("ZSCORE", "passed", s.away)) + 1
    ),
    "no alarm": lambda s: s.do("HSET", "events", "next_due_ms", 0),
    "a late one among those who drew": _among_those_who_drew,
    "a number in the draw of one who is late": lambda s: s.record(s.late, entrant=5),
    "a number in the draw that another has": lambda s: s.record(s.away, entrant=s.number(s.other)),
    "an entry that nobody made": lambda s: s.do("RPUSH", "draw", f"{'a' * 64},5"),
    "an entry that is gone": lambda s: s.do("RPOP", "draw"),
    "an entry twice": lambda s: _entry(s, 1),
    "another place in the list": lambda s: _entry(s, 0, moved_by=1),
    "another digest": lambda s: s.do("HSET", "events", "draw_digest", OTHER_DIGEST),
    "another commitment": lambda s: s.do("HSET", "events", "commitment", "0" * 64),
    "a draw that is none": lambda s: s.do("HSET", "events", "queue_mode", "fifo"),
    "a kind that is not settled": lambda s: s.do("HSET", "events", "queue_mode", ""),
    "a sale that never opened": lambda s: s.do("HSET", "events", "opened_ms", 0),
    "one admitted too many": lambda s: s.do("HINCRBY", "events", "admitted_total", 1),
    "one abandoned too many": lambda s: s.do("HINCRBY", "events", "abandoned", 1),
    "one too few who did not come": lambda s: s.do("HSET", "events", "no_shows", 0),
    "more reported than happened": lambda s: s.do("HSET", "events", "admitted_reported", 99),
    "more browsing than active": lambda s: s.do("HINCRBY", "events", "browsing", 1),
    "more taken than was paid": lambda s: s.do("HINCRBY", "events", "revenue", 1),
    "a ticket more": lambda s: s.do("HINCRBY", "events", "available", 1),
    "a hold without its deadline": lambda s: s.do("ZREMRANGEBYRANK", "holds", 0, 0),
    "a field of no minute": lambda s: s.do("HSET", "stats", "hour1", "1"),
    "a minute in the place of another": _in_another_slot,
    "a minute with a figure too few": lambda s: s.do("HSET", "stats", _minute(s)[0], _minute(s)[1].rpartition(",")[0]),
    "a wait of nobody": lambda s: s.do("HSET", "stats", "wait9", 1000),
    "an entry of the log that is gone": lambda s: s.do("XDEL", "log", "3-0"),
}  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_whatever_is_spoilt_is_noticed(scene: Scene, spoil: Callable[[Scene], Any]) -> None:
    """One thing at a time; a check that notices none of it would be worth nothing."""
    spoil(scene)
    with pytest.raises((AssertionError, ValueError)):
        check_everything(scene.store)
