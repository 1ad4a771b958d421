"""Reports of archived events, held against what stood in the keys."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from chalicelib import keys
from chalicelib.ids import code_of, seat_id
from tests.support.sale import read
from tests.support.snapshot import READS

Lines = list[dict[str, Any]]


def of_kind(lines: Lines, kind: str) -> Lines:
    """Give the lines of a kind, without what kind they are."""
    return [{name: value for name, value in line.items() if name != "kind"} for line in lines if line["kind"] == kind]


def all_of(event: str) -> dict[str, Any]:
    """Read every key of an event, whole."""
    found = {}
    for name in keys.EVENT_KEYS:
        kind = read(event, name, "TYPE")
        if kind != "none":
            command, *rest = READS[kind]
            found[name] = read(event, name, command, *rest)
    return found


def kept_before(event: str) -> dict[str, Any]:
    """Read what the report is to say, straight from the keys."""
    found: dict[str, Any] = {name: read(event, name, "HGETALL") for name in ("seats", "tickets", "orders", "sessions")}
    found["log"] = [{"id": name, **entry} for name, entry in read(event, "log", "XRANGE", "-", "+")]
    found["draw"] = read(event, "draw", "LRANGE", 0, -1)
    found["map"], found["holders"] = read(event, "seatmap", "GET") or "", read(event, "holders", "HGETALL")
    return found


def assert_says(lines: Lines, event: str, before: dict[str, Any]) -> None:
    """Assert that a report says exactly what stood in the keys."""
    seats = of_kind(lines, "seat")
    assert {s["ordinal"]: "\x1f".join(s[n] for n in keys.SEAT_FIELDS) for s in seats} == before["seats"]
    assert "".join(seat["state"] for seat in seats) == before["map"]
    assert {seat["ordinal"]: seat["ticket"] for seat in seats if seat["ticket"]} == before["holders"]
    assert [seat["id"] for seat in seats] == [seat_id(code_of(event), n) for n in range(len(seats))]
    assert {t["id"]: t for t in of_kind(lines, "ticket")} == {i: json.loads(t) for i, t in before["tickets"].items()}
    orders = {
        o["id"]: ",".join([*(o[n] for n in keys.ORDER_FIELDS[:-1]), *o["ticket_ids"]]) for o in of_kind(lines, "order")
    }
    assert orders == before["orders"]
    sessions = {s["id"]: ",".join(s[n] for n in keys.SESSION_FIELDS) for s in of_kind(lines, "session")}
    assert sessions == before["sessions"]
    assert [f"{e['receipt']},{e['place']}" for e in of_kind(lines, "entrant")] == before["draw"]
    assert of_kind(lines, "log") == before["log"]


def assert_adds_up(lines: Lines) -> None:
    """Assert that the stock, counted from the tickets of a report and from its log, is what its event says."""
    (event,) = of_kind(lines, "event")
    statuses = Counter(ticket["status"] for ticket in of_kind(lines, "ticket"))
    blocked = sum(seat["state"] == "b" for seat in of_kind(lines, "seat"))
    stock = event["seat_count"] if event["seated"] == "1" else event["total_tickets"]
    held, sold = statuses["reserved"], statuses["confirmed"]
    counted = {"available": int(stock) - held - sold - blocked, "held": held, "sold": sold, "blocked": blocked}
    assert counted == {name: int(event[name]) for name in counted}
    log = of_kind(lines, "log")
    assert [entry["id"] for entry in log] == [f"{n}-0" for n in range(1, int(event["log_seq"]) + 1)]
    was_sold = set[str]()
    for entry in log:
        name = entry["data"].partition(",")[0]
        if entry["what"] == "ticket.confirmed":
            was_sold.add(name)
        elif entry["what"] == "ticket.cancelled":
            was_sold.discard(name)
    assert was_sold == {t["id"] for t in of_kind(lines, "ticket") if t["status"] == "confirmed"}
