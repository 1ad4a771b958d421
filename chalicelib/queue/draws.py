"""The verbs of a draw: read it, page through those who entered it, and the place of one who joins."""

from __future__ import annotations

from typing import Any

from chalicelib import ids, seeds
from chalicelib.errors import DomainError
from chalicelib.queue.draw import commitment_of, place_of, receipt_of
from chalicelib.queue.draw_model import Draw, DrawEntries, DrawEntry, DrawQuery
from chalicelib.runtime import Runtime
from chalicelib.scripting import run


def lot(house: Runtime, event_id: str, user_id: str, nonce: str) -> tuple[str, str, int | str]:
    """Draw for somebody who joins: the commitment, the receipt and the place, which count only in the lobby of a draw.

    Without a key nobody draws, and all three are empty.
    """
    if not house.settings.draw_key:
        return "", "", ""
    seed, receipt = seeds.seed_of(house.settings.draw_key, event_id), receipt_of(user_id, nonce)
    return commitment_of(seed), receipt, place_of(seed, receipt)


def read(house: Runtime, event_id: str) -> Draw:
    """Read a draw; the seed once the sale has opened. Raises ``draw_not_found`` for a queue without one."""
    (_, sale_starts_ms, opened_ms, commitment, entrants, digest), _ = _draw(house, event_id, 0, 0)
    seed = None
    if opened_ms:
        found = seeds.seed_of(house.settings.draw_key, event_id)
        if commitment_of(found) != commitment:
            raise DomainError("draw_key_changed")
        seed = found.hex()
    return Draw(
        event_id=event_id,
        queue_mode="draw",
        commitment=commitment,
        entrants=entrants,
        digest=digest,
        seed=seed,
        opens_at=sale_starts_ms,
        opened_at=opened_ms or None,
    )


def entries(house: Runtime, event_id: str, query: DrawQuery) -> DrawEntries:
    """Read one page of those who entered, in the order of their joining."""
    head, flat = _draw(house, event_id, query.cursor, query.limit)
    found = [
        DrawEntry(number=number, receipt=receipt, place=int(place) if place else None)
        for number, (receipt, place) in enumerate(zip(flat[::2], flat[1::2], strict=True), query.cursor + 1)
    ]
    entrants, last = head[4], query.cursor + len(found)
    return DrawEntries(event_id=event_id, entries=found, next_cursor=str(last) if last < entrants else None)


def _draw(house: Runtime, event_id: str, after: int, limit: int) -> tuple[list[Any], list[Any]]:
    answer = run(house.store, house.call("draw", ids.code_of(event_id), event_id, after, limit))
    mode, sale_starts_ms = answer[0], answer[1]
    if mode == "fifo" or (not mode and sale_starts_ms is None):
        raise DomainError("draw_not_found")
    return answer[:6], answer[6:]
