"""The leak check: what must be true of every key in Redis after every test."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cached_property, reduce
from typing import Any

from chalicelib import keys
from chalicelib.ids import EventCode
from chalicelib.queue.draw import PLACE_BITS, chained
from chalicelib.store import Store

_EVENT_KEY = re.compile(rf"(?:{'|'.join(keys.EVENT_KEYS)}):\{{([0-9a-f]{{12}})\}}")
_OTHER_KEY = re.compile(r"index:events|index:user:.+|index:organiser:\{\w+\}|session:.+|lock:.+|rate:\{\w+\}(:\w+)?")
_MAY_EXPIRE = ("lock:", "rate:")
_MINUTES = 60


class _Event:
    """Everything that stands in the keys of one event, read when it is looked at."""

    def __init__(self, store: Store, code: EventCode) -> None:
        self.store, self.code = store, code
        self.fields = self.read("HGETALL", "events")
        self.status = self.fields.get("status_before", self.fields["status"])
        self.n = {name: int(value) for name, value in self.fields.items() if value.lstrip("-").isdigit()}
        self.tickets = {name: json.loads(text) for name, text in self.read("HGETALL", "tickets").items()}
        self.records = {
            i: dict(zip(keys.SESSION_FIELDS, r.split(","), strict=True))
            for i, r in self.read("HGETALL", "sessions").items()
        }

    def read(self, command: str, name: str, *rest: Any) -> Any:
        return self.store.command(command, keys.event_key(name, self.code), *rest)

    def scores(self, name: str) -> dict[str, int]:
        return dict(_pairs(self.read("ZRANGE", name, 0, -1, "WITHSCORES")))

    def with_status(self, status: str) -> dict[str, dict[str, str]]:
        return {i: r for i, r in self.records.items() if r["status"] == status}

    @cached_property
    def reserved(self) -> set[str]:
        return {i for i, t in self.tickets.items() if t["status"] == "reserved"}

    @cached_property
    def live(self) -> set[str]:
        return self.reserved | {i for i, t in self.tickets.items() if t["status"] == "confirmed"}


def check_everything(store: Store) -> None:
    """Assert that every key is in the schema and of an event, that only leases expire, and that every event adds up."""
    found = _all_keys(store)
    for key in found:
        of_event = _EVENT_KEY.fullmatch(key)
        assert of_event or _OTHER_KEY.fullmatch(key), f"{key} is not in keys.py"
        assert not of_event or keys.event_key("events", EventCode(of_event[1])) in found, f"{key} is of no event"
        expires = store.command("PTTL", key) >= 0
        assert not expires or key.startswith(_MAY_EXPIRE), f"{key} has a TTL"
    for key in found:
        if key.startswith("events:"):
            check_event(store, EventCode(key[8:20]))


def check_event(store: Store, code: EventCode) -> None:
    """Assert that all that one event keeps agrees: stock, tickets, people, deadlines, draw, minutes and log."""
    event = _Event(store, code)
    assert set(event.fields) <= keys.EVENT_FIELDS, set(event.fields) - keys.EVENT_FIELDS
    _check_stock(event)
    _check_tickets(event)
    _check_people(event)
    _check_counters(event)
    _check_deadlines(event)
    _check_draw(event)
    _check_minutes(event)
    log = event.read("XRANGE", "log", "-", "+")
    assert [entry[0] for entry in log] == [f"{number}-0" for number in range(1, event.n["log_seq"] + 1)]


def _check_stock(event: _Event) -> None:
    n, tickets = event.n, event.tickets
    assert min(n["available"], n["held"], n["sold"], n["blocked"], n["browsing"]) >= 0, n
    assert (len(event.reserved), len(event.live)) == (n["held"], n["held"] + n["sold"])
    if event.fields["seated"] != "1":
        assert n["available"] + n["held"] + n["sold"] == n["total_tickets"], n
        return
    states = event.read("GET", "seatmap") or ""
    counted = {s: states.count(s) for s in "ahsb"}
    assert counted == {"a": n["available"], "h": n["held"], "s": n["sold"], "b": n["blocked"]}, (counted, n)
    assert len(states) == n["seat_count"] == len(event.read("HGETALL", "seats")) == len(event.read("HGETALL", "labels"))
    assert n["seat_count"] <= n["total_tickets"]
    holders = {int(ordinal): holder for ordinal, holder in event.read("HGETALL", "holders").items()}
    assert holders == {int(tickets[i]["seat"]): i for i in event.live}, "holders are not the live tickets"
    assert all(states[o] == ("h" if i in event.reserved else "s") for o, i in holders.items())


def _check_tickets(event: _Event) -> None:
    tickets = event.tickets
    sold = event.live - event.reserved
    # Behind the log it is unknown, and whoever counts on counts it from there.
    is_revenue_known = event.n.get("revenue_seq") == event.n["log_seq"]
    assert not is_revenue_known or event.n["revenue"] == sum(int(tickets[i]["price"]) for i in sold), event.n
    assert event.scores("holds") == {i: int(tickets[i]["expires_ms"]) for i in event.reserved}
    owned = {
        (user, i)
        for user, text in event.read("HGETALL", "owners").items()
        if not user.endswith(",past")
        for i in text.split(",")
        if i
    }
    assert owned == {(tickets[i]["user"], i) for i in event.live}
    for i, r in event.records.items():
        assert int(r["held"]) == sum(1 for t in event.reserved if tickets[t]["session"] == i), (i, r)


def _check_people(event: _Event) -> None:
    assert event.scores("active") == {i: int(r["deadline_ms"]) for i, r in event.with_status("a").items()}
    queue, away = event.scores("queue"), event.scores("away")
    assert not queue.keys() & away.keys(), "somebody is in the queue and away"
    assert queue | away == {i: int(r["place"]) for i, r in event.with_status("w").items()}
    assert away.keys() == event.scores("passed").keys(), "who is away has no deadline, or who has one is not away"
    living = [r["user_id"] for r in event.records.values() if r["status"] in "wa"]
    assert len(living) == len(set(living)), "somebody has two places"
    entries = event.read("HGETALL", "entries")
    assert all(r["status"] not in "wa" or entries[r["user_id"]] == i for i, r in event.records.items())


def _check_counters(event: _Event) -> None:
    n = event.n
    assert n["browsing"] == sum(1 for r in event.with_status("a").values() if r["held"] == "0")
    assert n["admitted_total"] == sum(1 for r in event.records.values() if r["activated_ms"] != "0")
    assert n["abandoned"] == len(event.with_status("b"))
    never_came = sum(1 for r in event.with_status("e").values() if r["polls"] == "0")
    # Those whose turn ended with the event had no time to come: a cancelled event may have some of both.
    assert n["no_shows"] <= never_came if event.status == "cancelled" else n["no_shows"] == never_came
    assert n["opened_ms"] or not n["admitted_total"], "somebody came in before the sale opened"
    for total, reported in (
        ("admitted_total", "admitted_reported"),
        ("abandoned", "abandoned_reported"),
        ("no_shows", "no_shows_reported"),
    ):
        assert n[reported] <= n[total], (reported, n)


def _check_deadlines(event: _Event) -> None:
    n = event.n
    deadlines = [at_ms for name in ("holds", "active", "passed") for at_ms in event.scores(name).values()]
    if event.status == "active" and not n["opened_ms"] and event.with_status("w"):
        deadlines.append(n["sale_starts_ms"])
    assert not deadlines or 0 < n["next_due_ms"] <= min(deadlines), (n["next_due_ms"], deadlines)


def _check_draw(event: _Event) -> None:
    is_draw = event.fields["queue_mode"] == "draw"
    assert event.fields["queue_mode"] or not event.records, "somebody joined, and the kind of queue is not settled"
    drawn = [line.split(",") for line in event.read("LRANGE", "draw", 0, -1)]
    assert is_draw or not drawn
    receipts = [receipt for receipt, _ in drawn]
    assert len(set(receipts)) == len(receipts), "a receipt was drawn for twice"
    assert event.fields["draw_digest"] == reduce(chained, receipts, event.fields["commitment"])
    entrants = defaultdict(set)
    for i, r in event.records.items():
        if r["entrant"] == "0":
            assert (int(r["place"]) >= 1 << PLACE_BITS) == is_draw, (i, r)
        else:
            entrants[int(r["entrant"])].add((r["user_id"], r["place"]))
    assert sorted(entrants) == list(range(1, len(drawn) + 1)), "the numbers are not those of the list"
    for number, (_, place) in enumerate(drawn, 1):
        assert int(place) < 1 << PLACE_BITS
        assert [found for _, found in entrants[number]] == [place], (number, place, entrants[number])
    users = [user for found in entrants.values() for user, _ in found]
    assert len(set(users)) == len(users), "somebody drew twice"


def _check_minutes(event: _Event) -> None:
    n, waited = event.n, 0
    for name, text in event.read("HGETALL", "stats").items():
        kind, number = name[:-1].rstrip("0123456789"), int(re.sub(r"\D", "", name))
        assert name == f"{kind}{number}", name
        if kind == "wait":
            assert number > 0 < int(text), (name, text)
            waited += int(text)
            continue
        assert kind in {"minute", "sale"}, name
        line = dict(zip(keys.MINUTE_FIELDS if kind == "minute" else keys.SALE_FIELDS, text.split(","), strict=True))
        assert int(line["minute"]) % _MINUTES == number, (name, text)
        waits = [line.pop(name, "") for name in ("wait_p50_ms", "wait_p95_ms")]
        may_be_unknown = line.pop("revenue", "") or "0"
        assert all(value.isdigit() for value in (may_be_unknown, *line.values())), text
        if kind == "sale" or line["admitted"] == "0":
            assert waits == ["", ""], text
        else:
            assert int(waits[0]) <= int(waits[1]), text
    assert waited <= n["admitted_total"] - n["minute_total"], "more have waited than came in within this minute"


def _pairs(flat: Any) -> list[tuple[str, int]]:
    if flat and isinstance(flat[0], tuple | list):
        return [(name, int(score)) for name, score in flat]
    return [(name, int(float(score))) for name, score in zip(flat[::2], flat[1::2], strict=True)]


def _all_keys(store: Store) -> list[str]:
    return sorted(store.client.scan_iter(count=1000))
