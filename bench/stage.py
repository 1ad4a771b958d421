"""What scenes and queues stand on: events, the people who wait for one, the people who buy."""

from __future__ import annotations

import time
from typing import Any

from bench import crowd
from bench.crowd import Buyer
from bench.service import Service
from chalicelib.fields import format_instant

PLENTY = 100_000
CROWD = 600
_DAY_MS = 86_400_000


def new_event(service: Service, *, seats: int = 0, places: int = PLENTY, **terms: Any) -> str:
    """Create an event, standing unless it has seats, with so many places for active sessions; gives its id."""
    event_id: str = service.ask("POST", "/events", an_event(seats=seats, places=places) | terms)["id"]
    for start in range(0, seats, 5_000):
        page = seat_specs(start, min(start + 5_000, seats))
        service.ask("POST", "/events/{event_id}/seats", {"seats": page}, event_id=event_id)
    return event_id


def change_admission(service: Service, event_id: str, **terms: Any) -> None:
    """Change how people are admitted."""
    service.ask("POST", "/events/{event_id}/admission", terms, event_id=event_id)


def tomorrow() -> str:
    """Give the start of a sale in whose lobby people wait for all of a measurement."""
    return format_instant(time.time_ns() // 1_000_000 + _DAY_MS)


def queue(service: Service, n: int) -> tuple[str, list[Buyer]]:
    """Make an event for which `n` people wait; gives its id and them."""
    event_id = new_event(service, places=1)
    return event_id, crowd.join(service.store, event_id, n + 1)[1:]


def sale(service: Service, n: int, *, seats: int = 0) -> tuple[str, list[Buyer]]:
    """Make an event that a crowd has bought from, with `n` more active sessions and the first `seats` seats free."""
    event_id = new_event(service, seats=seats and seats + CROWD)
    early = crowd.join(service.store, event_id, CROWD)
    crowd.hold(service.store, event_id, early, seats or None)
    return event_id, crowd.join(service.store, event_id, n)


def held(service: Service, n: int) -> list[str]:
    """Make an event in which `n` people more than a crowd hold a seat each; gives the ids of the tickets."""
    event_id, buyers = sale(service, n, seats=n)
    return crowd.hold(service.store, event_id, buyers, 0)


def seat_specs(start: int, end: int) -> list[dict[str, object]]:
    """Give the seats of these ordinals to import, 500 in a section."""
    return [
        {"section": f"Block {i // 500 + 101}", "row": str(i % 500 // 25 + 1), "number": str(i % 25 + 1), "price": 7500}
        for i in range(start, end)
    ]


def an_event(*, seats: int, places: int) -> dict[str, object]:
    """Give what creates an event of so many seats, or a standing one with plenty of tickets."""
    return {
        "name": "The final",
        "description": "Doors open at six.",
        "venue": "Main Arena",
        "start_time": "2099-06-01T19:30:00Z",
        "end_time": "2099-06-01T22:30:00Z",
        "total_tickets": seats or PLENTY,
        "is_seated_event": seats > 0,
        "max_active_sessions": places,
    }
