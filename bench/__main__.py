"""``python -m bench [commands] [queue] [cold]``: run the measurements, all of them unless some are named."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bench import cold, commands, queue, report

PARTS = {"commands": commands.measure, "queue": queue.measure, "cold": cold.measure}


def main(names: Sequence[str]) -> int:
    """Run the parts of these names in order; returns 1 when a limit is over, 2 when there is no such part."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"bench: no part is named {unknown[0]}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    print(report.surroundings())
    found: list[report.Limit] = []
    for name in names or PARTS:
        print(f"\n{name.upper()}\n", flush=True)
        found += PARTS[name]()
    if found:
        print(f"\nLIMITS\n\n{report.limits(found)}")
    return 0 if all(limit.holds for limit in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
