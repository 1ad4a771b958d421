"""The leak check: what must be true of every key in Redis after every test."""

from __future__ import annotations

import json
import re
from typing import Any

from chalicelib import keys
from chalicelib.ids import EventCode
from chalicelib.store import Store

_EVENT_KEY = re.compile(rf"(?:{'|'.join(keys.EVENT_KEYS)}):\{{[0-9a-f]{{12}}\}}")
_OTHER_KEY = re.compile(r"index:events|index:user:.+|session:.+|lock:.+")
_MAY_EXPIRE = ("lock:", "rate:")


def check_everything(store: Store) -> None:
    """Assert that every key is in the schema, that only leases expire, and that every event adds up."""
    found = _all_keys(store)
    for key in found:
        assert _EVENT_KEY.fullmatch(key) or _OTHER_KEY.fullmatch(key), f"{key} is not in keys.py"
        expires = store.command("PTTL", key) >= 0
        assert not expires or key.startswith(_MAY_EXPIRE), f"{key} has a TTL"
    for key in found:
        if key.startswith("events:"):
            check_event(store, EventCode(key[8:20]))


def check_event(store: Store, code: EventCode) -> None:
    """Assert that one event's counters, seats, holds, tickets, owners, sessions and log agree with each other."""

    def read(command: str, name: str, *rest: Any) -> Any:
        return store.command(command, keys.event_key(name, code), *rest)

    event = read("HGETALL", "events")
    assert set(event) <= keys.EVENT_FIELDS, set(event) - keys.EVENT_FIELDS
    n = {name: int(value) for name, value in event.items() if value.lstrip("-").isdigit()}
    states = read("GET", "seatmap") or ""
    tickets = {name: json.loads(text) for name, text in read("HGETALL", "tickets").items()}
    by_status = {s: {i for i, t in tickets.items() if t["status"] == s} for s in ("reserved", "confirmed")}
    live = by_status["reserved"] | by_status["confirmed"]

    assert min(n["available"], n["held"], n["sold"], n["blocked"], n["browsing"]) >= 0, n
    if event["seated"] == "1":
        counted = {s: states.count(s) for s in "ahsb"}
        assert counted == {"a": n["available"], "h": n["held"], "s": n["sold"], "b": n["blocked"]}, (counted, n)
        assert len(states) == n["seat_count"] == len(read("HGETALL", "seats")) == len(read("HGETALL", "labels"))
        assert n["seat_count"] <= n["total_tickets"]
        holders = {int(ordinal): holder for ordinal, holder in read("HGETALL", "holders").items()}
        assert holders == {int(tickets[i]["seat"]): i for i in live}, "holders are not the live tickets"
        assert all(states[o] == ("h" if tickets[i]["status"] == "reserved" else "s") for o, i in holders.items())
    else:
        assert n["available"] + n["held"] + n["sold"] == n["total_tickets"], n
    assert (len(by_status["reserved"]), len(by_status["confirmed"])) == (n["held"], n["sold"])

    holds = dict(_pairs(read("ZRANGE", "holds", 0, -1, "WITHSCORES")))
    assert holds == {i: int(tickets[i]["expires_ms"]) for i in by_status["reserved"]}
    owned = {
        (user, i)
        for user, text in read("HGETALL", "owners").items()
        if not user.endswith(",past")
        for i in text.split(",")
        if i
    }
    assert owned == {(tickets[i]["user"], i) for i in live}

    records = {
        i: dict(zip(keys.SESSION_FIELDS, r.split(","), strict=True)) for i, r in read("HGETALL", "sessions").items()
    }
    assert dict(_pairs(read("ZRANGE", "active", 0, -1, "WITHSCORES"))) == {
        i: int(r["deadline_ms"]) for i, r in records.items() if r["status"] == "a"
    }
    assert dict(_pairs(read("ZRANGE", "queue", 0, -1, "WITHSCORES"))) == {
        i: int(r["place"]) for i, r in records.items() if r["status"] == "w"
    }
    for i, r in records.items():
        assert int(r["held"]) == sum(1 for t in by_status["reserved"] if tickets[t]["session"] == i), (i, r)
    assert n["browsing"] == sum(1 for r in records.values() if r["status"] == "a" and r["held"] == "0")
    living = [r["user_id"] for r in records.values() if r["status"] in "wa"]
    assert len(living) == len(set(living)), "somebody has two places"
    entries = read("HGETALL", "entries")
    assert all(r["status"] not in "wa" or entries[r["user_id"]] == i for i, r in records.items())
    deadlines = [*holds.values(), *(int(r["deadline_ms"]) for r in records.values() if r["status"] == "a")]
    assert not deadlines or 0 < n["next_due_ms"] <= min(deadlines)

    log = read("XRANGE", "log", "-", "+")
    assert [entry[0] for entry in log] == [f"{number}-0" for number in range(1, n["log_seq"] + 1)]


def _pairs(flat: Any) -> list[tuple[str, int]]:
    if flat and isinstance(flat[0], tuple | list):
        return [(name, int(score)) for name, score in flat]
    return [(name, int(float(score))) for name, score in zip(flat[::2], flat[1::2], strict=True)]


def _all_keys(store: Store) -> list[str]:
    return sorted(store.client.scan_iter(count=1000))
