"""Where every play takes place: an event with seats, and time, which stands still unless a rule moves it."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.stateful import model_organiser, wishes
from tests.stateful.conversation import Conversation


class Scene(Conversation):
    """Lets time pass, and changes the seats."""

    @rule(ms=wishes.waits_ms)
    def wait(self, ms: int) -> None:
        """Let time pass."""
        self.stage.clock.advance(ms=ms)

    @precondition(lambda self: self.deadlines())
    @rule(which=st.integers(0, 3), nudge_ms=st.sampled_from((0, 0, -1, 1)))
    def wait_for_a_deadline(self, which: int, nudge_ms: int) -> None:
        """Let time pass until the very millisecond of a deadline, the one before or the one after."""
        due = self.deadlines()
        self.stage.clock.freeze((due[min(which, len(due) - 1)] + nudge_ms) * 1000)

    @precondition(lambda self: self.event.terms["is_seated_event"] or self.now_and_then)
    @rule(seats=wishes.seat_wishes)
    def add_seats(self, seats: list[model_organiser.SeatWish]) -> None:
        """Add seats, some of which may be there."""
        names = ("section", "row", "number", "price")
        body = [{k: v for k, v in zip(names, (*label, price), strict=True) if v is not None} for label, price in seats]
        answer = self.api.post(f"/events/{self.event.id}/seats", {"seats": body})
        added = self.agree(answer, lambda: model_organiser.add_seats(self.event, seats), self.event)
        if added:
            assert (answer.json["count"], answer.json["skipped"]) == added

    @precondition(lambda self: self.event.terms["is_seated_event"] or self.now_and_then)
    @rule(seats=wishes.some_seats, blocked=st.sampled_from((None, True, False)), price=wishes.prices)
    def change_seats(self, seats: list[int], blocked: bool | None, price: int | None) -> None:
        """Block, unblock or price seats."""
        if blocked is None and price is None:
            return
        body = {"seat_ids": [self.seat_id(n, self.event) for n in seats], "blocked": blocked, "price": price}
        answer = self.api.patch(f"/events/{self.event.id}/seats", body)
        changed = self.agree(
            answer, lambda: model_organiser.change_seats(self.event, seats, blocked=blocked, price=price), self.event
        )
        if changed is not None:
            assert answer.json["count"] == changed
