"""What visitors do: join, wait, buy, confirm, cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from chalicelib.keys import event_key
from tests.stateful import model_queue, model_tickets, shown, wishes
from tests.stateful.model_objects import LIVING, Order, Refused, Session, Ticket
from tests.stateful.model_tickets import Wanted
from tests.stateful.scene import Scene
from tests.support.api import Answer

T = TypeVar("T")

# The latest first: who has come lately is who has something to do.
latest = st.integers(0, 5)


class VisitorRules(Scene):
    """An event that some have come for already; every command that a visitor gives is a rule."""

    @initialize(terms=wishes.terms, seats=st.integers(1, wishes.SEATS), crowd=st.integers(0, len(wishes.USERS)))
    def open(self, terms: dict[str, Any], seats: int, crowd: int) -> None:
        """Create an event, with some of its seats if it is to have any, and let some people join."""
        self.create(terms)
        if terms["is_seated_event"]:
            self.add_seats([(("A", "1", str(n)), None) for n in range(min(seats, terms["total_tickets"]))])
        for user in wishes.USERS[:crowd]:
            self.join(user, None)

    # The queue ------------------------------------------------------------------------------------------------------

    @rule(user=wishes.users, alias=wishes.aliases)
    def join(self, user: str, alias: str | None) -> None:
        """Join the queue, perhaps under a session id of one's own."""
        wish = {"event_id": self.event.id, "user_id": user, "nonce": model_queue.NONCE}
        wish |= {"session_id": alias} if alias else {}
        answer = self.api.post("/queue/join", wish)
        if alias:
            try:
                model_queue.claim(self.aliases, alias, user)
            except Refused as no:
                self.refused(answer, no.code)
                return
        joined = self.agree(answer, lambda: model_queue.join(self.event, user, alias, answer.json), self.event)
        if not joined:
            return
        session, made = joined
        # A client that chose its session id is not told ours.
        session.id = session.id or self.stage.store.command("HGET", event_key("entries", self.watch.code), user)
        if alias:
            self.aliases[alias] = (user, session)
        if made:
            self.sessions.insert(0, session)
        assert answer.status == (201 if made else 200)
        self.same(answer.json, shown.entry(session, alias) | shown.standing(session))
        self.told_in_time(answer, session)

    @precondition(lambda self: self.sessions)
    @rule(which=latest, by_alias=st.booleans())
    def ask_for_status(self, which: int, by_alias: bool) -> None:
        """Ask where a session stands."""
        name, meant = self.named(_pick(self.sessions, which), by_alias=by_alias)
        self._same_entry(self.api.get(f"/queue/status/{name}"), name, meant, model_queue.see)

    @precondition(lambda self: self.sessions)
    @rule(which=latest, by_alias=st.booleans())
    def refresh(self, which: int, by_alias: bool) -> None:
        """Ask for the full time again."""
        name, meant = self.named(_pick(self.sessions, which), by_alias=by_alias)
        self._same_entry(self.api.post("/queue/refresh", {"session_id": name}), name, meant, model_queue.refresh)

    @precondition(lambda self: self.sessions)
    @rule(which=latest, by_alias=st.booleans())
    def leave(self, which: int, by_alias: bool) -> None:
        """Give the place up."""
        name, meant = self.named(_pick(self.sessions, which), by_alias=by_alias)
        self._same_entry(self.api.post("/queue/leave", {"session_id": name}), name, meant, model_queue.leave)

    def _same_entry(
        self, answer: Answer, name: str, session: Session | None, command: Callable[[Session, dict[str, Any]], Session]
    ) -> None:
        if session is None:
            self.refused(answer, "session_not_found")
        elif self.agree(answer, lambda: command(session, answer.json), session.event, missing="session_not_found"):
            self.same(answer.json["entry"], shown.entry(session, name))
            said = {name: value for name, value in shown.status(session).items() if name in answer.json}
            if "ahead" not in answer.json:
                del said["message"]  # theirs tells what has been done
            self.same(answer.json, said)
            self.told_in_time(answer, session)

    @rule(user=wishes.users)
    def ask_for_position(self, user: str) -> None:
        """Ask where a person stands."""
        answer = self.api.get(f"/queue/position/{self.event.id}/{user}")
        place = self.agree(answer, lambda: model_queue.find(self.event, user), self.event)
        if place:
            self.same(answer.json, shown.public_entry(place) | shown.standing(place, with_receipt=False))
            assert place.id not in answer.text

    # Tickets --------------------------------------------------------------------------------------------------------

    @rule(user=wishes.users, seat=wishes.seats, key=wishes.keys, odd=wishes.rarely)
    def purchase(self, user: str, seat: int, key: str | None, odd: bool) -> None:
        """Hold one ticket; an odd request brings a seat to a standing event, or none to a seated one."""
        seated = self.event.terms["is_seated_event"] != odd
        self._buy("/tickets/purchase", user, self._there([seat]) if seated else 1, key)

    @rule(user=wishes.users, seats=wishes.some_seats, key=wishes.keys, odd=wishes.rarely)
    def order(self, user: str, seats: list[int], key: str | None, odd: bool) -> None:
        """Hold several tickets."""
        seated = self.event.terms["is_seated_event"] != odd
        self._buy("/orders", user, self._there(seats) if seated else len(seats), key)

    def _there(self, seats: list[int]) -> tuple[int, ...]:
        """Make of any numbers those of seats that are there, if any are."""
        count = len(self.event.seats) or wishes.SEATS
        return tuple(dict.fromkeys(seat % count for seat in seats))

    def _buy(self, route: str, user: str, wanted: Wanted, key: str | None) -> None:
        """Let this person buy, who joins before if need be; while it is not their turn, one whose turn it is."""
        session = self.event.place_of(user)
        if session is None or session.status not in LIVING:
            self.join(user, None)
            session = self.event.place_of(user)
        active = self.event.at("active")
        if active and (session is None or session.status != "active"):
            session = _pick(active, wishes.USERS.index(user))
        if session:
            self._buy_in(session, (route, session.user, wanted), key)

    @rule(user=wishes.users, seats=wishes.some_seats, then=st.sampled_from(("wait", "confirm", "confirm", "cancel")))
    def visit(self, user: str, seats: list[int], then: str) -> None:
        """Come, order and decide, as most people do in one go."""
        orders = len(self.orders)
        self.order(user=user, seats=seats, key=None, odd=False)
        if len(self.orders) > orders and then == "confirm":
            self.confirm_order(which=0, reference=None)
        elif len(self.orders) > orders and then == "cancel":
            self.cancel_order(which=0)

    @precondition(lambda self: self.sessions)
    @rule(which=latest, user=wishes.users, seat=wishes.seats)
    def purchase_in_any_session(self, which: int, user: str, seat: int) -> None:
        """Hold a ticket in a session that may be over, another's, or gone with its event."""
        session = _pick(self.sessions, which)
        user = user if seat % 2 else session.user
        wanted = (seat,) if session.event.terms["is_seated_event"] else 1  # a seat that may not be there
        self._buy_in(session, ("/tickets/purchase", user, wanted), None)

    def _buy_in(self, session: Session, request: tuple[str, str, Wanted], key: str | None) -> None:
        event, (route, user, wanted) = session.event, request
        single = route == "/tickets/purchase"
        wish: dict[str, Any] = {"event_id": event.id, "user_id": user, "session_id": session.alias or session.id}
        if not isinstance(wanted, int):
            seats = [self.seat_id(seat, event) for seat in wanted]
            wish |= {"seat_id": seats[0]} if single else {"seat_ids": seats}
        elif not single:
            wish |= {"quantity": wanted}
        answer = self.api.post(route, wish, **({"Idempotency_Key": key} if key else {}))
        meant = model_queue.called(event, user, session.alias) if session.alias else session
        bought = self.agree(answer, lambda: model_tickets.purchase(event, request, meant, key), event)
        if not bought:
            return
        order, made, replayed = bought
        tickets = [answer.json] if single else answer.json["tickets"]
        for ticket, answered in zip(order.tickets, tickets, strict=True):
            ticket.id = ticket.id or answered["id"]
            ticket.order.id = ticket.order.id or answered["order_id"]
        if not single:
            order.id = order.id or answer.json["id"]
        if key:
            self.keyed.insert(0, (session, request, key))
        if made and order.id:  # a single ticket that was held before does not tell of its new order
            self.orders.insert(0, order)
        assert (answer.status, "Idempotent-Replayed" in answer.headers) == (201 if made else 200, replayed)
        self.same(answer.json, shown.ticket(order.tickets[0]) if single else shown.order(order))

    @precondition(lambda self: self.keyed)
    @rule(which=latest, more=st.booleans())
    def repeat_with_the_key(self, which: int, more: bool) -> None:
        """Send a request with its key once more, whatever has happened since, or one for more under the same key."""
        session, (route, user, wanted), key = _pick(self.keyed, which)
        if more and route == "/orders":
            wanted = wanted + 1 if isinstance(wanted, int) else (*wanted, wishes.SEATS)
        self._buy_in(session, (route, user, wanted), key)

    @precondition(lambda self: self.orders)
    @rule(which=latest, ticket=latest, reference=st.sampled_from((None, "payment-1")))
    def confirm_ticket(self, which: int, ticket: int, reference: str | None) -> None:
        """Confirm a ticket."""
        it = _pick(_pick(self.orders, which).tickets, ticket)
        answer = self.api.post(f"/tickets/{it.id}/confirm", {"payment_reference": reference} if reference else None)
        self.same_ticket(answer, it, lambda: model_tickets.confirm(it.order, [it], reference))

    @precondition(lambda self: self.orders)
    @rule(which=latest, ticket=latest)
    def cancel_ticket(self, which: int, ticket: int) -> None:
        """Cancel a ticket."""
        it = _pick(_pick(self.orders, which).tickets, ticket)
        self.same_ticket(self.api.post(f"/tickets/{it.id}/cancel"), it, lambda: model_tickets.cancel_ticket(it))

    @precondition(lambda self: self.orders)
    @rule(which=latest, reference=st.sampled_from((None, "payment-1")))
    def confirm_order(self, which: int, reference: str | None) -> None:
        """Confirm what is reserved of an order."""
        it = _pick(self.orders, which)
        answer = self.api.post(f"/orders/{it.id}/confirm", {"payment_reference": reference} if reference else None)
        self._same_order(answer, it, lambda: model_tickets.confirm(it, it.tickets, reference))

    @precondition(lambda self: self.orders)
    @rule(which=latest)
    def cancel_order(self, which: int) -> None:
        """Cancel what is reserved of an order."""
        it = _pick(self.orders, which)
        self._same_order(self.api.post(f"/orders/{it.id}/cancel"), it, lambda: model_tickets.cancel_order(it))

    def same_ticket(self, answer: Answer, ticket: Ticket, command: Callable[[], Order]) -> None:
        """Assert that an answer to a command on a ticket is what the model makes of it."""
        if self.agree(answer, command, ticket.order.event, missing="ticket_not_found"):
            self.same(answer.json["ticket"], shown.ticket(ticket))

    def _same_order(self, answer: Answer, order: Order, command: Callable[[], Order]) -> None:
        if self.agree(answer, command, order.event, missing="order_not_found"):
            self.same(answer.json["order"], shown.order(order))

    # What they see --------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.orders)
    @rule(which=latest, ticket=latest)
    def read_an_order(self, which: int, ticket: int) -> None:
        """Read an order and one of its tickets."""
        order = _pick(self.orders, which)
        it = _pick(order.tickets, ticket)
        self.read(f"/orders/{order.id}", order.event, lambda _: shown.order(order), missing="order_not_found")
        self.read(f"/tickets/{it.id}", order.event, lambda _: shown.ticket(it), missing="ticket_not_found")


def _pick(things: list[T], which: int) -> T:
    return things[which % len(things)]
