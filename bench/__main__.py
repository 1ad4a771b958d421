"""``python -m bench [part ...]``: run the measurements, all of them unless some are named."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from bench import cold, commands, drain, durability, pages, queue, report, seatmap
from bench.room import Room

# Those that take the room come last and in this order: the drain empties the queue that both measure.
PARTS: dict[str, Callable[[Room], list[report.Limit]]] = {
    "commands": lambda _: commands.measure(),
    "durability": lambda _: durability.measure(),
    "cold": lambda _: cold.measure(),
    "pages": lambda _: pages.measure(),
    "seatmap": lambda _: seatmap.measure(),
    "queue": queue.measure,
    "drain": drain.measure,
}


def main(names: Sequence[str]) -> int:
    """Run the parts of these names; returns 1 when a limit is missed, 2 when there is no such part."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"bench: no part is named {unknown[0]}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    print(report.surroundings())
    found: list[report.Limit] = []
    with ExitStack() as stack:
        room = Room(stack)
        for name, measure in PARTS.items():
            if name in (names or PARTS):
                print(f"\n{name.upper()}\n", flush=True)
                found += measure(room)
    if found:
        print(f"\nLIMITS\n\n{report.limits(found)}")
    return 0 if all(limit.holds for limit in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
