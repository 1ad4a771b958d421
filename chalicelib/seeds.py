"""What is derived from the operator's key for each event: the seed of its draw, and the commitment to that.

``queue/draw.py`` states the commitment once more, on purpose: a copy of that file alone must be enough to check a draw.
"""

from __future__ import annotations

import hashlib
import hmac


def seed_of(draw_key: str, event_id: str) -> bytes:
    """Give the seed of an event's draw, 32 bytes: HMAC-SHA-256 of its id under the key."""
    return hmac.digest(draw_key.encode(), event_id.encode(), "sha256")


def commitment_of(draw_key: str, event_id: str) -> str:
    """Give what fixes the seed of an event without giving it away, 64 hex digits; without a key nothing."""
    return hashlib.sha256(seed_of(draw_key, event_id)).hexdigest() if draw_key else ""
