"""The verbs of seats: add, change, and three ways to read them."""

from __future__ import annotations

from chalicelib import ids, keys
from chalicelib.errors import DomainError, InvalidRequest
from chalicelib.events.seat_model import Seat, SeatMap, SeatsAdd, SeatsChange, SeatSpec, SeatsQuery, SeatStates
from chalicelib.events.service import get_event
from chalicelib.runtime import Runtime
from chalicelib.scripting import run

ADD_PAGE = 500
READ_PAGE = 5_000
ERRORS_MAX = 20


def add_seats(house: Runtime, event_id: str, wish: SeatsAdd) -> tuple[int, int]:
    """Add seats; gives how many were new and how many were there with the same price.

    All or nothing: read-only pages check the whole request before the first seat is written. A request that is cut
    short, or races another import for the last places, may leave whole pages; sending it again completes it.
    """
    code = ids.code_of(event_id)
    _each_once(wish.seats)
    default_price = get_event(house, event_id).price if any(seat.price is None for seat in wish.seats) else 0
    lines: list[tuple[str, int]] = [
        (
            keys.UNIT_SEPARATOR.join((seat.section, seat.row, seat.number)),
            default_price if seat.price is None else seat.price,
        )
        for seat in wish.seats
    ]
    pages = [(start, lines[start : start + ADD_PAGE]) for start in range(0, len(lines), ADD_PAGE)]

    def send(mode: str, counted: int | str, start: int, page: list[tuple[str, int]]) -> list[int]:
        words = [word for line in page for word in line]
        try:
            first = mode == "check" and start == 0  # an import is one request, whatever its pages
            what = house.call("add_seats", code, event_id, mode, counted, *words, counted=first)
            return run(house.store, what)
        except DomainError as refusal:
            if refusal.code == "seat_exists":
                field = f"seats[{start + int(refusal.data[0])}]"
                refusal.extra["errors"] = [{"field": field, "message": "is there with another price"}]
            raise

    counted: int | str = ""
    for start, page in pages:
        *_, counted = send("check", counted, start, page)
    written = [send("write", "", start, page) for start, page in pages]
    return sum(new for new, _, _ in written), sum(there for _, there, _ in written)


def _each_once(seats: list[SeatSpec]) -> None:
    first: dict[tuple[str, str, str], int] = {}
    earlier = [first.setdefault((seat.section, seat.row, seat.number), n) for n, seat in enumerate(seats)]
    twice = [(f"seats[{n}]", f"is the same seat as seats[{was}]") for n, was in enumerate(earlier) if was != n]
    if twice:
        raise InvalidRequest(twice[:ERRORS_MAX])


def change_seats(house: Runtime, event_id: str, wish: SeatsChange) -> int:
    """Block, unblock or price seats that nobody holds or owns, all or none; gives how many changed."""
    code = ids.code_of(event_id)
    ordinals = [ids.seat_ordinal(code, text) for text in wish.seat_ids]
    if len(set(ordinals)) < len(ordinals):
        raise InvalidRequest([("seat_ids", "names a seat twice")])
    action = {None: "", True: "block", False: "unblock"}[wish.blocked]
    price = "" if wish.price is None else wish.price
    try:
        (changed,) = run(house.store, house.call("change_seats", code, event_id, action, wish.reason, price, *ordinals))
    except DomainError as refusal:
        if refusal.code in {"seat_taken", "seat_not_found"}:
            refusal.extra["seat_ids"] = [ids.seat_id(code, int(ordinal)) for ordinal in refusal.data]
        raise
    return int(changed)


def available_seats(house: Runtime, event_id: str, query: SeatsQuery) -> tuple[list[Seat], int | None]:
    """List available seats in the order of the layout; gives them and the cursor of the next page, or None."""
    code = ids.code_of(event_id)
    states = seat_states(house, event_id, known_version="")
    assert states is not None  # noqa: S101 - no version is known, so states come
    free = [ordinal for ordinal, state in enumerate(states.states) if state == "a" and ordinal >= query.cursor]
    if query.section is None:
        # One more than the page tells whether there is a next one.
        free = free[: query.limit + 1]
    seats: list[Seat] = []
    for start in range(0, len(free), READ_PAGE):
        chunk = free[start : start + READ_PAGE]
        for ordinal, line in zip(chunk, _lines(house, code, chunk), strict=True):
            section, row, number, price = line.split(keys.UNIT_SEPARATOR)
            if query.section not in {None, section}:
                continue
            if len(seats) == query.limit:
                return seats, ordinal
            seats.append(
                Seat(
                    id=ids.seat_id(code, ordinal),
                    event_id=event_id,
                    section=section,
                    row=row,
                    number=number,
                    price=int(price),
                    status="available",
                )
            )
    return seats, None


def seat_map(house: Runtime, event_id: str) -> SeatMap:
    """Read the layout of an event; it stays the same for one ``layout_version``."""
    code = ids.code_of(event_id)
    event = get_event(house, event_id)
    seats: list[tuple[str, str, str, int]] = []
    for start in range(0, event.seat_count, READ_PAGE):
        chunk = list(range(start, min(start + READ_PAGE, event.seat_count)))
        for line in _lines(house, code, chunk):
            section, row, number, price = line.split(keys.UNIT_SEPARATOR)
            seats.append((section, row, number, int(price)))
    return SeatMap(event_id=event_id, layout_version=event.layout_version, currency=event.currency, seats=seats)


def seat_states(house: Runtime, event_id: str, *, known_version: str) -> SeatStates | None:
    """Read one character a seat, or None when the caller's version is still the present one."""
    version, layout_version, states = run(
        house.store, house.call("seatmap", ids.code_of(event_id), event_id, known_version)
    )
    if states is None:
        return None
    return SeatStates(event_id=event_id, layout_version=layout_version, states_version=version, states=states)


def _lines(house: Runtime, code: ids.EventCode, ordinals: list[int]) -> list[str]:
    lines: list[str] = house.store.command("HMGET", keys.event_key("seats", code), *ordinals)
    return lines
