"""The draw that anyone can check: its arithmetic, and a command that checks a published draw without the service.

Before the sale starts people wait in a lobby; at the start they stand in the order of their places::

    seed        HMAC-SHA-256 of the event id under the operator's key; secret until the start
    commitment  SHA-256 of the seed; public from the creation of the event
    receipt     SHA-256 of user id and nonce, each behind its length; made by the first join and kept
    place       the first 52 bits of the HMAC-SHA-256 of the receipt under the seed; the lowest is next
    digest      d(0) is the commitment, d(n) the SHA-1 of d(n-1) and the receipt of the n-th who joined

The seed goes in as its 32 bytes, receipts and digests as their lower-case hex digits. This file takes nothing but the
standard library, so that a copy of it is enough: ``python -m chalicelib.queue.draw -h``, or ``python draw.py -h``.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import sys
from collections.abc import Callable, Sequence
from itertools import accumulate
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

PLACE_BITS = 52
"""As many as a sorted set of Redis, and a number of JavaScript, hold exactly."""

_SHOWN_DIGITS = 12
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SHA_256 = "[0-9a-f]{64}"


def commitment_of(seed: bytes) -> str:
    """Give what fixes a seed without giving it away, 64 hex digits."""
    return hashlib.sha256(seed).hexdigest()


def receipt_of(user_id: str, nonce: str) -> str:
    """Give the receipt of a person's first join, 64 hex digits; no two pairs read the same."""
    parts = (user_id.encode(), nonce.encode())
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()


def place_of(seed: bytes, receipt: str) -> int:
    """Give the place of a receipt, 0 to 2**52 - 1; the lowest is next."""
    digest = hmac.digest(seed, receipt.encode(), "sha256")
    return int.from_bytes(digest[:8], "big") >> (64 - PLACE_BITS)


def chained(digest: str, receipt: str) -> str:
    """Give the digest after one more receipt, 40 hex digits; the first one is chained to the commitment."""
    return hashlib.sha1((digest + receipt).encode(), usedforsecurity=False).hexdigest()


class Unreadable(Exception):
    """A file cannot be read, or holds something else than it should."""


class Wrong(Exception):
    """The draw does not hold; says the first thing that is wrong."""


class Draw(NamedTuple):
    """A draw as it was published; the seed in hex digits, None before the start."""

    event_id: str
    commitment: str
    entrants: int
    digest: str
    seed: str | None


class Entry(NamedTuple):
    """Who joined as the ``number``-th, from 1; the place is None before the start."""

    number: int
    receipt: str
    place: int | None

    def __str__(self) -> str:
        return f"entry {self.number} (receipt {self.receipt[:_SHOWN_DIGITS]}...)"


class Noted(NamedTuple):
    """What somebody noted down in the lobby: how many there were, and the digest over them."""

    entrants: int
    digest: str


def check(draw: Draw, entries: list[Entry], noted: Sequence[Noted] = ()) -> None:
    """Check everything that a published draw says; raises Wrong at the first thing that is not so."""
    if draw.seed is None:
        raise Wrong("the draw is not open yet: its seed is published when the sale starts")
    seed = bytes.fromhex(draw.seed)
    if commitment_of(seed) != draw.commitment:
        raise Wrong(f"the commitment of the seed is {commitment_of(seed)}, not {draw.commitment}")
    entries = sorted(entries, key=attrgetter("number"))
    _check_complete(draw.entrants, entries)
    _check_digests(draw, entries, noted)
    for entry in entries:
        place = place_of(seed, entry.receipt)
        if entry.place != place:
            found = "the missing place" if entry.place is None else f"place {entry.place}"
            raise Wrong(f"{entry}: {found} should be {place}")


def _check_complete(entrants: int, entries: list[Entry]) -> None:
    for number, entry in enumerate(entries, 1):
        if entry.number < number:
            raise Wrong(f"entry {entry.number} is there twice")
        if number > entrants:
            raise Wrong(f"entry {entry.number} is one too many: the draw has {entrants} entrants")
        if entry.number > number:
            raise Wrong(f"entry {number} is missing")
    if len(entries) < entrants:
        raise Wrong(f"entry {len(entries) + 1} is missing: the draw has {entrants} entrants")
    first: dict[str, int] = {}
    for entry in entries:
        if first.setdefault(entry.receipt, entry.number) != entry.number:
            raise Wrong(f"{entry}: the receipt is that of entry {first[entry.receipt]} too")


