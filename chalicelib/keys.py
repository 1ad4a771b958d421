"""The Redis schema: every key of the service, its type and what stands in it.

The keys of an event carry its code as the hash tag, so they live in one slot, and every script gets all of them in
this order. Scripts may write any. None has a TTL: deadlines are sorted sets, and a managed Redis evicts what has one.

===================  ======  =========================================================================================
``events:{E}``       hash    the event: its fields, settings and counters (``EVENT_FIELDS``)
``seats:{E}``        hash    ordinal -> section, row, number, price with the character 31 between them
``labels:{E}``       hash    section, row, number with the character 31 between them -> ordinal
``seatmap:{E}``      string  one byte a seat: ``a`` available, ``h`` held, ``s`` sold, ``b`` blocked
``holders:{E}``      hash    ordinal -> ticket id, for ``h`` and ``s``
``queue:{E}``        zset    waiting session ids by place
``away:{E}``         zset    session ids that were passed over, by the same place
``passed:{E}``       zset    the same ids by the instant at which they lose it, ms
``entries:{E}``      hash    user id -> session id: one place a person
``sessions:{E}``     hash    session id -> record (``SESSION_FIELDS``, comma between them)
``active:{E}``       zset    active session ids by deadline, ms
``tickets:{E}``      hash    ticket id -> JSON object
``orders:{E}``       hash    order id -> fingerprint, created ms, user id, session id, ticket ids (comma between)
``owners:{E}``       hash    user id -> live ticket ids; ``user id,past`` -> ended ones, the last hundred (comma too)
``holds:{E}``        zset    reserved ticket ids by deadline, ms
``log:{E}``          stream  every effect: ``at`` ms, ``what``, ``who`` (a session, never a person), ``data``; id N-0
``draw:{E}``         list    receipt, place of everyone who joined the lobby of a draw, in that order (comma between)
``stats:{E}``        hash    ``minute<n>`` -> a minute of the room (``MINUTE_FIELDS``, n modulo 60); ``sale<n>`` -> the
                             same of the sale (``SALE_FIELDS``); ``wait<b>`` -> how many let in within the present
                             minute waited so long (bucket b)
===================  ======  =========================================================================================

Who is let in at once has no ``session.joined`` in the log: ``session.activated`` says it all, with the same place. What
an organiser sets is in the log with its value where that is a number or a word of ours (``max_active_sessions=20``),
and only by its name where people wrote it; ``seats.changed`` has how many seats, block or unblock, the price, the
ordinals of those blocked or unblocked (a blank between), the reason. So the log is enough to replay an event.

Beside them, each in its own slot; H is a digest of a person's id:

=========================  ======  ===================================================================================
``index:events``           zset    event ids by end, ms; written before the event, so it may only name too many
``index:user:<user_id>``   set     event codes in which a person buys; written before the purchase, may name too many
``session:<alias>``        string  user id, comma, session id: a session id that a client chose itself
``lock:drain``             string  the lease of the drain; TTL; it saves work and guards nothing
``lock:publish``           string  the same of the publisher
``index:organiser:{<H>}``  set     ids of the events of an organiser; written before the event, may name too many
``rate:{E}:<H>``           string  when a person's budget of requests in this event is full again, us; TTL; it lives in
                                   the slot of the event and is the last key of a command
``rate:{<H>}``             string  the same for requests that concern no event
=========================  ======  ===================================================================================
"""

from __future__ import annotations

import hashlib

from chalicelib.ids import EventCode

EVENT_KEYS = (
    "events",
    "seats",
    "labels",
    "seatmap",
    "holders",
    "queue",
    "away",
    "passed",
    "entries",
    "sessions",
    "active",
    "tickets",
    "orders",
    "owners",
    "holds",
    "log",
    "draw",
    "stats",
)

