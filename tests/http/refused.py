"""Every refusal of every route: what leads to it, and the request that meets it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chalicelib.fields import format_instant
from chalicelib.ids import IdMaker, code_of, seat_id
from chalicelib.runtime import Runtime, install
from tests.http.archived import ARCHIVED
from tests.http.auditing import AUDITING
from tests.http.buying import BUYING, Send, all_taken, create_order, purchase
from tests.http.entering import ENTERING
from tests.http.good import Row, a_ticket, an_order, one_active, one_waiting
from tests.http.stage import CENTURY_S, Stage
from tests.http.trusting import TRUSTING
from tests.http.waiting import WAITING
from tests.support.api import Answer
from tests.support.sale import (
    UNKNOWN,
    change,
    enter,
    event_body,
    hold,
    join,
    new_event,
    new_seated,
    order,
    seat_specs,
)


def _cancelled(stage: Stage, **fields: Any) -> str:
    return _with_status(stage, "cancelled", **fields)


def _with_status(stage: Stage, status: str, **fields: Any) -> str:
    event = new_event(stage.api, **fields)
    change(stage.api, event, status=status)
    return event


def _ended(stage: Stage, **fields: Any) -> str:
    event = new_event(stage.api, **fields)
    stage.later(CENTURY_S)
    return event


# Of events and seats -------------------------------------------------------------------------------------------------


def _code_taken(stage: Stage) -> Answer:
    # All ids have one event code: what 48 random bits do once in a hundred million million.
    maker = IdMaker(lambda bits: 7 if bits == 48 else secrets.randbits(bits))
    install(Runtime(stage.house.settings, stage.house.store, maker))
    new_event(stage.api)
    return stage.api.post("/events", event_body())


def _twice_with_one_key(stage: Stage) -> Answer:
    assert stage.api.post("/events", event_body(), Idempotency_Key="k").status == 201
    return stage.api.post("/events", event_body(name="Another"), Idempotency_Key="k")


SCHEDULES: dict[str, dict[str, str]] = {
    "end_before_start": {"start_time": "2090-12-25T23:00:00Z", "end_time": "2090-12-25T22:00:00Z"},
    "end_in_past": {"start_time": "2001-01-01T00:00:00Z", "end_time": "2001-01-02T00:00:00Z"},
    "sale_start_in_past": {"sale_starts_at": "2001-01-01T00:00:00Z"},
    "sale_window_invalid": {"sale_starts_at": "2090-01-02T00:00:00Z", "sale_ends_at": "2090-01-01T00:00:00Z"},
}


def _put(stage: Stage, event: str, **fields: Any) -> Answer:
    return stage.api.put(f"/events/{event}", fields)


def _below_sold(stage: Stage) -> Answer:
    visitor = one_active(stage)
    order(stage.api, visitor, 2)
    return _put(stage, visitor.event, total_tickets=1)


def _add(stage: Stage, event: str, count: int = 1, price: int = 5000) -> Answer:
    return stage.api.post(f"/events/{event}/seats", {"seats": seat_specs(count, price)})


def _block(stage: Stage, event: str, ordinal: int = 0) -> Answer:
    return stage.api.patch(f"/events/{event}/seats", {"seat_ids": [seat_id(code_of(event), ordinal)], "blocked": True})


def _block_held(stage: Stage) -> Answer:
    event, seats = new_seated(stage.api)
    hold(stage.api, enter(stage.api, event, "ada"), seats[0])
    return _block(stage, event)


def _delete_held(stage: Stage) -> Answer:
    visitor = one_active(stage)
    hold(stage.api, visitor)
    return stage.api.delete(f"/events/{visitor.event}")


def _delete_untold(stage: Stage) -> Answer:
    install(replace(stage.house, settings=replace(stage.house.settings, event_bus="a-bus")))
    return stage.api.delete(f"/events/{one_active(stage).event}")


# Of tickets and orders ------------------------------------------------------------------------------------------------


def _settled(stage: Stage, kind: str, action: str, before: str) -> Answer:
    """Confirm or cancel a ticket or an order after something has happened to it."""
    name = an_order(stage) if kind == "order" else a_ticket(stage)
    if before == "expiry":
        stage.later(901)
    elif before == "its event is cancelled":
        change(stage.api, stage.api.get(f"/{kind}s/{name}").json["event_id"], status="cancelled")
    else:
        assert stage.api.post(f"/{kind}s/{name}/{before}").status == 200
    return stage.api.post(f"/{kind}s/{name}/{action}")


def _over_while_held(stage: Stage, kind: str) -> Answer:
    now_ms = int(stage.house.store.command("TIME")[0]) * 1000
    ends = {"start_time": format_instant(now_ms), "end_time": format_instant(now_ms + 60_000)}
    made = order(stage.api, enter(stage.api, new_event(stage.api, **ends), "ada"), 1).json
    stage.later(61)
    return stage.api.post(f"/{kind}s/{made['id'] if kind == 'order' else made['tickets'][0]['id']}/cancel")


def _kept_nowhere(stage: Stage, kind: str) -> Answer:
    # The Redis of these tests has no replica.
    install(replace(stage.house, settings=replace(stage.house.settings, durability="replica")))
    return stage.api.post(f"/{kind}s/{an_order(stage) if kind == 'order' else a_ticket(stage)}/confirm")


def _settling(kind: str) -> dict[tuple[str, str], Row]:
    def row(action: str, before: str) -> Row:
        return lambda stage: _settled(stage, kind, action, before)

    def unknown(action: str) -> Row:
        return lambda stage: stage.api.post(f"/{kind}s/{UNKNOWN}/{action}")

    return {
        (f"confirm_{kind}", f"{kind}_not_found"): unknown("confirm"),
        (f"confirm_{kind}", "hold_expired"): row("confirm", "expiry"),
        (f"confirm_{kind}", "ticket_cancelled"): row("confirm", "cancel"),
        (f"confirm_{kind}", "event_cancelled"): row("confirm", "its event is cancelled"),
        (f"confirm_{kind}", "not_durable"): lambda stage: _kept_nowhere(stage, kind),
        (f"cancel_{kind}", f"{kind}_not_found"): unknown("cancel"),
        (f"cancel_{kind}", "hold_expired"): row("cancel", "expiry"),
        (f"cancel_{kind}", "event_ended"): lambda stage: _over_while_held(stage, kind),
    }


def _sold_out_to_join(stage: Stage) -> Answer:
    return join(stage.api, all_taken(stage, sold=True).event, "late")


def _alias_of_another(stage: Stage) -> Answer:
    event = new_event(stage.api)
    join(stage.api, event, "ada", "session-123")
    return join(stage.api, event, "bob", "session-123")


def _process(stage: Stage, event: str) -> Answer:
    return stage.api.post(f"/queue/process/{event}")


def _buying(send: Send) -> dict[tuple[str, str], Row]:
    def row(met: Callable[[Stage, Send], Answer]) -> Row:
        return lambda stage: met(stage, send)

    return {(send.__name__, code): row(met) for code, met in BUYING.items()}


def _scheduling(code: str) -> dict[tuple[str, str], Row]:
    times = SCHEDULES[code]
    return {
        ("create_event", code): lambda s: s.api.post("/events", event_body(**times)),
        ("update_event", code): lambda s: _put(s, new_event(s.api, status="draft"), **times),
    }


REFUSED: dict[tuple[str, str], Row] = {
    **_buying(purchase),
    **_buying(create_order),
    **_settling("ticket"),
    **_settling("order"),
    **WAITING,
    **ENTERING,
    **TRUSTING,
    **AUDITING,
    **ARCHIVED,
    ("cancel_order", "order_confirmed"): lambda s: _settled(s, "order", "cancel", "confirm"),
    **{place: row for code in SCHEDULES for place, row in _scheduling(code).items()},
    ("create_event", "idempotency_key_reused"): _twice_with_one_key,
    ("create_event", "event_code_taken"): _code_taken,
    ("get_event", "event_not_found"): lambda s: s.api.get(f"/events/{UNKNOWN}"),
    ("update_event", "event_not_found"): lambda s: _put(s, UNKNOWN),
    ("update_event", "event_cancelled"): lambda s: _put(s, _cancelled(s), name="Another"),
    ("update_event", "status_change_not_allowed"): lambda s: _put(s, new_event(s.api), status="draft"),
    ("update_event", "field_frozen"): lambda s: _put(s, one_active(s).event, is_seated_event=True),
    ("update_event", "capacity_below_sold"): _below_sold,
    ("update_event", "capacity_below_seats"): lambda s: _put(s, new_seated(s.api)[0], total_tickets=9),
    ("delete_event", "event_not_found"): lambda s: s.api.delete(f"/events/{UNKNOWN}"),
    ("delete_event", "event_has_tickets"): _delete_held,
    ("delete_event", "event_not_published"): _delete_untold,
    ("add_seats", "event_not_found"): lambda s: _add(s, UNKNOWN),
    ("add_seats", "event_cancelled"): lambda s: _add(s, _cancelled(s, is_seated_event=True)),
    ("add_seats", "event_ended"): lambda s: _add(s, _ended(s, is_seated_event=True)),
    ("add_seats", "event_not_seated"): lambda s: _add(s, new_event(s.api)),
    ("add_seats", "seat_exists"): lambda s: _add(s, new_seated(s.api)[0], price=1),
    ("add_seats", "seats_over_capacity"): lambda s: _add(s, new_seated(s.api)[0], count=11),
    ("change_seats", "event_not_found"): lambda s: _block(s, UNKNOWN),
    ("change_seats", "event_cancelled"): lambda s: _block(s, _cancelled(s, is_seated_event=True)),
    ("change_seats", "event_not_seated"): lambda s: _block(s, new_event(s.api)),
    ("change_seats", "seat_not_found"): lambda s: _block(s, new_seated(s.api)[0], 99),
    ("change_seats", "seat_taken"): _block_held,
    ("available_seats", "event_not_found"): lambda s: s.api.get(f"/events/{UNKNOWN}/seats/available"),
    ("seat_map", "event_not_found"): lambda s: s.api.get(f"/events/{UNKNOWN}/seatmap"),
    ("seat_states", "event_not_found"): lambda s: s.api.get(f"/events/{UNKNOWN}/seatmap/states"),
    ("join", "event_not_found"): lambda s: join(s.api, UNKNOWN, "ada"),
    ("join", "event_cancelled"): lambda s: join(s.api, _cancelled(s), "ada"),
    ("join", "event_ended"): lambda s: join(s.api, _ended(s), "ada"),
    ("join", "event_not_on_sale"): lambda s: join(s.api, _with_status(s, "inactive"), "ada"),
    ("join", "sold_out"): _sold_out_to_join,
    ("join", "session_id_taken"): _alias_of_another,
    ("queue_position", "event_not_found"): lambda s: s.api.get(f"/queue/position/{UNKNOWN}/ada"),
    ("queue_position", "not_in_queue"): lambda s: s.api.get(f"/queue/position/{new_event(s.api)}/ada"),
    ("queue_status", "session_not_found"): lambda s: s.api.get(f"/queue/status/{UNKNOWN}"),
    ("queue_length", "event_not_found"): lambda s: s.api.get(f"/queue/length/{UNKNOWN}"),
    ("process_queue", "event_not_found"): lambda s: _process(s, UNKNOWN),
    ("process_queue", "event_cancelled"): lambda s: _process(s, _cancelled(s)),
    ("process_queue", "event_ended"): lambda s: _process(s, _ended(s)),
    ("process_queue", "event_not_on_sale"): lambda s: _process(s, _with_status(s, "inactive")),
    ("process_queue", "queue_empty"): lambda s: _process(s, new_event(s.api)),
    ("process_queue", "no_capacity"): lambda s: _process(s, one_waiting(s).event),
    ("event_tickets", "event_not_found"): lambda s: s.api.get(f"/events/{UNKNOWN}/tickets"),
    ("event_tickets", "seat_not_found"): lambda s: s.api.get(f"/events/{new_event(s.api)}/tickets?seat_id={UNKNOWN}"),
    ("get_order", "order_not_found"): lambda s: s.api.get(f"/orders/{UNKNOWN}"),
    ("get_ticket", "ticket_not_found"): lambda s: s.api.get(f"/tickets/{UNKNOWN}"),
}  # fmt: skip
