"""What the length of the queue costs: time in Redis of status and join, bytes a waiting user, and bytes a seat.

The queues of a thousand and of a million stand in one server, and the batches of requests alternate between them. Bytes
are those of `used_memory`, so everything is counted: records, indexes, the log, what the allocator rounds up.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import cycle
from statistics import median
from typing import Any

from bench import crowd, report
from bench.room import LONG, Queue, Room, filled, used_bytes
from bench.service import Service
from bench.stage import new_event, tomorrow
from chalicelib.ids import code_of
from chalicelib.keys import SESSION_FIELDS, event_key
from chalicelib.scripting import Call, run
from chalicelib.store import Store

SHORT = 1_000
LOBBY = 100_000
SEATS = 50_000
ROUNDS = 9
STATUSES = 300
JOINS = 50
TIMES_MAX = 1.5
USER_BYTES_MAX = 700
SEAT_BYTES_MAX = 240

_PAGE = 2_000
_STATUS, _PLACE, _USER = (SESSION_FIELDS.index(name) for name in ("status", "place", "user_id"))


def measure(room: Room) -> list[report.Limit]:
    """Fill two queues, a lobby and a hall and print what they cost; gives the limits on order, time and bytes."""
    service = room.service
    seat_bytes = _seat_bytes(service)
    filled(service, LOBBY, "in the lobby of a draw", sale_starts_at=tomorrow())
    short, long = filled(service, SHORT), room.long
    faults = _faults(service.store, long.event_id, LONG)
    print(f"{LONG:,} joins: {f'{faults:,} gaps or repeats' if faults else 'no gap, no repeat'}")
    # Everybody asks in turn: who asks too often is refused.
    queues = [(queue, cycle(random.sample(queue.session_ids, len(queue.session_ids)))) for queue in (short, long)]
    rounds = [_round(service.store, queues) for _ in range(ROUNDS)]
    times = [median(one[2 * i + 1] / one[2 * i] for one in rounds) for i in range(2)]
    usual = [median(figures) for figures in zip(*rounds, strict=True)]
    rows = [
        [name, f"{usual[2 * i]:.1f}", f"{usual[2 * i + 1]:.1f}", f"{times[i]:.2f}"]
        for i, name in enumerate(["status", "join"])
    ]
    print(f"\n{ROUNDS} rounds of {STATUSES} statuses and {JOINS} joins; median of the rounds; microseconds in Redis")
    print(report.table(["command", f"{SHORT:,} waiting", f"{LONG:,} waiting", "ratio"], rows))
    return [
        report.Limit(f"gaps and repeats among the places of {LONG:,} joins", faults, 0),
        report.Limit(f"status in a queue of {LONG:,}, times one in {SHORT:,}", times[0], TIMES_MAX),
        report.Limit(f"bytes a waiting user, at {LONG:,}", long.user_bytes, USER_BYTES_MAX),
        report.Limit(f"bytes a seat, at {SEATS:,}", seat_bytes, SEAT_BYTES_MAX),
    ]


def _seat_bytes(service: Service) -> float:
    new_event(service, seats=500)  # from here on the server knows the scripts
    before = used_bytes(service.store)
    new_event(service, seats=SEATS)
    seat_bytes = (used_bytes(service.store) - before) / SEATS
    print(f"{SEATS:,} seats: {seat_bytes:.0f} bytes a seat")
    return seat_bytes


def _faults(store: Store, event_id: str, n: int) -> int:
    """Count what keeps a queue from being `n` people at the places 1 to `n`, each with one record and one entry."""
    queue, sessions, entries = (event_key(name, code_of(event_id)) for name in ("queue", "sessions", "entries"))
    faults, last = 0, 0
    for start in range(0, n, _PAGE):
        flat = store.command("ZRANGE", queue, start, start + _PAGE - 1, "WITHSCORES")
        held = dict(zip(flat[::2], (int(score) for score in flat[1::2]), strict=True))
        for place in held.values():
            faults += 1 if place == last else place - last - 1
            last = place
        records = store.command("HMGET", sessions, *held) if held else []
        known = [(record or "," * len(SESSION_FIELDS)).split(",", len(SESSION_FIELDS) - 1) for record in records]
        owned = store.command("HMGET", entries, *(fields[_USER] for fields in known)) if held else []
        for (session_id, place), fields, entry in zip(held.items(), known, owned, strict=True):
            faults += (fields[_STATUS], fields[_PLACE], entry) != ("w", str(place), session_id)
    # A page that repeated somebody, or ended early, shows in these too.
    counts: list[int] = [store.command(*words) for words in (("ZCARD", queue), ("HLEN", sessions), ("HLEN", entries))]
    return faults + abs(last - n) + sum(abs(count - n) for count in counts)


def _round(store: Store, queues: Sequence[tuple[Queue, Iterator[str]]]) -> list[float]:
    """Give microseconds in Redis of a status in the short and in the long queue, then of a join in each.

    Those who joined leave again, so that every round finds queues of the same length.
    """
    spent_us = [_redis_us(store, [crowd.a_status(next(asks)) for _ in range(STATUSES)]) for _, asks in queues]
    for queue, _ in queues:
        joins = [crowd.a_join(queue.event_id) for _ in range(JOINS)]
        spent_us.append(_redis_us(store, [what for _, what in joins]))
        crowd.leave(store, [buyer for buyer, _ in joins])
    return spent_us


def _redis_us(store: Store, calls: Sequence[Call]) -> float:
    store.command("CONFIG RESETSTAT")
    for what in calls:
        run(store, what)
    stats: Any = store.command("INFO", "commandstats")
    return float(stats["cmdstat_fcall"]["usec"]) / len(calls)
