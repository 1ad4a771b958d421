"""What may happen to a place and to a turn: I6, I7, I11, and the arcs of a session (I14)."""

from __future__ import annotations

from tests.audit.model import NEVER_MS, Model, Session
from tests.stateful.model_queue import FIRST_LATE, FULL_TIMES_MAX


def joined(model: Model) -> None:
    """Somebody gets a place in the queue."""
    entry = model.entry
    session = _new_place(model, in_lobby=entry.data == "")
    model.demand(
        model.is_on_sale or _in_lobby(model), "I14", "joins an event that is neither on sale nor has its lobby open"
    )
    model.wait(session)


def activated(model: Model) -> None:
    """Somebody is let in: the first of those who wait and are there, or at once where nobody waits."""
    entry, session = model.entry, model.sessions.get(model.entry.who)
    first = model.first()
    model.demand(model.is_on_sale, "I14", "comes in while nothing is on sale")
    model.demand(model.terms.get("mode") == "passthrough" or model.has_place(), "I6", "one too many inside")
    model.demand(model.has_stock(), "I6", "comes in for stock that others inside have spoken for")
    if session is None:
        session = _new_place(model, in_lobby=False)
        model.demand(first is None, "I7", f"comes in at once, and {first and first.id} waits")
        session.deadline_ms = entry.at_ms + model.term("session_ms")
    else:
        model.demand(session.status == "waiting" and session.lost_at_ms is None, "I14", _was(session))
        model.demand(session is first, "I7", f"comes in, and {first and first.id} stands before it")
        model.demand(entry.data == str(session.place), "I7", f"comes in with place {entry.data}, not {session.place}")
        session.is_here = False
        session.deadline_ms = _unclaimed_deadline_ms(model, session)
    _leave_line(model, session)
    session.status, session.activated_ms = "active", entry.at_ms
    model.active[session.id] = session
    model.count["browsing"] += 1
    model.count["admitted_total"] += 1


def claimed(model: Model) -> None:
    """Who was let in between two polls shows up, and has the full time from now on."""
    session = _turn(model)
    if session:
        model.demand(not session.is_here, "I14", "shows up a second time")
        deadline_ms = model.entry.at_ms + model.term("session_ms")
        model.demand(model.entry.data == str(deadline_ms), "I13", f"a turn until {model.entry.data}, not {deadline_ms}")
        session.is_here, session.deadline_ms = True, deadline_ms


def refreshed(model: Model) -> None:
    """A turn is made longer, up to four times in all."""
    session = _turn(model)
    if session:
        full_ms = model.term("session_ms")
        until_ms = min(model.entry.at_ms + full_ms, session.activated_ms + FULL_TIMES_MAX * full_ms)
        model.demand(model.entry.data == str(until_ms), "I13", f"a turn until {model.entry.data}, not {until_ms}")
        model.demand(until_ms > session.deadline_ms, "I13", "a turn is made shorter")
        model.demand(session.is_here, "I14", "more time for somebody who has not shown up")
        session.deadline_ms = until_ms


def passed_over(model: Model) -> None:
    """The first of the line is not there: whoever is next comes in."""
    session, first = _known(model, "waiting"), model.first()
    if session:
        model.demand(session is first, "I7", f"passed over, and {first and first.id} stands before it")
        model.demand(model.step_out(session), "I14", "passed over while away")
        session.lost_at_ms = model.entry.at_ms + model.term("abandon_ms")
        model.count["passed_over"] += 1


def returned(model: Model) -> None:
    """Who was passed over is there again, at the same place."""
    session = _known(model, "waiting")
    if session:
        model.demand(session.lost_at_ms is not None, "I14", "comes back, and was not away")
        model.demand(model.entry.at_ms < (session.lost_at_ms or NEVER_MS), "I14", "comes back to a place that was lost")
        session.lost_at_ms = None
        model.wait(session)


