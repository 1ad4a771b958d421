"""What an audit found: one line for each invariant of the service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.audit.model import Findings

INVARIANTS = {
    "I1": "a seat has one live ticket at most, at every instant",
    "I2": "stock and counters add up, at every instant and in the dump",
    "I3": "no more is held and sold than there is",
    "I4": "a ticket is made once, a key has one result",
    "I5": "what was acknowledged is there",
    "I6": "nobody comes in above the places, past the stock or through a pause",
    "I7": "places are given in order, and the first who is there comes in first",
    "I8": "nobody was told a position that grew",
    "I9": "a hold ends once, at its deadline or before it",
    "I10": "a ticket is settled and told of as its owner's alone",
    "I11": "a person has one place",
    "I12": "nobody holds more than the limits allow",
    "I13": "nothing is held outside a turn and a sale",
    "I14": "events, sessions and tickets go along the drawn arcs only",
    "I15": "a repeat changes nothing",
    "I16": "nobody waits where there is room",
    "I17": "sessions, tickets, orders and indexes name each other, both ways",
    "I18": "no key has a TTL",
    "I19": "what was refused never shows",
    "I20": "the log names no person",
    "I21": "a ticket lets in once, when it is sold, and is given back no more",
    "log": "every effect is in the log, in order, and the terms are as it says",
    "dump": "every key agrees with every other",
}
NEED_HISTORY = ("I5", "I8", "I19")
NOT_JUDGED = {"I15": "a log does not say how often a request came", "dump": "only some keys were read"}


@dataclass(frozen=True)
class Report:
    """What an audit of one event found.

    ``others`` counts the entries that no rule is known of, ``not_judged`` says why an invariant was left out.
    """

    event: str
    entries: int
    findings: Findings
    others: dict[str, int]
    not_judged: dict[str, str]

    @property
    def failed(self) -> list[str]:
        """The invariants that do not hold."""
        return [name for name in INVARIANTS if name in self.findings.first]

    def lines(self) -> Iterator[str]:
        """Say it, an invariant a line, with the first difference of those that do not hold."""
        yield f"event {self.event}: {self.entries} entries"
        for name, promise in INVARIANTS.items():
            if name in self.findings.first:
                more = self.findings.count[name] - 1
                rest = f" (and {more} more)" if more else ""
                yield f"FAIL  {name:4}  {promise}: {self.findings.first[name]}{rest}"
            elif name in self.not_judged:
                yield f"-     {name:4}  {promise}: not judged, {self.not_judged[name]}"
            else:
                yield f"PASS  {name:4}  {promise}"
        for what, count in sorted(self.others.items()):
            yield f"listed: {count} of {what}"
