"""The shapes of an audit: what was looked at, what differs, and which counters were mended."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from chalicelib.fields import Answer, Instant, Uuid

DIFFERENCES_MAX = 1_000

What = Literal[
    # Counters that say how much there is of something: the only ones that can be mended.
    "available_counter",
    "held_counter",
    "sold_counter",
    "blocked_counter",
    "browsing_counter",
    "seat_counter",
    "revenue_counter",
    # Totals since the event was made, from which the figures of each minute are taken.
    "admitted_total",
    "abandoned_total",
    "no_show_total",
    "reported_above_total",
    # Seats and their tickets.
    "layout_size",
    "seats_over_capacity",
    "seat_sold_twice",
    "seat_state",
    "seat_without_holder",
    "holder_without_ticket",
    "ticket_without_holder",
    "ticket_without_seat",
    # Tickets and what refers to them.
    "ticket_unreadable",
    "ticket_without_hold",
    "hold_without_ticket",
    "hold_deadline",
    "ticket_without_owner",
    "owner_without_ticket",
    "ticket_without_order",
    "order_without_ticket",
    "order_unreadable",
    "ticket_without_session",
    # Sessions and the sets in which they stand.
    "session_unreadable",
    "session_in_no_set",
    "session_in_two_sets",
    "member_without_session",
    "session_place",
    "session_deadline",
    "session_held",
    "session_confirmed",
    "session_lost",
    "away_without_deadline",
    "deadline_without_away",
    "person_twice",
    "session_without_entry",
    "entry_without_session",
    # The room.
    "field_unknown",
    "field_unreadable",
    "alarm_late",
    "admitted_before_opening",
    "queue_mode",
    "draw_digest",
    "draw_entrant",
    "draw_receipt_twice",
    "late_place",
    "figures_unreadable",
    "waits_above_admitted",
    # The log.
    "log_gap",
    "log_ahead",
    "log_unreadable",
    "log_transition",
    "ticket_log",
]
"""The words for all that can differ; docs/integrity.md says what each means."""


class Difference(Answer):
    """One thing that two places say differently.

    ``where`` is the ordinal of a seat, the id of a ticket, an order or a queue entry, the name of a field, a number in
    the draw or an id of the log. It is never a person and never a session, whose id is a secret.
    """

    what: What
    where: str
    stored: int | str | None = None
    counted: int | str | None = None
    repairable: bool = False


class LookedAt(Answer):
    """How much was counted."""

    seats: int
    tickets: int
    orders: int
    sessions: int
    log_entries: int


class Integrity(Answer):
    """What an audit found; ``differences`` has the first 1,000 of ``differences_total``."""

    event_id: Uuid
    status: Literal["ok", "differences"]
    checked_at: Instant
    log_seq: int
    looked_at: LookedAt
    differences_total: int
    differences: list[Difference]


class Mended(Answer):
    """A counter that was set to what was counted; ``from`` is null when it was not there."""

    model_config = ConfigDict(serialize_by_alias=True)

    field: str
    was: Annotated[int | str | None, Field(serialization_alias="from")]
    now: Annotated[int, Field(serialization_alias="to")]


class Repair(Answer):
    """Which counters were mended, and what an audit finds afterwards."""

    message: str
    repaired: list[Mended]
    integrity: Integrity
