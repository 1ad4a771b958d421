"""What an organiser asks about the tickets of an event: all of them in pages, or whose one seat or order is."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from chalicelib import ids, keys
from chalicelib.fields import Answer, Query, UserId, Uuid
from chalicelib.runtime import Runtime
from chalicelib.scripting import run
from chalicelib.tickets.model import Ticket, TicketStatus, read_ticket

PAGE_MAX = 1_000


class EventTicketsQuery(Query):
    """Which tickets of an event: a page of all, or those of one person, seat or order; of any status, or of one."""

    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 200
    cursor: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}$")] | None = None
    user_id: UserId | None = None
    seat_id: Uuid | None = None
    order_id: Uuid | None = None
    status: TicketStatus | None = None

    @model_validator(mode="after")
    def _one_at_most(self) -> Self:
        if sum(wish is not None for wish in (self.cursor, self.user_id, self.seat_id, self.order_id)) > 1:
            raise ValueError("may have one of user_id, seat_id, order_id and cursor, not more")
        return self


class EventTickets(Answer):
    """Tickets of an event; ``next_cursor`` is null on the last page.

    A page may be shorter than its limit, even empty, and still have a next one; with a limit of a few it may be larger.
    ``tickets_total`` counts all tickets of the event, whatever became of them: who has read all pages knows by it that
    none is missing.
    """

    tickets: list[Ticket]
    tickets_total: int
    next_cursor: str | None


def read(house: Runtime, event_id: str, query: EventTicketsQuery) -> EventTickets:
    """Read tickets of an event as they are now.

    Over the pages each ticket that is there all along comes at least once, and once while nothing changes. A failover
    in between begins another order, which ``tickets_total`` betrays. Those of a person are the live ones, then the
    last hundred that ended; a seat has the live ticket that holds it, or none. Raises ``not_your_event``, and
    ``seat_not_found`` for the id of no seat of this event.
    """
    code, cursor = ids.code_of(event_id), None
    if query.user_id is not None:
        words = ["user", query.user_id]
    elif query.seat_id is not None:
        words = ["seat", str(ids.seat_ordinal(code, query.seat_id))]
    elif query.order_id is not None:
        words = ["order", query.order_id]
    else:
        page, cursor = _page(house, code, query)
        words = ["these", *page]
    total, *texts = run(house.store, house.call("list_tickets", code, event_id, *words))
    tickets = [read_ticket(event_id, text, ()) for text in texts]  # a code is its buyer's way in, and nobody else's
    wanted = [ticket for ticket in tickets if query.status in {None, ticket.status}]
    return EventTickets(tickets=wanted, tickets_total=total, next_cursor=cursor)


def _page(house: Runtime, code: ids.EventCode, query: EventTicketsQuery) -> tuple[list[str], str | None]:
    """Give the ids of a page and the cursor of the next, in the order in which the server keeps tickets.

    It gives together what it keeps together, so a page may come out a little larger than it was asked for: hence the
    three quarters. To cut it short would not do, since the rest is found again only as long as nothing moves.
    """
    asked = query.limit - query.limit // 4
    cursor, page = house.store.command("HSCAN", keys.event_key("tickets", code), query.cursor or 0, "COUNT", asked)
    return list(page), str(cursor) if cursor else None
