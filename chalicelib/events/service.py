"""The verbs of events: create, read, list, update, delete. Those of seats are in ``seats``."""

from __future__ import annotations

import hashlib
from typing import Any

from chalicelib import ids, keys, seeds
from chalicelib.errors import DomainError
from chalicelib.events.model import AdmissionChange, Event, EventCreate, EventPage, EventUpdate, PageQuery
from chalicelib.runtime import Runtime
from chalicelib.scripting import Call, allow, found_only, run, run_many

CODE_TRIES = 3

# Field of the API -> field of the hash, where they differ.
_STORED = {
    "start_time": "start_ms",
    "end_time": "end_ms",
    "sale_starts_at": "sale_starts_ms",
    "sale_ends_at": "sale_ends_ms",
    "is_seated_event": "seated",
    "session_seconds": "session_ms",
    "hold_seconds": "hold_ms",
    "away_seconds": "away_ms",
    "abandon_seconds": "abandon_ms",
    "claim_seconds": "claim_ms",
}


def create_event(house: Runtime, wish: EventCreate, key: str | None) -> tuple[Event, bool]:
    """Create an event; gives it, and whether this request made it.

    With an Idempotency-Key a repeat gives the event as it is now. Raises DomainError with the words of
    ``create_event.lua`` and ``register_event.lua``.
    """
    nonce, principal = house.ids.event_id(), house.caller.user_id or "-"
    wish = wish.model_copy(update={"organiser_id": house.caller.person(wish.organiser_id)})
    for attempt in range(CODE_TRIES):
        event_id = ids.derived_id("POST /events", principal, key, str(attempt)) if key else house.ids.event_id()
        try:
            return _create(house, event_id, nonce, wish)
        except DomainError as refusal:
            # 48 bits of another event are the same: a new id has another code.
            if refusal.code != "event_code_taken" or attempt == CODE_TRIES - 1:
                raise
    raise AssertionError("the last try returns or raises")


def _register(house: Runtime, event_id: str) -> None:
    if house.caller.is_known:
        organiser = house.caller.user_id
        named = [keys.organiser_index(organiser), keys.budget(organiser)]
        most = house.settings.events_per_organiser
        run(house.store, Call("register_event", named, [event_id, most], house.caller))


def _forget(house: Runtime, event_id: str) -> bool:
    if house.caller.is_known:
        house.store.command("SREM", keys.organiser_index(house.caller.user_id), event_id)
    return bool(house.store.command("ZREM", keys.INDEX_EVENTS, event_id))


def _create(house: Runtime, event_id: str, nonce: str, wish: EventCreate) -> tuple[Event, bool]:
    _register(house, event_id)
    # GT, because the index may still name an event of this id that was archived: that place is taken away by its score.
    house.store.command("ZADD", keys.INDEX_EVENTS, "GT", wish.end_time, event_id)
    # 64 hex digits and a nonce: a field of more than 64 bytes makes Redis keep the event as a hash table. In the
    # compact form of small hashes each field would be found by reading all before it, in every command.
    fingerprint = hashlib.sha256(wish.model_dump_json().encode()).hexdigest()
    terms = [*_stored(wish.model_dump()), "commitment", seeds.commitment_of(house.settings.draw_key, event_id)]
    what = house.call("create_event", ids.code_of(event_id), event_id, fingerprint, nonce, *terms, counted=False)
    try:
        made, now_ms, *flat = run(house.store, what)
    except DomainError as refusal:
        # With these the event is there or may be, and without its place in the index it would be lost.
        if refusal.code not in {"idempotency_key_reused", "redis_unavailable", "schema_unknown"}:
            _forget(house, event_id)
        raise
    event = _event(now_ms, flat)
    if event.end_time != wish.end_time:  # a repeat, and the event has got another end since
        house.store.command("ZADD", keys.INDEX_EVENTS, event.end_time, event_id)
    return event, bool(made)


def get_event(house: Runtime, event_id: str) -> Event:
    """Read an event with its counters as they are now."""
    now_ms, *flat = run(house.store, house.call("event", ids.code_of(event_id), event_id))
    return _event(now_ms, flat)


def update_event(house: Runtime, event_id: str, wish: EventUpdate) -> Event:
    """Change the fields that the request names; all or none."""
    changes = wish.model_dump(exclude_unset=True)
    if "organiser_id" in changes:
        changes["organiser_id"] = house.caller.person(changes["organiser_id"])
    if changes.get("status") in {"sold_out", "ended"}:
        # Derived, never stored: an Event that is sent back says what it was told.
        del changes["status"]
    event = _change(house, event_id, "event.updated", "", changes)
    if "end_time" in changes:
        house.store.command("ZADD", keys.INDEX_EVENTS, event.end_time, event_id)
    return event


def change_admission(house: Runtime, event_id: str, wish: AdmissionChange) -> Event:
    """Change how people are admitted, at once; the log says who and why."""
    changes = wish.model_dump(exclude_unset=True)
    return _change(house, event_id, "admission.changed", wish.message or "", changes)


def _change(house: Runtime, event_id: str, what: str, why: str, changes: dict[str, Any]) -> Event:
    words = house.call("update_event", ids.code_of(event_id), event_id, what, why, *_stored(changes))
    now_ms, *flat = run(house.store, words)
    return _event(now_ms, flat)


