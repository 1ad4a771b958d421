"""The log read again: no entry is missing, and what it says happened to each ticket is where that ticket is now."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from chalicelib.auditor.model import Difference
from chalicelib.auditor.snapshot import Snapshot, Ticket

Entry = tuple[str, Mapping[str, str]]

_ID = re.compile(r"(\d+)-0")
_FIELDS = ("at", "what", "who", "data")
_BEFORE = {
    "reserved": (None,),
    "confirmed": ("reserved",),
    "expired": ("reserved",),
    "cancelled": ("reserved", "confirmed"),
    "checked_in": ("confirmed",),
}
"""What may happen to a ticket, and what must have happened to it last; None is nothing."""


class Replay:
    """Follows the log of one snapshot from its first entry; remembers the tickets and nothing else."""

    def __init__(self, event: Snapshot) -> None:
        self.event, self.entries = event, 0
        self._statuses: dict[str, str] = {}
        self._last = 0

    def follow(self, entries: list[Entry]) -> Iterator[Difference]:
        """Take the next entries, in their order, and give what is wrong among them."""
        for name, fields in entries:
            self.entries += 1
            number = _ID.fullmatch(name)
            if number is None or not all(field in fields for field in _FIELDS):
                yield Difference(what="log_unreadable", where=name)
            if number is not None:
                yield from self._gap(int(number[1]))
                self._last = int(number[1])
            yield from self._ticket(name, fields)

    def end(self) -> Iterator[Difference]:
        """Give what is wrong now that the log is at its end."""
        log_seq = self.event.number("log_seq")
        yield from self._gap(log_seq + 1)
        last = int(self.event.last_logged.partition("-")[0])
        if last > log_seq:
            yield Difference(what="log_ahead", where="log_seq", stored=log_seq, counted=last)
        for i in self._statuses.keys() | self.event.tickets.keys():
            ticket = self.event.tickets.get(i)
            status, said = _state(ticket) if ticket else None, self._statuses.get(i)
            if status != said:
                yield Difference(what="ticket_log", where=i, stored=status, counted=said)

    def _gap(self, number: int) -> Iterator[Difference]:
        first = self._last + 1
        if number > first:
            yield Difference(what="log_gap", where=f"{first}-0", counted=number - first)

    def _ticket(self, name: str, fields: Mapping[str, str]) -> Iterator[Difference]:
        kind, _, status = fields.get("what", "").partition(".")
        if kind != "ticket" or status not in _BEFORE:
            return
        ticket = fields.get("data", "").partition(",")[0]
        before = self._statuses.get(ticket)
        if before not in _BEFORE[status]:
            yield Difference(what="log_transition", where=name, stored=status, counted=before)
        self._statuses[ticket] = status


def _state(ticket: Ticket) -> str:
    """Give what must have happened to a ticket last."""
    is_in = ticket["status"] == "confirmed" and "checked_in_ms" in ticket
    return "checked_in" if is_in else ticket["status"]
