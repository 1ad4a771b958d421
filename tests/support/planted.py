"""One fault of every kind: what the auditor must name when it is planted, and nothing else.

Each spoils one thing of a ``Sale`` or a ``Draw`` and gives the place that must be named; all else stays as it should be
with that fault.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from chalicelib.auditor.model import What
from chalicelib.ids import entry_id
from tests.support.sale import UNKNOWN
from tests.support.spoilable import Draw, Sale

WORDS: tuple[What, ...] = get_args(What)
COUNTERS = tuple(word for word in WORDS if word.endswith("_counter"))
_FAR_MS = 10**13

Plant = Callable[[Sale], object]
"""Does the harm; gives the place, or nothing where the table says it."""


def _at(place: Callable[[Sale], str], *plants: Plant) -> Callable[[Sale], str]:
    def planted(sale: Sale) -> str:
        where = place(sale)
        for plant in plants:
            plant(sale)
        return where

    return planted


def _last_log(sale: Sale) -> str:
    return str(sale.do("XREVRANGE", "log", "+", "-", "COUNT", 1)[0][0])


IN_SALE: dict[What, Callable[[Sale], str]] = {
    "available_counter": lambda s: s.count("available", 3),
    "held_counter": lambda s: s.count("held"),
    "sold_counter": lambda s: s.count("sold", -1),
    "blocked_counter": lambda s: s.count("blocked"),
    "browsing_counter": lambda s: s.count("browsing", -1),
    "seat_counter": lambda s: s.count("seat_count", -1),
    "revenue_counter": lambda s: s.count("revenue", 7),
    "admitted_total": lambda s: s.count("admitted_total"),
    "abandoned_total": lambda s: s.count("abandoned"),
    "no_show_total": lambda s: s.count("no_shows"),
    "reported_above_total": lambda s: s.field("admitted_reported", 99),
    "layout_size": _at(lambda _: "labels", lambda s: s.do("HDEL", "labels", s.do("HKEYS", "labels")[0])),
    "seats_over_capacity": lambda s: s.field("total_tickets", 11),
    "seat_sold_twice": lambda s: s.sell_again(),
    "seat_state": _at(lambda _: "0", lambda s: s.do("SETRANGE", "seatmap", 0, "a")),
    "seat_without_holder": _at(lambda _: "7", lambda s: s.do("SETRANGE", "seatmap", 7, "h")),
    "holder_without_ticket": _at(lambda _: "7", lambda s: s.do("HSET", "holders", 7, s.cancelled)),
    "ticket_without_holder": _at(lambda s: s.held, lambda s: s.do("HDEL", "holders", 0)),
    "ticket_without_seat": lambda s: s.lose_its_seat(),
    "ticket_unreadable": _at(lambda s: s.cancelled, lambda s: s.do("HSET", "tickets", s.cancelled, "{")),
    "ticket_without_hold": _at(lambda s: s.held, lambda s: s.do("ZREM", "holds", s.held)),
    "hold_without_ticket": _at(lambda s: s.sold, lambda s: s.do("ZADD", "holds", _FAR_MS, s.sold)),
    "hold_deadline": _at(lambda s: s.held, lambda s: s.do("ZADD", "holds", _FAR_MS, s.held)),
    "ticket_without_owner": _at(lambda s: s.held, lambda s: s.do("HSET", "owners", s.ada.user, "")),
    "owner_without_ticket": _at(lambda s: s.cancelled, lambda s: s.do("HSET", "owners", s.dora.user, s.cancelled)),
    "ticket_without_order": _at(lambda s: s.sold, lambda s: s.order(s.sold, ",1,somebody,,")),
    "order_without_ticket": lambda s: s.order(s.sold, f"{{}},{UNKNOWN}"),
    "order_unreadable": lambda s: s.order(s.cancelled, "rubbish"),
    "ticket_without_session": lambda s: s.ticket(s.cancelled, session=UNKNOWN),
    "session_unreadable": _at(
        lambda s: entry_id(s.ivan.session), lambda s: s.do("HSET", "sessions", s.ivan.session, "rubbish")
    ),
    "session_in_no_set": _at(lambda s: entry_id(s.hugo.session), lambda s: s.do("ZREM", "queue", s.hugo.session)),
    "session_in_two_sets": lambda s: s.move("queue", s.fred.session, s.score("away", s.fred.session)),
    "member_without_session": lambda s: s.move("active", s.bob.session, _FAR_MS),
    "session_place": lambda s: s.move("queue", s.hugo.session, 999),
    "session_deadline": lambda s: s.move("active", s.dora.session, _FAR_MS),
    "session_held": lambda s: s.record(s.dora.session, held=1),
    "session_confirmed": lambda s: s.record(s.bob.session, confirmed=2),
    "session_lost": lambda s: s.record(s.dora.session, lost=0),
    "away_without_deadline": _at(lambda s: entry_id(s.fred.session), lambda s: s.do("ZREM", "passed", s.fred.session)),
    "deadline_without_away": lambda s: s.move("passed", s.hugo.session, _FAR_MS),
    "person_twice": lambda s: s.stand_in_for_hugo(),
    "session_without_entry": _at(lambda s: entry_id(s.hugo.session), lambda s: s.do("HDEL", "entries", s.hugo.user)),
    "entry_without_session": lambda s: s.enter_nobody(),
    "field_unknown": lambda s: s.field("colour", "red"),
    "field_unreadable": lambda s: s.field("minute_total", "few"),
    "alarm_late": lambda s: s.field("next_due_ms", 0),
    "admitted_before_opening": lambda s: s.close_again(),
    "queue_mode": lambda s: s.field("queue_mode", ""),
    "figures_unreadable": _at(lambda _: "hour1", lambda s: s.do("HSET", "stats", "hour1", 1)),
    "waits_above_admitted": _at(lambda _: "stats", lambda s: s.do("HSET", "stats", "wait9", 1000)),
    "log_gap": _at(lambda _: "3-0", lambda s: s.do("XDEL", "log", "3-0", "4-0")),
    "log_ahead": lambda s: s.count("log_seq", -1),
    "log_unreadable": lambda s: s.log(rubbish="1"),
    "log_transition": lambda s: s.log(at="1", what="ticket.cancelled", who="", data=f"{s.cancelled},2"),
    "ticket_log": _at(lambda _: UNKNOWN, lambda s: s.log(at="1", what="ticket.reserved", who="", data=f"{UNKNOWN},9")),
}

IN_DRAW: dict[What, Callable[[Draw], str]] = {
    "draw_digest": lambda d: d.field("draw_digest", "0" * 40),
    "draw_entrant": lambda d: d.redraw(),
    "draw_receipt_twice": lambda d: d.draw_twice(),
    "late_place": lambda d: d.join_the_drawn(),
}
