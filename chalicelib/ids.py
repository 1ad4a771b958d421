"""How ids are made, parsed and routed.

Every id is a UUID of version 8 (RFC 9562). Its first 48 bits are the event code, which all ids of one event share, so
any id alone says which event, and so which Redis slot, it belongs to::

    9f3a61b0-7c2e-8xxx-yxxx-xxxxxxxxxxxx
    `-- code ---'      `- 74 bits: random, or a digest of what the object stands for
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NewType

from chalicelib.errors import DomainError

EventCode = NewType("EventCode", str)
"""The 12 hex digits that all ids of one event begin with; the hash tag of its keys."""

NAME_PATTERN = r"[A-Za-z0-9._~@|+=-]{1,128}"
"""What user ids, and session ids chosen by a client, are made of. A comma cannot stand in one: records rely on it."""

CODE_BITS = 48
BODY_BITS = 74
SEATS_MAX = 100_000

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_OURS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_SEAT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-8000-8000-0000([0-9a-f]{8})")
_NAME = re.compile(NAME_PATTERN)


@dataclass(frozen=True)
class IdMaker:
    """Makes ids from a source of random bits; in production that is ``secrets.randbits``."""

    randbits: Callable[[int], int]

    def event_id(self) -> str:
        """Make an id with an event code of its own."""
        return _compose(self.randbits(CODE_BITS), self.randbits(BODY_BITS))

    def within(self, code: EventCode) -> str:
        """Make an id that belongs to the event with this code."""
        return _compose(int(code, 16), self.randbits(BODY_BITS))


def derived_id(*parts: str, code: EventCode | None = None) -> str:
    """Make the id that these parts always have: the same parts, the same id.

    The digest is SHA-256 over each part behind its length, so no two lists of parts read the same. Without ``code`` the
    event code comes from the digest too.
    """
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        digest.update(len(raw).to_bytes(8, "big") + raw)
    bits = int.from_bytes(digest.digest(), "big") >> (256 - CODE_BITS - BODY_BITS)
    own_code = bits >> BODY_BITS
    return _compose(int(code, 16) if code else own_code, bits & ((1 << BODY_BITS) - 1))


def entry_id(session_id: str) -> str:
    """Give the public id of a queue entry: a one-way hash of its session id, which it must not give away."""
    return derived_id("entry", session_id, code=code_of(session_id))


def seat_id(code: EventCode, ordinal: int) -> str:
    """Give the id of the seat with this ordinal, 0 for the first seat of its event."""
    return f"{code[:8]}-{code[8:]}-8000-8000-0000{ordinal:08x}"


def seat_ordinal(code: EventCode, text: str) -> int:
    """Give the ordinal of a seat of this event; refuses an id that names no seat or one of another event."""
    match = _SEAT.fullmatch(canonical(text, "seat_id"))
    if match is None or code_of(text) != code or int(match[1], 16) >= SEATS_MAX:
        raise DomainError("seat_not_found", seat_ids=[text])
    return int(match[1], 16)


def canonical(text: str, field: str) -> str:
    """Give a UUID in its canonical form, or refuse naming the field."""
    if _UUID.fullmatch(text) is None:
        raise DomainError("invalid_id", f"{field} must be a UUID.", errors=[{"field": field, "message": "not a UUID"}])
    return text.lower()


def code_of(text: str) -> EventCode:
    """Give the event code of an id in canonical form."""
    return EventCode((text[:8] + text[9:13]).lower())


def is_ours(text: str) -> bool:
    """Tell whether a session id has the form of one that we made; any other is an alias that a client chose."""
    return _OURS.fullmatch(text) is not None


def is_name(text: str) -> bool:
    """Tell whether a text can be a user id or a session id chosen by a client."""
    return _NAME.fullmatch(text) is not None and text not in {".", ".."}


def _compose(code_bits: int, body_bits: int) -> str:
    value = code_bits << 80 | 0x8 << 76 | (body_bits >> 62) << 64 | 0b10 << 62 | body_bits & ((1 << 62) - 1)
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
