"""Replays a log: one entry after the other, each judged by the rule of what it says happened."""

from __future__ import annotations

import re

from chalicelib.ids import EventCode
from tests.audit import organiser, sessions, tickets
from tests.audit.dump import Dump, Entry
from tests.audit.model import Findings, Model

RULES = {
    "event.created": organiser.created,
    "event.updated": organiser.changed,
    "admission.changed": organiser.changed,
    "event.sold_out": organiser.sold_out,
    "seats.added": organiser.seats_added,
    "seats.changed": organiser.seats_changed,
    "session.joined": sessions.joined,
    "session.activated": sessions.activated,
    "session.claimed": sessions.claimed,
    "session.refreshed": sessions.refreshed,
    "session.passed_over": sessions.passed_over,
    "session.returned": sessions.returned,
    **{f"session.{how}": sessions.ended for how in ("left", "abandoned", "expired", "no_show", "completed")},
    "ticket.reserved": tickets.reserved,
    "ticket.confirmed": tickets.confirmed,
    "ticket.cancelled": tickets.cancelled,
    "ticket.expired": tickets.expired,
    "ticket.checked_in": tickets.checked_in,
}
NOBODY = frozenset({"organiser", "operator", "server"})
STEP_BACK_MS_MIN = 2_000

_NUMBER = r"\d{1,16}"
_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DATA = {
    "session.": re.compile(rf"(?:{_NUMBER})?"),
    "ticket.": re.compile(rf"{_ID},(?:{_NUMBER})?"),
    "queue.": re.compile(_ID),
    "clock.": re.compile(_NUMBER),
}


def replay(dump: Dump, findings: Findings) -> Model:
    """Give what the log makes of the event, having noted all that could not happen when it says that it did."""
    model = Model(dump, findings, claimed=frozenset(e.who for e in dump.log if e.what == "session.claimed"))
    completing, by_hand = "", False
    for number, entry in enumerate(dump.log, 1):
        before_ms, model.entry = model.entry.at_ms, entry
        what = entry.what
        model.demand(entry.number == f"{number}-0", "log", f"is not number {number}")
        model.demand((what == "event.created") == (number == 1), "log", "is not what a log begins with")
        _check_words(model, dump.code)
        if completing:
            # The same step that ends the last hold of a session with a ticket ends its turn.
            model.demand(
                (what, entry.who) == ("session.completed", completing), "I14", f"{completing} is not completed"
            )
        if by_hand and what not in {"session.activated", "session.passed_over"}:
            model.demand(what == "queue.processed", "I6", "somebody was let in before it though the queue is paused")
        if what == "clock.stepped_back":
            model.has_stepped_back = True
            is_back = int(entry.data) >= STEP_BACK_MS_MIN and entry.at_ms + int(entry.data) >= before_ms
            model.demand(is_back, "log", "the clock was not that far ahead")
        else:
            model.demand(entry.at_ms >= before_ms, "log", f"is older than the entry before it, of {before_ms}")
        _step(model, entry)
        completing = _is_complete(model, entry)
        by_hand = what == "session.activated" or (by_hand and what == "session.passed_over")
        by_hand = by_hand and model.terms.get("mode") == "paused"
    model.demand(len(dump.log) == dump.number("log_seq"), "log", f"is the last of {dump.number('log_seq')}")
    model.demand(not completing, "I14", f"{completing} is not completed")
    model.demand(not by_hand, "I6", "somebody was let in though the queue is paused")
    return model


def _step(model: Model, entry: Entry) -> None:
    rule = RULES.get(entry.what)
    if rule:
        try:
            rule(model)
        except (ValueError, IndexError):
            model.demand(False, "log", "cannot be read")
    elif entry.what not in {"queue.processed", "clock.stepped_back"}:
        changes_nothing = entry.who in NOBODY and not entry.what.startswith(("session.", "ticket."))
        model.demand(changes_nothing, "I14", "no rule knows of such a thing")
        model.others[entry.what] += 1


def _is_complete(model: Model, entry: Entry) -> str:
    session = model.sessions.get(entry.who) if entry.what.startswith("ticket.") else None
    is_over = session and session.status == "active" and session.held == 0 < session.confirmed
    return entry.who if is_over else ""


def _check_words(model: Model, code: EventCode) -> None:
    """A log names sessions and tickets of the event, never a person; what people wrote only organisers may add."""
    entry = model.entry
    grammar = next((g for begin, g in _DATA.items() if entry.what.startswith(begin)), None)
    is_session = re.fullmatch(_ID, entry.who) is not None and entry.who.replace("-", "").startswith(code)
    model.demand(is_session or entry.who in NOBODY, "I20", "the log names somebody who is no session of the event")
    if grammar:
        model.demand(grammar.fullmatch(entry.data) is not None, "I20", "the log says more than numbers and ids")