EVENT_FIELDS = frozenset(
    {
        *("id", "schema", "made_by", "name", "description", "venue", "organiser_id", "status"),
        *("seated", "currency", "price"),
        *("start_ms", "end_ms", "sale_starts_ms", "sale_ends_ms", "created_ms", "updated_ms", "message"),
        *("total_tickets", "seat_count", "available", "held", "sold", "blocked", "layout_version", "states_version"),
        *("max_active_sessions", "admissions_per_minute", "tickets_per_visitor", "max_tickets_per_user", "mode"),
        *("session_ms", "hold_ms", "away_ms", "abandon_ms", "claim_ms"),
        *("queue_mode", "commitment", "draw_digest", "opened_ms", "next_seq", "browsing", "processed", "log_seq"),
        *("admitted_total", "admitted_reported", "abandoned", "abandoned_reported", "no_shows", "no_shows_reported"),
        *("minute", "minute_ms", "minute_total", "minute_abandoned", "minute_no_shows", "minute_passed"),
        *("pace_ms", "pace_total", "pace_passed", "passed_over", "drain_lag_ms"),
        *("revenue", "revenue_seq"),
        *("next_due_ms", "last_ms", "next_admission_us", "served", "served_until_ms"),
        *("published_seq", "told_seq", "status_before", "archived_ms"),
    }
)
"""Fields of ``events:{E}``. ``schema`` says what all of this means: 1, also where it is not set; a build refuses
an event of any other, ``schema_unknown``, and ``id`` and ``schema`` are what every schema has (docs/operations.md).
``browsing`` counts active sessions without a hold; ``made_by`` is fingerprint:nonce.
``opened_ms`` is when the sale began, for good; 0 before. ``mode`` is the operator's. What begins with ``minute`` is of
the present minute and its first instant, ``pace`` of the one before: how far the line moved since then, by admissions
and by those passed over, is the measured pace. ``served`` is what everybody is told of the room until
``served_until_ms``. ``status`` is draft, active, inactive or cancelled; or archiving, since ``archived_ms``: then
nothing of the event changes any more, and ``status_before`` says which of the four it was. Up to ``published_seq`` the
log is published, ``told_seq`` is the last entry of it that was told; before the first both are missing. ``revenue`` is
what all confirmed tickets cost by the log up to ``revenue_seq``, which is its end unless a release that knows of
neither has written since (docs/decisions/0020)."""

SESSION_FIELDS = (
    *("seen_ms", "poll_due_ms", "quiet_until_ms", "polls", "status", "place"),
    *("entered_ms", "activated_ms", "deadline_ms", "held", "confirmed", "lost", "entrant", "alias", "user_id"),
)
"""The record of a session: status is the first letter of waiting, active, completed, expired, left or b (abandoned).
``poll_due_ms`` is when its owner was asked to come again, ``polls`` how often they came before ``quiet_until_ms``: 0
after an admission of which they do not know yet. ``entrant`` is the number in the draw, from 1; 0 is none."""

MINUTE_FIELDS = (
    *("minute", "waiting", "active", "away", "admitted", "abandoned", "no_shows"),
    *("wait_p50_ms", "wait_p95_ms", "drain_lag_ms"),
)
"""The figures of a minute, comma between: the number of the minute since 1970, those of its last command, those let
in, abandoned and not shown up within it, waits of those let in or nothing, how late the latest sweep was."""

SALE_FIELDS = ("minute", "available", "held", "sold", "revenue")
"""The sale at the last command of a minute, comma between: the number of the minute since 1970, tickets that could be
had, were held and sold, and what the sold ones cost together in minor units, or nothing where that was not known."""

INDEX_EVENTS = "index:events"
DRAIN_LEASE = "lock:drain"
PUBLISH_LEASE = "lock:publish"
UNIT_SEPARATOR = "\x1f"

SEAT_FIELDS = ("section", "row", "number", "price")
"""The record of a seat, ``UNIT_SEPARATOR`` between."""

ORDER_FIELDS = ("fingerprint", "created_ms", "user_id", "session_id", "ticket_ids")
"""The record of an order, comma between; also between the ticket ids, which come last."""


def event_keys(code: EventCode) -> list[str]:
    """Give every key of an event, in the order in which scripts take them."""
    return [f"{name}:{{{code}}}" for name in EVENT_KEYS]


def event_key(name: str, code: EventCode) -> str:
    """Give one key of an event by its first word."""
    return f"{name}:{{{code}}}"


def user_index(user_id: str) -> str:
    """Give the key of the set of event codes in which a person buys."""
    return f"index:user:{user_id}"


def organiser_index(user_id: str) -> str:
    """Give the key of the set of events that an organiser made; it shares a slot with ``budget``."""
    return f"index:organiser:{{{_digest(user_id)}}}"


def budget(user_id: str) -> str:
    """Give the key of what a person may still ask, for requests that concern no event."""
    return f"rate:{{{_digest(user_id)}}}"


def event_budget(code: EventCode, user_id: str) -> str:
    """Give the key of what a person may still ask in this event."""
    return f"rate:{{{code}}}:{_digest(user_id)}"


def alias(session_alias: str) -> str:
    """Give the key that resolves a session id which a client chose."""
    return f"session:{session_alias}"


def _digest(user_id: str) -> str:
    return hashlib.sha256(user_id.encode()).hexdigest()[:32]
