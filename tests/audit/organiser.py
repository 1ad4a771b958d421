"""What organisers and operators do to an event and its seats."""

from __future__ import annotations

from tests.audit.model import Model
from tests.audit.tickets import SEATS
from tests.stateful.model_organiser import MAY_BECOME


def created(model: Model) -> None:
    """The event begins, with these terms."""
    model.terms = {"mode": "open"} | _terms(model.entry.data)
    model.demand("total_tickets" in model.terms, "log", "the event begins without its terms")
    if not model.is_seated:
        model.count["available"] = model.term("total_tickets")


def changed(model: Model) -> None:
    """Some terms change; what is said of texts is only that they were changed."""
    before, said = model.terms, _terms(model.entry.data)
    model.terms = before | said
    model.demand(before.get("status") != "cancelled", "I14", "a cancelled event is changed")
    if "status" in said:
        status = before.get("status", "")
        model.demand(said["status"] in MAY_BECOME.get(status, ()), "I14", f"the event was {status}")
    if not model.is_seated:
        model.count["available"] = model.term("total_tickets") - model.count["held"] - model.count["sold"]
        model.demand(model.count["available"] >= 0, "I3", "less than is held and sold")
    else:
        model.count["available"] = model.seats.count("a")
        model.demand(len(model.seats) <= model.term("total_tickets"), "I3", "less than there are seats")


def seats_added(model: Model) -> None:
    """Seats are there from now on, behind all others."""
    count = int(model.entry.data)
    model.seats += "a" * count
    model.count["available"] += count
    model.demand(model.is_seated, "I2", "seats in a standing event")
    model.demand(len(model.seats) <= model.term("total_tickets"), "I3", "more seats than tickets")


def seats_changed(model: Model) -> None:
    """Free seats are blocked, blocked ones are free again, or have another price."""
    changed_count, action, _, moved, *_ = model.entry.data.split(",")
    ordinals = [int(word) for word in moved.split()]
    model.demand(len(ordinals) <= int(changed_count), "I2", "more seats are otherwise than were changed")
    was, becomes = ("a", "b") if action == "block" else ("b", "a")
    for seat in ordinals:
        state = model.seats[seat] if seat < len(model.seats) else ""
        model.demand(state == was, "I1", f"seat {seat} becomes {SEATS[becomes]}, and it was {SEATS.get(state, 'gone')}")
        if state == was:
            model.seats[seat] = becomes
            model.count[SEATS[was]] -= 1
            model.count[SEATS[becomes]] += 1


def sold_out(model: Model) -> None:
    """Nothing is available or held any more."""
    left = model.count["available"] + model.count["held"]
    model.demand(left == 0, "I2", f"sold out, and {left} are available or held")


def _terms(data: str) -> dict[str, str]:
    """Read what was set; a text that people wrote stands behind a blank."""
    words = (word.partition("=") for word in data.partition(" ")[0].split(","))
    return {name: value for name, is_said, value in words if is_said}
