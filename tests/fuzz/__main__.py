"""`make fuzz`: every pass, CASES (20,000) in all, from SEED (one that is drawn); exits with 1 on any failure."""

from __future__ import annotations

import os
import secrets
import sys
import time

os.environ.setdefault("POWERTOOLS_METRICS_DISABLED", "true")
os.environ.setdefault("POWERTOOLS_LOG_LEVEL", "ERROR")

from tests.fuzz.passes import PASSES
from tests.fuzz.play import Measure, Report, play
from tests.http.stage import DOCUMENT

OPERATIONS = {f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods}


def main() -> int:
    """Play all passes and print what they met."""
    cases = int(os.environ.get("CASES") or 20_000)
    seed = int(os.environ.get("SEED") or secrets.randbits(32))
    started = time.monotonic()
    reports = [play(played, Measure(-(-cases // len(PASSES))), seed) for played in PASSES]
    for report in reports:
        _print(report)
    failed = any(report.failures for report in reports)
    met = sum(report.cases for report in reports)
    sys.stdout.write(
        f"{met:,} cases in {time.monotonic() - started:.0f} s, seed {seed}: {'FAIL' if failed else 'PASS'}\n"
    )
    if failed:
        sys.stdout.write(f"The same again: make fuzz SEED={seed} CASES={cases}\n")
    return int(failed)


def _print(report: Report) -> None:
    met, served = (report.operations(status) & OPERATIONS for status in (599, 399))
    lines = [
        f"Pass {report.played.name}: {report.cases:,} cases",
        f"  phases      {', '.join(f'{name} {count:,}' for name, count in report.phases.items())}",
        f"  operations  {len(met)} of {len(OPERATIONS)} asked, {len(served)} served at least once",
        f"  statuses    {', '.join(f'{status}: {count:,}' for status, count in report.statuses.items())}",
    ]
    lines += [f"  not served  {name}" for name in sorted(OPERATIONS - served)]
    lines += [f"\nFAILURE {number}: {told}\n" for number, told in enumerate(report.failures.values(), 1)]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