def _check_digests(draw: Draw, entries: list[Entry], noted: Sequence[Noted]) -> None:
    digests = list(accumulate((entry.receipt for entry in entries), chained, initial=draw.commitment))
    if digests[-1] != draw.digest:
        raise Wrong(f"the digest of all {len(entries)} receipts is {digests[-1]}, not {draw.digest}")
    for note in sorted(noted):
        if note.entrants > len(entries):
            raise Wrong(f"noted were {note.entrants} entrants, the draw has {len(entries)}")
        if digests[note.entrants] != note.digest:
            what = f"the digest of the first {note.entrants} receipts" if note.entrants else "the commitment"
            raise Wrong(f"{what} is {digests[note.entrants]}, noted was {note.digest}")


def _text(pattern: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _whole(least: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and value >= least


def _or_null(rule: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or rule(value)


_DRAW = {
    "event_id": _text(_UUID),
    "queue_mode": _text("draw"),
    "commitment": _text(_SHA_256),
    "entrants": _whole(0),
    "digest": _text(f"[0-9a-f]{{40}}|{_SHA_256}"),
    "seed": _or_null(_text(_SHA_256)),
    "opened_at": _or_null(_text(".*")),
}
_PAGE = {
    "event_id": _text(_UUID),
    "entries": lambda value: isinstance(value, list),
    "next_cursor": _or_null(_text(".*")),
}
_ENTRY = {"number": _whole(1), "receipt": _text(_SHA_256), "place": _or_null(_whole(0))}


def _read(path: str, shape: dict[str, Callable[[Any], bool]]) -> dict[str, Any]:
    try:
        value = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{path}: this is not JSON, or only a part of it") from error
    return _shaped(path, value, shape)


def _shaped(where: str, value: Any, shape: dict[str, Callable[[Any], bool]]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"{where}: this is not a JSON object")
    for name, fits in shape.items():
        if name not in value or not fits(value[name]):
            raise Unreadable(f'{where}: "{name}" is missing, or not what should stand there')
    return value


def verify(draw_path: str, page_paths: Sequence[str], noted: Sequence[Noted] = ()) -> str:
    """Check a draw from files, and say that it holds; raises Unreadable or Wrong."""
    stated = _read(draw_path, _DRAW)
    draw = Draw(*(stated[name] for name in Draw._fields))
    pages = [(path, _read(path, _PAGE)) for path in page_paths]
    entries: list[Entry] = []
    for path, page in pages:
        for at, value in enumerate(page["entries"], 1):
            shaped = _shaped(f"{path}: item {at} of the entries", value, _ENTRY)
            entries.append(Entry(*(shaped[name] for name in Entry._fields)))
    for path, page in pages:
        if page["event_id"] != draw.event_id:
            raise Wrong(f"{path} is of event {page['event_id']}, the draw of event {draw.event_id}")
    check(draw, entries, noted)
    return f"OK: {draw.entrants} entrants of event {draw.event_id}, every place is right, digest {draw.digest}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0: the draw holds, 1: it does not or is not open yet, 2: the files do not tell."""
    import argparse  # noqa: PLC0415 - the service imports this file, and a cold start would pay for it

    parser = argparse.ArgumentParser(prog="draw", description="Check the draw of a sale, offline.")
    commands = parser.add_subparsers(dest="command", required=True)
    verifying = commands.add_parser("verify", help="check a draw; exit 0: it holds, 1: it does not, 2: cannot tell")
    verifying.add_argument("draw", metavar="DRAW", help="the answer of GET /events/{id}/draw")
    verifying.add_argument("pages", metavar="ENTRIES", nargs="+", help="a page of GET /events/{id}/draw/entries")
    noting = "how many there were and their digest, as noted in the lobby (0: the commitment); may be repeated"
    verifying.add_argument("--noted", nargs=2, action="append", default=[], metavar=("COUNT", "DIGEST"), help=noting)
    receipt = commands.add_parser("receipt", help="print the receipt of a person's first join")
    receipt.add_argument("user", metavar="USER", help="the user id")
    receipt.add_argument("nonce", metavar="NONCE", help="the nonce that was sent; without one, the session id")
    given = parser.parse_args(arguments)
    if given.command == "receipt":
        sys.stdout.write(receipt_of(given.user, given.nonce) + "\n")
        return 0
    if not all(re.fullmatch("[0-9]{1,9}", count) for count, _ in given.noted):
        verifying.error("argument --noted: COUNT must be a whole number")
    try:
        said = verify(given.draw, given.pages, [Noted(int(count), digest) for count, digest in given.noted])
    except (Unreadable, Wrong) as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, Unreadable) else 1
    sys.stdout.write(said + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