def delete_event(house: Runtime, event_id: str) -> None:
    """Remove an event and all that belongs to it, unless it has live tickets, or others wait to hear of it."""
    must_be_told = int(bool(house.settings.event_bus))
    try:
        run(house.store, house.call("delete_event", ids.code_of(event_id), event_id, must_be_told))
    except DomainError as refusal:
        if refusal.code != "event_not_found":
            raise
        # Its place in the index is the last thing to go: while it is there, our own first try has removed the event.
        if not _forget(house, event_id):
            raise
    else:
        _forget(house, event_id)


def list_events(house: Runtime, query: PageQuery, *, active_only: bool) -> EventPage:
    """List events, soonest to end first; without drafts, and ``active_only`` leaves out all others that are not on.

    A page may be shorter than its limit and still have a next one. An event of an unknown schema is left out: in the
    middle of a rollback the shop must show its other events.
    """
    page = _page(house, _listed(house, query, living=active_only), query.limit)
    shown = [event for event in page.events if event.status == "active" or not (active_only or event.status == "draft")]
    return page.model_copy(update={"events": shown})


def my_events(house: Runtime, query: PageQuery) -> EventPage:
    """List the events of the organiser who asks, drafts too, in the order of ``list_events``; in open mode all events.

    It costs a trip more than that list: whose an event is and when it ends stand in two places.
    """
    if not house.caller.is_known:
        return _page(house, _listed(house, query, living=False), query.limit)
    allow(house.store, house.caller)
    mine = sorted(house.store.command("SMEMBERS", keys.organiser_index(house.caller.user_id)))
    ends = house.store.pipeline([["ZSCORE", keys.INDEX_EVENTS, event_id] for event_id in mine]) if mine else []
    after_ms, _, after = (query.cursor or "-1:").partition(":")
    # What has no end is gone, or was never made: the index of an organiser may name too many.
    found = sorted((int(float(end)), event_id) for event_id, end in zip(mine, ends, strict=True) if end is not None)
    rest = [(event_id, end_ms) for end_ms, event_id in found if (end_ms, event_id) > (int(after_ms), after)]
    return _page(house, rest[: query.limit], query.limit)


def _listed(house: Runtime, query: PageQuery, *, living: bool) -> list[tuple[str, int]]:
    after_ms, _, after = (query.cursor or "").partition(":")
    flat = run(house.store, Call("list_events", [keys.INDEX_EVENTS], [after, after_ms, query.limit, int(living)]))
    return [(event_id, int(float(end))) for event_id, end in zip(flat[::2], flat[1::2], strict=True)]


def _page(house: Runtime, found: list[tuple[str, int]], limit: int) -> EventPage:
    calls = [house.call("event", ids.code_of(event_id), event_id, counted=False) for event_id, _ in found]
    answers = run_many(house.store, calls)
    events = [_event(answer[0], answer[1:]) for answer in found_only(answers, "schema_unknown")]
    return EventPage(events=events, next_cursor=f"{found[-1][1]}:{found[-1][0]}" if len(found) == limit else None)


def _stored(fields: dict[str, Any]) -> list[str | int]:
    flat: list[str | int] = []
    for name, value in fields.items():
        flat += [_STORED.get(name, name), _stored_value(name, value)]
    return flat


def _stored_value(name: str, value: str | int | None) -> str | int:
    if value is None:
        return ""
    if name.endswith("_seconds"):
        return int(value) * 1000
    return int(value) if isinstance(value, bool) else value


def _event(now_ms: int, flat: list[str]) -> Event:
    stored = dict(zip(flat[::2], flat[1::2], strict=True))
    number = {name: int(value) for name, value in stored.items() if value.isascii() and value.isdigit()}
    stock = number["seat_count"] if stored["seated"] == "1" else number["total_tickets"]
    sold_out = stock > 0 and number["available"] == 0 and number["held"] == 0
    status: Any = stored.get("status_before", stored["status"])
    if status != "cancelled" and now_ms >= number["end_ms"]:
        status = "ended"
    elif status == "active" and sold_out:
        status = "sold_out"
    queue_mode: Any = stored["queue_mode"] or None
    return Event(
        id=stored["id"],
        name=stored["name"],
        description=stored["description"],
        start_time=number["start_ms"],
        end_time=number["end_ms"],
        venue=stored["venue"],
        status=status,
        total_tickets=number["total_tickets"],
        available_tickets=number["available"],
        held_tickets=number["held"],
        sold_tickets=number["sold"],
        blocked_tickets=number["blocked"],
        seat_count=number["seat_count"],
        is_seated_event=stored["seated"] == "1",
        price=number["price"],
        currency=stored["currency"],
        sale_starts_at=number.get("sale_starts_ms"),
        sale_ends_at=number.get("sale_ends_ms"),
        max_active_sessions=number["max_active_sessions"],
        admissions_per_minute=number.get("admissions_per_minute"),
        tickets_per_visitor=number["tickets_per_visitor"],
        session_seconds=number["session_ms"] // 1000,
        hold_seconds=number["hold_ms"] // 1000,
        max_tickets_per_user=number["max_tickets_per_user"],
        organiser_id=stored["organiser_id"] or None,
        queue_mode=queue_mode,
        away_seconds=number["away_ms"] // 1000,
        abandon_seconds=number["abandon_ms"] // 1000,
        claim_seconds=number["claim_ms"] // 1000,
        mode=stored["mode"],
        message=stored["message"] or None,
        opened_at=number["opened_ms"] or None,
        layout_version=number["layout_version"],
        created_at=number["created_ms"],
        updated_at=number["updated_ms"],
    )
