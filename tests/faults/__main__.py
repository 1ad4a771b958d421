"""``python -m tests.faults [F7 F12 ...]``: make every fault, or those named, the long way, and say how each went.

Exit code 0: every row passed. 1: one failed. 2: there is no such row.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Sequence

import pytest

from tests.faults.rows import ROWS, Row


class Verdicts:
    """Listens to pytest: by test, without its parameters, what failed, how many ran, and the figures they gave."""

    def __init__(self) -> None:
        self.failed: set[str] = set()
        self.ran: dict[str, int] = defaultdict(int)
        self.figures: dict[str, list[str]] = defaultdict(list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of one phase of one test."""
        test = report.nodeid.partition("[")[0]
        if report.when == "call" and report.passed:
            self.ran[test] += 1
            self.figures[test] += [str(value) for name, value in report.user_properties if name == "figure"]
        elif not report.passed:
            self.failed.add(test)

    def of(self, name: str, row: Row) -> str:
        """Say how a row went."""
        count = sum(self.ran[test] for test in row.tests)
        failed = [test for test in row.tests if test in self.failed or not self.ran[test]]
        lines = [f"{'FAIL' if failed else 'PASS'}  {name:<4} {row.name} ({count} tests)", f"           {row.answer}"]
        lines += [f"           failed: {test}" for test in failed]
        lines += [f"           {figure}" for test in row.tests for figure in self.figures[test]]
        lines += [f"           not here: {row.not_here}"] if row.not_here else []
        return "\n".join(lines)


def main(names: Sequence[str]) -> int:
    """Run the rows of these names, or all; gives the exit code."""
    unknown = [name for name in names if name not in ROWS]
    if unknown:
        print(f"faults: there is no row {unknown[0]}; they are F1 to F{len(ROWS)}", file=sys.stderr)
        return 2
    os.environ["FAULTS_LONG"] = "1"
    rows = {name: row for name, row in ROWS.items() if name in (names or ROWS)}
    tests = sorted({test for row in rows.values() for test in row.tests})
    verdicts = Verdicts()
    code = pytest.main(["-q", "-p", "no:cacheprovider", *tests], plugins=[verdicts])
    print()
    for name, row in rows.items():
        print(verdicts.of(name, row))
    return int(code != pytest.ExitCode.OK)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
