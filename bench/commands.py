"""What each command costs: round trips, time in Redis next to a no-op script, time of the whole Lambda handler.

The no-ops are asked for as the commands are, by requests through the whole handler, so that Redis and the caches of its
processor see the same pauses between two scripts. All are measured in rounds, and a figure is the median of the rounds;
a ratio is taken inside each round, so that a noisy moment falls on both of its sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median, quantiles

import app
from bench import report
from bench.scenes import SCENES, SERVING, Scene
from bench.service import Request, Service, running
from chalicelib.http import route
from chalicelib.http.auth import Access
from chalicelib.ids import code_of
from chalicelib.keys import EVENT_KEYS, event_keys
from chalicelib.store import Command

ROUNDS = 9
REQUESTS = 200
WARM_UP_REQUESTS = 20
SUM_MAX = 65
SERVING_MAX = 5

NOOP = "no-op: EVALSHA of return 1"
ALIKE = f"no-op: FCALL of return 1, {len(EVENT_KEYS)} keys"
_LIBRARY = """#!lua name=bench
redis.register_function('noop', function(KEYS, ARGV) return 1 end)
"""
# A sale from the queue to the ticket; where a step has two ways, the dearer one counts.
_SALE = (("join, waiting", "join, active"), ("status, waiting", "status, active"), ("purchase, seated",), ("confirm",))


@dataclass(frozen=True)
class Figures:
    """One round of one command: round trips at most, mean microseconds in Redis, microseconds in the handler."""

    trips: int
    redis_us: float
    p50_us: float
    p99_us: float


Round = dict[str, Figures]


def measure() -> list[report.Limit]:
    """Print a line for each command; gives the limits on round trips and on time in Redis."""
    with running() as service:
        scenes = [*_noops(service), *SCENES]
        for scene in scenes:
            _measure(service, scene, WARM_UP_REQUESTS)
        rounds = [{scene.name: _measure(service, scene, REQUESTS) for scene in scenes} for _ in range(ROUNDS)]
    print(f"{ROUNDS} rounds of {REQUESTS} requests each, medians of the rounds; microseconds")
    heads = ["command", "round trips", "Redis", "x no-op", "handler p50", "p99"]
    print(report.table(heads, [_row(scene.name, rounds) for scene in scenes]))
    sale_us = [sum(max(one[way].redis_us for way in ways) for ways in _SALE) for one in rounds]
    times = _compared("join + status + purchase + confirm", sale_us, rounds)
    serving_times = _compared(SERVING, [one[SERVING].redis_us for one in rounds], rounds)
    too_many = [scene.name for scene in scenes if any(one[scene.name].trips > scene.trips for one in rounds)]
    if too_many:
        print(f"more round trips than the design's: {', '.join(too_many)}")
    return [
        report.Limit("commands with more round trips than the design's", len(too_many), 0),
        report.Limit("join + status + purchase + confirm, times a no-op script", times, SUM_MAX),
        report.Limit("what everybody may know of a room (serving), times a no-op script", serving_times, SERVING_MAX),
    ]


def _compared(what: str, spent_us: Sequence[float], rounds: Sequence[Round]) -> float:
    """Print what each round spent on this next to its no-ops; gives how many times the one that the limits mean."""
    times, bare = (
        median(spent / one[noop].redis_us for spent, one in zip(spent_us, rounds, strict=True))
        for noop in (ALIKE, NOOP)
    )
    print(f"\n{what}: {median(spent_us):.0f} us in Redis")
    print(f"  {times:.1f} times a no-op that is called as they are, by FCALL with the event's keys: the limit's")
    print(f"  {bare:.1f} times the barest no-op there is, EVALSHA without keys")
    return times


def _noops(service: Service) -> list[Scene]:
    """Give the app routes whose commands do nothing, and scenes that ask for them."""
    store, routes, scenes = service.store, route.Routes(), []
    store.command("FUNCTION", "LOAD", _LIBRARY)
    key_names = event_keys(code_of("0" * 36))
    with_keys: Command = [len(key_names), *key_names]
    sha = store.command("SCRIPT", "LOAD", "return 1")
    words_by_name: dict[str, Command] = {
        NOOP: ["EVALSHA", sha, 0],
        f"{NOOP}, {len(key_names)} keys": ["EVALSHA", sha, *with_keys],
        "no-op: FCALL of return 1": ["FCALL", "noop", 0],
        ALIKE: ["FCALL", "noop", *with_keys],
    }
    for number, (name, words) in enumerate(words_by_name.items()):
        request = Request("GET", f"/noop/{number}")
        row = routes.add("GET", route.PREFIX + request.template, access=Access.PUBLIC, summary=name, answers={})
        row(_handler(words))
        scenes.append(Scene(name, partial(_repeated, request), 1, [str(words[0]).lower()]))
    route.serve(app.app, routes, {})
    return scenes


def _handler(words: Command) -> route.Handler:
    def noop(request: route.Request) -> route.Reply:
        request.house.store.command(*words)
        return route.Reply()

    return noop


def _repeated(request: Request, _: Service, n: int) -> list[Request]:
    return [request] * n


def _measure(service: Service, scene: Scene, n: int) -> Figures:
    service.store.command("FLUSHALL")
    requests = scene.prepare(service, n)
    service.store.command("CONFIG", "RESETSTAT")
    samples = service.measure(requests)
    stats = service.store.command("INFO", "commandstats")
    spent_us = [sample.spent_us for sample in samples]
    return Figures(
        trips=max(sample.trips for sample in samples),
        # The time of a script holds that of the commands that it calls: only what the requests send is added up.
        redis_us=sum(stats[f"cmdstat_{word}"]["usec"] for word in scene.sends) / len(samples),
        p50_us=median(spent_us),
        p99_us=quantiles(spent_us, n=100)[-1],
    )


def _row(name: str, rounds: Sequence[Round]) -> list[object]:
    figures = [one[name] for one in rounds]
    return [
        name,
        max(one.trips for one in figures),
        f"{median(one.redis_us for one in figures):.1f}",
        f"{median(one[name].redis_us / one[NOOP].redis_us for one in rounds):.1f}",
        f"{median(one.p50_us for one in figures):.0f}",
        f"{median(one.p99_us for one in figures):.0f}",
    ]
