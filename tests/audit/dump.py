"""One event as it lies in Redis at one instant: its keys, and its log up to that instant."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from chalicelib import keys
from chalicelib.ids import EventCode
from chalicelib.store import Command, Store

PAGE = 5_000
SCHEMA = "1"
"""What this can read, and what an event is of that does not say."""

ERASED = "~erased-"
"""What the name of a person begins with who was erased: it says no more who that was."""

# One step, so that all is of one instant. The log only grows: up to the last number of that instant it is of it, too.
_READ = """
local now, ttls = {}, {}
for i, name in ipairs({'events', 'sessions', 'tickets', 'orders'}) do now[i] = redis.call('HGETALL', KEYS[i]) end
for i, key in ipairs(KEYS) do ttls[i] = redis.call('PTTL', key) end
return {now[1], now[2], now[3], now[4], redis.call('GET', KEYS[5]) or '', ttls}
"""
_FIRST = ("events", "sessions", "tickets", "orders", "seatmap")
_KEYS = (*_FIRST, *(name for name in keys.EVENT_KEYS if name not in _FIRST))


def is_same(user: str, said: str) -> bool:
    """Tell whether two names may be one person's: an erasure takes several steps, and says nothing of who that was."""
    return user == said or user.startswith(ERASED) or said.startswith(ERASED)


class OfAnotherSchema(Exception):
    """Nothing can be said of this event: another version of the service wrote it."""

    def __init__(self, event: str, schema: str) -> None:
        super().__init__(f"it is of schema {schema}, and what is known here is {SCHEMA}")
        self.event = event


@dataclass(frozen=True, slots=True)
class Entry:
    """One effect, as the log says it."""

    number: str
    at_ms: int
    what: str
    who: str
    data: str


@dataclass
class Dump:
    """What stands in the keys of an event; ``indexed`` has those of its buyers whose index names it, None is unread."""

    code: EventCode
    fields: dict[str, str]
    sessions: dict[str, dict[str, str]]
    tickets: dict[str, dict[str, Any]]
    orders: dict[str, list[str]]
    seatmap: str
    expiring: list[str]
    log: list[Entry]
    is_listed: bool = True
    indexed: set[str] | None = None

    def number(self, name: str) -> int:
        """Give a field of the event that is a number; one that is not set is 0."""
        return int(self.fields.get(name) or 0)

    def user_of(self, session: str) -> str:
        """Tell whose a session is; of one that is not there, nobody else's."""
        return self.sessions.get(session, {}).get("user_id", f"the owner of {session}")


def read_dump(store: Store, code: EventCode) -> Dump | None:
    """Read an event; None when it is not there. Later effects on a living event are not in it.

    Raises OfAnotherSchema.
    """
    names = [keys.event_key(name, code) for name in _KEYS]
    *hashes, seatmap, ttls = store.command("EVAL", _READ, len(names), *names)
    fields, sessions, tickets, orders = (dict(zip(flat[::2], flat[1::2], strict=True)) for flat in hashes)
    if "id" not in fields:
        return None
    if fields.get("schema", SCHEMA) != SCHEMA:
        raise OfAnotherSchema(fields["id"], fields["schema"])
    fields["status"] = fields.get("status_before", fields["status"])  # that it is being archived is in no log
    dump = Dump(
        code=code,
        fields=fields,
        sessions={i: dict(zip(keys.SESSION_FIELDS, line.split(","), strict=True)) for i, line in sessions.items()},
        tickets={i: json.loads(text) for i, text in tickets.items()},
        orders={i: line.split(",") for i, line in orders.items()},
        seatmap=seatmap,
        expiring=[name for name, ttl in zip(names, ttls, strict=True) if ttl >= 0],
        log=_read_log(store, code, int(fields["log_seq"])),
        is_listed=store.command("ZSCORE", keys.INDEX_EVENTS, fields["id"]) is not None,
    )
    dump.indexed = _indexed(store, code, sorted({str(ticket["user"]) for ticket in dump.tickets.values()}))
    return dump


def _read_log(store: Store, code: EventCode, last: int) -> list[Entry]:
    log: list[Entry] = []
    start = "-"
    while True:
        page = store.command("XRANGE", keys.event_key("log", code), start, f"{last}-0", "COUNT", PAGE)
        log += [Entry(i, int(e["at"]), e["what"], e["who"], e["data"]) for i, e in page]
        if len(page) < PAGE:
            return log
        start = f"({log[-1].number}"


def _indexed(store: Store, code: EventCode, users: list[str]) -> set[str]:
    found: set[str] = set()
    by_server: dict[str, list[str]] = {}
    for user in users:
        by_server.setdefault(store.server_of(keys.user_index(user)), []).append(user)
    for those in by_server.values():
        for start in range(0, len(those), PAGE):
            page = those[start : start + PAGE]
            looks: list[Command] = [["SISMEMBER", keys.user_index(user), code] for user in page]
            found |= {user for user, is_there in zip(page, store.pipeline(looks), strict=True) if is_there}
    return found