def ended(model: Model) -> None:
    """A place is given up or lost, or a turn is over."""
    entry, how = model.entry, model.entry.what.removeprefix("session.")
    session = _known(model, *_FROM[how])
    if not session:
        return
    is_due = session.deadline_ms <= entry.at_ms
    if how in {"expired", "no_show"}:
        model.demand(is_due or model.is_cancelled, "I14", f"a turn ends before its deadline {session.deadline_ms}")
        was_told = session.is_here or model.is_cancelled
        model.demand(
            was_told == (how == "expired"), "I14", f"is {how}, and has {'' if session.is_here else 'not '}come"
        )
    elif how == "completed":
        model.demand(session.held == 0 < session.confirmed, "I14", "completes without a ticket, or with a hold")
    elif how == "abandoned":
        lost_at_ms = session.lost_at_ms or NEVER_MS
        model.demand(lost_at_ms <= entry.at_ms, "I14", "loses a place that it may come back to")
    else:
        model.demand(not (session.status == "active" and is_due), "I14", "leaves a turn that was over")
    model.demand(entry.data == str(session.place), "I7", f"ends with place {entry.data}, not {session.place}")
    if model.active.pop(session.id, None) and session.held == 0 and how != "completed":
        model.count["browsing"] -= 1
    _leave_line(model, session)
    if model.living.get(session.user) is session:
        del model.living[session.user]
    session.status = "expired" if how == "no_show" else how
    model.count["no_shows"] += how == "no_show"
    model.count["abandoned"] += how == "abandoned"


_FROM = {
    "completed": ("active",),
    "expired": ("active",),
    "no_show": ("active",),
    "left": ("waiting", "active"),
    "abandoned": ("waiting",),
}


def _new_place(model: Model, *, in_lobby: bool) -> Session:
    """Give the next place to a session that is new; in the lobby of a draw it is what was drawn, and stays secret."""
    entry, record = model.entry, model.dump.sessions.get(model.entry.who, {})
    model.demand(entry.who not in model.sessions, "I14", "joins a second time")
    model.demand(model.terms.get("mode") != "closed", "I14", "joins a queue that is closed")
    model.count["next_seq"] += 1
    if in_lobby:
        model.demand(model.is_draw and _in_lobby(model), "I7", "draws a place, and this is not the lobby of a draw")
        place = int(record.get("place", 0))
    else:
        place = int(entry.data)
        next_place = model.count["next_seq"] + (FIRST_LATE if model.is_draw else 0)
        model.demand(place == next_place, "I7", f"is given place {place}, and {next_place} is next")
    session = Session(entry.who, model.dump.user_of(entry.who), place)
    other = model.living.get(session.user)
    model.demand(other is None, "I11", f"its owner has a place already, {other and other.id}")
    model.sessions[session.id] = model.living[session.user] = session
    return session


def _in_lobby(model: Model) -> bool:
    # The opening itself is in no log: what is of its very millisecond may have been before or after it.
    is_first_ms = model.entry.at_ms == model.dump.number("opened_ms")
    may_be_early = is_first_ms or not model.is_open or model.has_stepped_back
    is_early = may_be_early and model.entry.at_ms < model.term("end_ms")
    return is_early and model.terms.get("status") == "active"


def _unclaimed_deadline_ms(model: Model, session: Session) -> int:
    """Tell how long a turn lasts whose owner does not know of it.

    That depends on when they were to ask again, which is in no log; but whoever did show up was in time, and of whoever
    did not the record keeps it.
    """
    if session.id in model.claimed:
        return NEVER_MS
    deadline_ms = int(model.dump.sessions.get(session.id, {}).get("deadline_ms", NEVER_MS))
    least_ms = model.entry.at_ms + model.term("claim_ms")
    model.demand(deadline_ms >= least_ms, "I13", f"has until {deadline_ms} to show up, not until {least_ms} at least")
    return deadline_ms


def _turn(model: Model) -> Session | None:
    session = _known(model, "active")
    if session and session.deadline_ms != NEVER_MS:
        model.demand(model.entry.at_ms < session.deadline_ms, "I13", f"its turn was over at {session.deadline_ms}")
    return session


def _known(model: Model, *statuses: str) -> Session | None:
    session = model.sessions.get(model.entry.who)
    model.demand(session is not None, "I14", "happens to a session that nothing was said of")
    if session:
        model.demand(session.status in statuses, "I14", _was(session))
    return session


def _was(session: Session) -> str:
    return f"it was {session.status}{', and away' if session.lost_at_ms else ''}"


def _leave_line(model: Model, session: Session) -> None:
    model.step_out(session)
    session.lost_at_ms = None
