"""The code of a ticket: what its QR shows, and by which a door knows that we have sold it.

``T1.<id>.<mac>``: the 16 bytes of the ticket's id and the first 16 of an HMAC-SHA256 over it, each in base64url without
padding. That is 48 characters, so that the QR stays small. The first of TICKET_KEYS makes codes, each of them checks.
It says of a ticket that it was confirmed, and neither whose it is nor what has become of it since.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

_LABEL = b"ticketing ticket code 1"
_PURPOSE = len(_LABEL).to_bytes(8, "big") + _LABEL  # so that no other use of the same key signs the same bytes
_MAC_BYTES = 16


def make(keys: Sequence[str], ticket_id: str) -> str | None:
    """Give the code of a ticket, the same each time; None without keys."""
    return _signed(keys[0], ticket_id) if keys else None


def is_of(keys: Sequence[str], ticket_id: str, code: str) -> bool:
    """Tell whether one of the keys made this code for this ticket; the time it takes says nothing of how near it is."""
    # Nothing is decoded: base64 has several texts for the same bytes, and only the one that we made is a code.
    return any(hmac.compare_digest(_signed(key, ticket_id).encode(), code.encode()) for key in keys)


def _signed(key: str, ticket_id: str) -> str:
    raw = bytes.fromhex(ticket_id.replace("-", ""))
    mac = hmac.digest(key.encode(), _PURPOSE + raw, hashlib.sha256)[:_MAC_BYTES]
    return f"T1.{_base64url(raw)}.{_base64url(mac)}"


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
