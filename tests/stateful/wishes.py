"""What people may ask of the house: the strategies that the rules of the machine draw from.

Everything is small, so that it meets: five people, six seats, a few seconds. Instants are offsets from now in ms.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

USERS = ("ada", "bob", "cid", "dan", "eve")
SEATS = 6
SECOND_MS, DAY_MS = 1_000, 86_400_000

users = st.sampled_from(USERS)
aliases = st.sampled_from((None, None, None, "session-1", "session-2"))
keys = st.sampled_from((None, None, "key-1", "key-2"))
seats = st.integers(0, SEATS - 1)
some_seats = st.lists(seats, min_size=1, max_size=3, unique=True)
rarely = st.integers(0, 9).map(lambda n: n == 9)
waits_ms = st.sampled_from((1, 999, 1_000, 2_500, 7_000)) | st.integers(1, 8_000)
steps_back_ms = st.sampled_from((1, 1_000, 1_999, 2_000, 2_001, 6_000))
prices = st.sampled_from((None, 100, 200))
seat_wishes = st.lists(
    st.tuples(seats.map(lambda n: ("A", "1", str(n))), prices), min_size=1, max_size=4, unique_by=lambda wish: wish[0]
)

_rates = st.sampled_from((None, None, None, 7, 60, 90, 600))
_seconds = st.sampled_from((5, 8, 20))
_totals = st.sampled_from((1, 3, 4, SEATS, SEATS, SEATS))
_ends = st.sampled_from((*[DAY_MS] * 15, 40 * SECOND_MS))
_sale_starts = st.sampled_from((*[None] * 6, 6 * SECOND_MS, SECOND_MS))
_queue_modes = st.sampled_from((*[None] * 4, "draw", "fifo"))
_sale_ends = st.sampled_from((*[None] * 15, 30 * SECOND_MS))

terms = st.fixed_dictionaries(
    {
        "name": st.just("Concert"),
        "start_time": st.just(-DAY_MS),
        "end_time": _ends,
        "total_tickets": _totals,
        "is_seated_event": st.booleans(),
        "status": st.sampled_from((*["active"] * 19, "draft")),
        "price": st.just(5_000),
        "currency": st.just("USD"),
        "sale_starts_at": _sale_starts,
        "sale_ends_at": _sale_ends,
        "max_active_sessions": st.sampled_from((1, 2, 3, 4, 4, 4)),
        "admissions_per_minute": _rates,
        "tickets_per_visitor": st.sampled_from((1, 1, 1, 2, 3)),
        "session_seconds": _seconds,
        "hold_seconds": _seconds,
        "max_tickets_per_user": st.integers(1, 4),
        "queue_mode": _queue_modes,
        "away_seconds": st.sampled_from((5, 8, 60)),
        "abandon_seconds": _seconds,
        "claim_seconds": _seconds,
    }
)

admission_changes = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(("open", "open", "paused", "passthrough", "closed")),
        "message": st.sampled_from((None, "Back at nine")),
        "max_active_sessions": st.integers(1, 4),
        "admissions_per_minute": _rates,
        "tickets_per_visitor": st.integers(1, 3),
    },
)

_CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(("Concert", "Opera")),
    "start_time": st.sampled_from((-DAY_MS, 50 * SECOND_MS)),
    "end_time": st.sampled_from((*[DAY_MS] * 4, 10 * SECOND_MS, 0, -2 * DAY_MS)),
    "total_tickets": _totals,
    "is_seated_event": st.booleans(),
    "status": st.sampled_from((*["active"] * 3, "inactive", "draft", "sold_out")),
    "price": st.sampled_from((5_000, 7_000)),
    "currency": st.sampled_from(("USD", "EUR")),
    "sale_starts_at": st.sampled_from((None, None, 6 * SECOND_MS, -SECOND_MS)),
    "sale_ends_at": st.sampled_from((None, None, None, 0, 30 * SECOND_MS, 2 * DAY_MS)),
    "max_active_sessions": st.integers(1, 4),
    "admissions_per_minute": _rates,
    "tickets_per_visitor": st.integers(1, 3),
    "session_seconds": _seconds,
    "hold_seconds": _seconds,
    "max_tickets_per_user": st.integers(1, 4),
    "queue_mode": _queue_modes,
    "away_seconds": st.sampled_from((5, 8, 60)),
    "abandon_seconds": _seconds,
    "claim_seconds": _seconds,
}
changes = st.lists(
    st.sampled_from(sorted(_CHANGES)).flatmap(lambda name: st.tuples(st.just(name), _CHANGES[name])),
    min_size=1,
    max_size=3,
).map(dict)
