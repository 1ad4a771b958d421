"""The play: what people and time do to a house, in any order, each step asked of the service and of the model.

After every step the event in Redis is held against the model and the invariants.
"""

from __future__ import annotations

from hypothesis.stateful import invariant, rule

from tests.stateful import shown, wishes
from tests.stateful.organiser import OrganiserRules


class HouseMachine(OrganiserRules):
    """Every command of the service is a rule."""

    @invariant()
    def redis_is_as_the_model_says(self) -> None:
        """Look at the event after every step that was a request."""
        if self.asked and not self.event.gone:
            self.watch.look(self.event)
        self.asked = False

    @rule(user=wishes.users)
    def read_the_event(self, user: str) -> None:
        """Read the event, its queue's length, its seats, and what a person has or had of it."""
        path = f"/events/{self.event.id}"
        self.read(path, self.event, shown.event)
        self.read(f"/queue/length/{self.event.id}", self.event, shown.length)
        self.read(f"/queue/serving/{self.event.id}", self.event, shown.serving)
        self.read(f"{path}/stats", self.event, shown.figures)
        self.read(f"{path}/seats/available", self.event, shown.available)
        self.read(f"{path}/seatmap/states", self.event, shown.seat_states)
        self.read(f"/tickets/user/{user}", self.event, lambda event: shown.tickets_of(event, user))
