"""What a sabotage is: a rule of the service, broken on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Change(NamedTuple):
    """In a file of ``chalicelib``, the old text, which must stand there exactly once, and the new one."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Sabotage:
    """A sabotage: its name, its change, what it would do to people, and which tests should notice first.

    ``guess`` is a path below ``tests``; a sabotage survives only if the whole suite lets it. ``more`` are changes that
    go with the first.
    """

    name: str
    file: str
    old: str
    new: str
    harm: str
    guess: str
    more: tuple[Change, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change, the first first."""
        return (Change(self.file, self.old, self.new), *self.more)

    def apply(self, tree: Path) -> None:
        """Break the rule in a copy of the tree; raises ValueError when the text is not there exactly once."""
        for change in self.changes:
            file = tree / "chalicelib" / change.file
            text = file.read_text()
            if text.count(change.old) != 1:
                raise ValueError(f"{self.name!r}: in {change.file} this is not there once: {change.old!r}")
            file.write_text(text.replace(change.old, change.new))
