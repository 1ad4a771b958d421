"""What organisers and operators do to a house, and what befalls its server."""

from __future__ import annotations

import time
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chalicelib.queue.drain import drain
from chalicelib.runtime import runtime
from chalicelib.tickets import ticket_code
from tests.stateful import model_organiser, model_queue, model_tickets, shown, wishes
from tests.stateful.visitors import VisitorRules, latest
from tests.support.people import TICKET_KEY

_ONE_TICK_MS = 1_000
_LATE = 50  # answers: before that there is too much to play for


class OrganiserRules(VisitorRules):
    """The drain, the clock set back, the door, and all that an organiser does to an event beside its seats."""

    @rule(ms=wishes.steps_back_ms, really=wishes.rarely)
    def set_the_clock_back(self, ms: int, really: bool) -> None:
        """Set the server's clock back, as a failover may."""
        if really:
            self.stage.clock.advance(ms=-ms)

    @rule()
    def drain(self) -> None:
        """Run the drain once."""
        report = drain(runtime(), lambda: _ONE_TICK_MS, time, lambda *_, **__: None)
        assert not report.failing
        self.event.begin(self.stage.clock.now_us())
        self.asked = True

    @rule(another=wishes.rarely)
    def create_again(self, another: bool) -> None:
        """Repeat the creation of the event with its key, or use the key for another one."""
        if self.event.gone:
            return
        body = shown.terms(self.first_terms) | ({"name": "Another"} if another else {})
        answer = self.api.post("/events", body, Idempotency_Key=f"event-{self.created}")
        if another:
            self.refused(answer, "idempotency_key_reused")
            return
        self.agree(answer, lambda: True, self.event)
        assert (answer.status, answer.headers["Idempotent-Replayed"]) == (200, "true")
        self.same(answer.json["event"], shown.event(self.event))

    @rule(changes=wishes.changes)
    def update(self, changes: dict[str, Any]) -> None:
        """Change some fields of the event."""
        changes = self.absolute(changes)
        answer = self.api.put(f"/events/{self.event.id}", shown.terms(changes))
        if self.agree(answer, lambda: model_organiser.update(self.event, changes), self.event):
            self.same(answer.json, shown.event(self.event))

    @rule(changes=wishes.admission_changes)
    def change_admission(self, changes: dict[str, Any]) -> None:
        """Change how people are admitted."""
        answer = self.api.post(f"/events/{self.event.id}/admission", changes)
        if self.agree(answer, lambda: model_organiser.change_admission(self.event, changes), self.event):
            self.same(answer.json, shown.event(self.event))

    @rule()
    def send_back(self) -> None:
        """Send the event back as it was answered: that changes nothing."""
        was = self.api.get(f"/events/{self.event.id}").json
        answer = self.api.put(f"/events/{self.event.id}", was)
        if self.agree(answer, lambda: self.event, self.event):
            self.same(answer.json, was)

    @precondition(lambda self: self.asked_for >= _LATE)
    @rule()
    def cancel_event(self) -> None:
        """Cancel the event: every hold and every session ends."""
        self.update({"status": "cancelled"})

    @precondition(lambda self: self.asked_for >= _LATE)
    @rule(terms=wishes.terms)
    def delete(self, terms: dict[str, Any]) -> None:
        """Delete the event, if nobody has a ticket, and make another; what belonged to it is gone from now on."""
        old = self.event
        if self.agree(self.api.delete(f"/events/{old.id}"), lambda: model_organiser.delete(old), old):
            assert not list(self.stage.store.client.scan_iter(f"*{self.watch.code}*"))
            assert self.api.get(f"/events/{old.id}").code == "event_not_found"
            self.open(terms, wishes.SEATS, 2)

    @precondition(lambda self: self.event.tickets)
    @rule(which=latest, key=wishes.keys)
    def check_in(self, which: int, key: str | None) -> None:
        """Let somebody in at the door, with a ticket that is sold or is not."""
        tickets = self.event.tickets
        it = tickets[-1 - which % len(tickets)]
        body = {"barcode": ticket_code.make((TICKET_KEY,), it.id)}
        headers = {"Idempotency_Key": key} if key else {}
        answer = self.api.post(f"/tickets/{it.id}/check-in", body, **headers)
        self.same_ticket(answer, it, lambda: model_tickets.check_in(it, key))

    @precondition(lambda self: self.event.at("waiting") or self.now_and_then)
    @rule(count=st.sampled_from((None, 1, 2)), key=wishes.keys)
    def process(self, count: int | None, key: str | None) -> None:
        """Let somebody in by hand."""
        headers = {"Idempotency_Key": key} if key else {}
        body = {"count": count} if count else None
        answer = self.api.post(f"/queue/process/{self.event.id}", body, **headers)
        admitted = self.agree(answer, lambda: model_queue.process(self.event, count or 1, key), self.event, admit=False)
        if admitted:
            expected = [shown.entry(s) for s in admitted]
            self.same(answer.json["activated"] if count else [answer.json], expected if count else expected[:1])
