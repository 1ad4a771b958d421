"""Every command of the service in the state in which it is measured.

A scene takes an empty Redis, makes what its command needs, and gives `n` requests that are all answered with 2xx and do
the same work each. Where people queue or buy, a crowd has done so before: Redis keeps the first few hundred
entries of a hash in a compact form that is slower to write, and a sale is past them in its first seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench import crowd, stage
from bench.crowd import Buyer
from bench.service import Request, Service
from bench.stage import CROWD, PLENTY
from chalicelib.ids import code_of, seat_id

SERVING = "serving"
_SEATS_PER_CALL = 500
_PER_ORDER = 4

Prepare = Callable[[Service, int], list[Request]]


@dataclass(frozen=True)
class Scene:
    """A command, how to make its requests, its round trips by design, and the words that its requests send to Redis."""

    name: str
    prepare: Prepare
    trips: int
    sends: Sequence[str]


SCENES: list[Scene] = []


def _scene(name: str, *, trips: int = 1, also_sends: Sequence[str] = ()) -> Callable[[Prepare], Prepare]:
    def declare(prepare: Prepare) -> Prepare:
        SCENES.append(Scene(name, prepare, trips, ["fcall", *also_sends]))
        return prepare

    return declare


@_scene("join, waiting")
def _join_waiting(service: Service, n: int) -> list[Request]:
    event_id, _ = stage.queue(service, CROWD)
    return [Request("POST", "/queue/join", _wish(event_id)) for _ in range(n)]


@_scene("join, active")
def _join_active(service: Service, n: int) -> list[Request]:
    event_id, _ = stage.sale(service, 0)
    return [Request("POST", "/queue/join", _wish(event_id)) for _ in range(n)]


@_scene("join, lobby of a draw")
def _join_lobby(service: Service, n: int) -> list[Request]:
    event_id = stage.new_event(service, sale_starts_at=stage.tomorrow())
    crowd.join(service.store, event_id, CROWD)
    return [Request("POST", "/queue/join", _wish(event_id)) for _ in range(n)]


@_scene("status, waiting")
def _status_waiting(service: Service, n: int) -> list[Request]:
    _, waiting = stage.queue(service, CROWD + n)
    return [_get("/queue/status/{session_id}", session_id=buyer.session_id) for buyer in waiting[-n:]]


@_scene("status, active")
def _status_active(service: Service, n: int) -> list[Request]:
    _, active = stage.sale(service, n)
    return [_get("/queue/status/{session_id}", session_id=buyer.session_id) for buyer in active]


@_scene("status, away and back")
def _status_back(service: Service, n: int) -> list[Request]:
    event_id, waiting = stage.queue(service, n + CROWD)
    away = [buyer.session_id for buyer in waiting[:n]]
    crowd.silence(service.store, event_id, away)
    # One place more goes to the first who is there: the drain passes over all who stand before.
    stage.change_admission(service, event_id, max_active_sessions=2)
    service.measure([Request()])
    return [_get("/queue/status/{session_id}", session_id=session_id) for session_id in away]


@_scene("position")
def _position(service: Service, n: int) -> list[Request]:
    event_id, waiting = stage.queue(service, CROWD + n)
    path = "/queue/position/{event_id}/{user_id}"
    return [_get(path, event_id=event_id, user_id=buyer.user_id) for buyer in waiting[-n:]]


@_scene("length")
def _length(service: Service, n: int) -> list[Request]:
    event_id, _ = stage.queue(service, CROWD)
    return [_get("/queue/length/{event_id}", event_id=event_id)] * n


@_scene(SERVING)
def _serving(service: Service, n: int) -> list[Request]:
    event_id, _ = stage.queue(service, CROWD)
    return [_get("/queue/serving/{event_id}", event_id=event_id)] * n


@_scene("serving, first of a second")
def _serving_first(service: Service, n: int) -> list[Request]:
    event_ids = [stage.queue(service, 1)[0] for _ in range(n)]
    return [_get("/queue/serving/{event_id}", event_id=event_id) for event_id in event_ids]


@_scene("refresh")
def _refresh(service: Service, n: int) -> list[Request]:
    _, active = stage.sale(service, n)
    return [Request("POST", "/queue/refresh", {"session_id": buyer.session_id}) for buyer in active]


@_scene("leave, the next gets the turn")
def _leave(service: Service, n: int) -> list[Request]:
    event_id = stage.new_event(service, places=n)
    active = crowd.join(service.store, event_id, n)
    crowd.join(service.store, event_id, CROWD + n)
    return [Request("POST", "/queue/leave", {"session_id": buyer.session_id}) for buyer in active]


@_scene("process, one")
def _process(service: Service, n: int) -> list[Request]:
    event_id, _ = stage.queue(service, CROWD + n)
    # The rate holds back whom the new places would let in at once.
    more = {"admissions_per_minute": 1, "max_active_sessions": PLENTY}
    service.ask("PUT", "/events/{event_id}", more, event_id=event_id)
    return [Request("POST", "/queue/process/{event_id}", {}, {"event_id": event_id})] * n


@_scene("admission change")
def _admission(service: Service, n: int) -> list[Request]:
    event_id, _ = stage.queue(service, CROWD)
    template, where = "/events/{event_id}/admission", {"event_id": event_id}
    said = ({"mode": ("paused", "open")[i % 2], "message": f"Notice {i}"} for i in range(n))
    return [Request("POST", template, body, where) for body in said]


@_scene("purchase, seated", also_sends=["sadd"])
def _purchase_seated(service: Service, n: int) -> list[Request]:
    event_id, active = stage.sale(service, n, seats=n)
    return [
        Request("POST", "/tickets/purchase", _wish(event_id, buyer) | {"seat_id": seat_id(code_of(event_id), i)})
        for i, buyer in enumerate(active)
    ]


@_scene("purchase, standing", also_sends=["sadd"])
def _purchase_standing(service: Service, n: int) -> list[Request]:
    event_id, active = stage.sale(service, n)
    return [Request("POST", "/tickets/purchase", _wish(event_id, buyer)) for buyer in active]


@_scene(f"order, {_PER_ORDER} seats", also_sends=["sadd"])
def _order(service: Service, n: int) -> list[Request]:
    event_id, active = stage.sale(service, n, seats=_PER_ORDER * n)
    seat_ids = [seat_id(code_of(event_id), i) for i in range(_PER_ORDER * n)]
    return [
        Request("POST", "/orders", _wish(event_id, buyer) | {"seat_ids": seat_ids[i * _PER_ORDER :][:_PER_ORDER]})
        for i, buyer in enumerate(active)
    ]


@_scene("confirm")
def _confirm(service: Service, n: int) -> list[Request]:
    return _settled(service, n, "confirm")


@_scene("cancel")
def _cancel(service: Service, n: int) -> list[Request]:
    return _settled(service, n, "cancel")


@_scene("read ticket")
def _read_ticket(service: Service, n: int) -> list[Request]:
    return [_get("/tickets/{ticket_id}", ticket_id=ticket_id) for ticket_id in stage.held(service, n)]


@_scene("read event")
def _read_event(service: Service, n: int) -> list[Request]:
    return [_get("/events/{event_id}", event_id=stage.new_event(service))] * n


@_scene("seatmap states, 500 seats")
def _states(service: Service, n: int) -> list[Request]:
    return [_get("/events/{event_id}/seatmap/states", event_id=stage.new_event(service, seats=500))] * n


@_scene("drain, one idle event", trips=5, also_sends=["zrange", "get", "del"])
def _drain(service: Service, n: int) -> list[Request]:
    stage.queue(service, CROWD)
    return [Request()] * n


@_scene("create event", trips=2, also_sends=["zadd"])
def _create_event(_: Service, n: int) -> list[Request]:
    return [Request("POST", "/events", stage.an_event(seats=0, places=100))] * n


@_scene(f"add {_SEATS_PER_CALL} seats", trips=2)
def _add_seats(service: Service, n: int) -> list[Request]:
    page = {"seats": stage.seat_specs(0, _SEATS_PER_CALL)}
    half_empty = stage.an_event(seats=2 * _SEATS_PER_CALL, places=100)
    event_ids = [service.ask("POST", "/events", half_empty)["id"] for _ in range(n // 10)]
    return [Request("POST", "/events/{event_id}/seats", page, {"event_id": event_id}) for event_id in event_ids]


def _settled(service: Service, n: int, how: str) -> list[Request]:
    template = f"/tickets/{{ticket_id}}/{how}"
    return [Request("POST", template, {}, {"ticket_id": ticket_id}) for ticket_id in stage.held(service, n)]


def _get(template: str, **params: str) -> Request:
    return Request("GET", template, None, params)


def _wish(event_id: str, buyer: Buyer | None = None) -> dict[str, object]:
    who = buyer._asdict() if buyer else {"user_id": crowd.new_user()}
    return {"event_id": event_id, **who}
