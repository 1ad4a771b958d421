"""Round trips: a buyer's request costs one, and what costs more is named here.

Counted twice: by the store, and by a proxy in front of a real server, which sees each command on the wire. A pipeline
is one trip of several commands.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib.ids import IdMaker, code_of
from chalicelib.keys import event_keys
from chalicelib.runtime import Runtime, install, runtime
from chalicelib.settings import Settings
from chalicelib.store import connect
from tests.support import servers
from tests.support.api import Answer, Api
from tests.support.people import TICKET_KEY
from tests.support.proxy import Proxy
from tests.support.sale import (
    Visitor,
    buy,
    check_in,
    confirmed,
    enter,
    event_body,
    hold,
    join,
    leave,
    new_event,
    new_seated,
    order,
    read,
    refresh,
    seat_specs,
    settle,
)

Ready = Callable[[], Answer]


class Counted:
    """The service on a real server, with every command counted."""

    def __init__(self, house: Runtime, proxy: Proxy) -> None:
        self.house, self.proxy, self.api = house, proxy, Api()

    def cost(self, request: Ready) -> tuple[int, int]:
        """Give the trips and the commands of a request, which must succeed."""
        before = self.proxy.total
        answer = request()
        assert answer.status < 300, answer.text
        return self.house.store.meter.trips, self.proxy.total - before


@pytest.fixture(scope="module")
def counted() -> Iterator[Counted]:
    """A warm service: it has its connection, and the server knows the scripts."""
    with servers.valkey() as server, Proxy(server.port) as proxy:
        keys: Any = {"draw_key": "the key of these draws", "ticket_keys": (TICKET_KEY,)}
        settings = Settings(redis_host="127.0.0.1", redis_port=proxy.port, **keys)
        house = install(Runtime(settings, connect(settings), IdMaker(secrets.randbits)))
        made = Counted(house, proxy)
        for request in REQUESTS.values():
            request[0](made.api)()  # every script once
        yield made
        house.store.close()


def _visitor(api: Api) -> Visitor:
    return enter(api, new_event(api), "ada")


def _ordered(api: Api) -> str:
    return str(order(api, _visitor(api), 2).json["id"])


def _ticket(api: Api) -> str:
    return hold(api, _visitor(api))


def _on(make: Callable[[Api], Any], request: Callable[[Api, Any], Answer]) -> Callable[[Api], Ready]:
    """Make what a request needs, and give the request."""

    def prepare(api: Api) -> Ready:
        made = make(api)
        return lambda: request(api, made)

    return prepare


def _in_two_events(api: Api) -> str:
    user = secrets.token_hex(4)
    for _ in range(2):
        hold(api, enter(api, new_event(api), user))
    return user


def _of_one_gone(api: Api) -> str:
    user = secrets.token_hex(4)
    event = new_event(api)
    hold(api, enter(api, event, user))
    runtime().store.command("UNLINK", *event_keys(code_of(event)))
    return user


def _waiting(api: Api) -> str:
    event = new_event(api, max_active_sessions=1)
    for user in ("ada", "bob"):
        enter(api, event, user)
    api.put(f"/events/{event}", {"admissions_per_minute": 1, "max_active_sessions": 10})
    enter(api, event, "carl")
    return event


def _lobby(api: Api) -> str:
    event = new_event(api, sale_starts_at="2090-12-01T00:00:00Z")
    enter(api, event, "ada")
    return event


def _pause(api: Api, event: str) -> Answer:
    return api.post(f"/events/{event}/admission", {"mode": "paused", "message": "Back in a moment."})


def _empty_hall(api: Api) -> str:
    return new_event(api, is_seated_event=True, total_tickets=1000)


def _hall(api: Api) -> str:
    return new_seated(api)[0]


def _miscounted(api: Api) -> str:
    event = _hall(api)
    read(event, "events", "HINCRBY", "held", 1)
    return event


def _import(api: Api, event: str, count: int) -> Answer:
    return api.post(f"/events/{event}/seats", {"seats": seat_specs(count)})


def _alias(api: Api) -> str:
    name = f"session-{secrets.token_hex(4)}"
    join(api, new_event(api), name, name)
    return name


REQUESTS: dict[str, tuple[Callable[[Api], Ready], int, int]] = {
    # What a buyer asks: one trip each.
    "join": (_on(new_event, lambda api, event: join(api, event, "ada")), 1, 1),
    "join again": (_on(_visitor, lambda api, v: join(api, v.event, v.user)), 1, 1),
    "status": (_on(_visitor, lambda api, v: api.get(f"/queue/status/{v.session}")), 1, 1),
    "position": (_on(_visitor, lambda api, v: api.get(f"/queue/position/{v.event}/{v.user}")), 1, 1),
    "length": (_on(new_event, lambda api, event: api.get(f"/queue/length/{event}")), 1, 1),
    "join a lobby": (_on(_lobby, lambda api, event: join(api, event, "bob")), 1, 1),
    "serving": (_on(_waiting, lambda api, event: api.get(f"/queue/serving/{event}")), 1, 1),
    "the draw": (_on(_lobby, lambda api, event: api.get(f"/events/{event}/draw")), 1, 1),
    "its entries": (_on(_lobby, lambda api, event: api.get(f"/events/{event}/draw/entries")), 1, 1),
    "the keys of tokens": (_on(lambda _: None, lambda api, _: api.get("/.well-known/jwks.json")), 0, 0),
    "refresh": (_on(_visitor, refresh), 1, 1),
    "leave": (_on(_visitor, leave), 1, 1),
    "confirm": (_on(_ticket, lambda api, ticket: settle(api, "confirm", ticket)), 1, 1),
    "cancel": (_on(_ticket, lambda api, ticket: settle(api, "cancel", ticket)), 1, 1),
    "confirm an order": (_on(_ordered, lambda api, name: api.post(f"/orders/{name}/confirm")), 1, 1),
    "cancel an order": (_on(_ordered, lambda api, name: api.post(f"/orders/{name}/cancel")), 1, 1),
    "an order": (_on(_ordered, lambda api, name: api.get(f"/orders/{name}")), 1, 1),
    "a ticket": (_on(_ticket, lambda api, ticket: api.get(f"/tickets/{ticket}")), 1, 1),
    "an event": (_on(new_event, lambda api, event: api.get(f"/events/{event}")), 1, 1),
    "states": (_on(_hall, lambda api, event: api.get(f"/events/{event}/seatmap/states")), 1, 1),
    "check in": (_on(lambda api: confirmed(api, _visitor(api)), check_in), 1, 1),
    # The index of the buyer's events goes along.
    "purchase": (_on(_visitor, buy), 1, 2),
    "order": (_on(_visitor, lambda api, v: order(api, v, 3)), 1, 2),
    # A session id of the client's own costs one more.
    "join under an alias": (_on(new_event, lambda api, event: join(api, event, event, f"session-{event}")), 2, 2),
    "status by alias": (_on(_alias, lambda api, name: api.get(f"/queue/status/{name}")), 2, 2),
    "refresh by alias": (_on(_alias, lambda api, name: api.post("/queue/refresh", {"session_id": name})), 2, 2),
    # Lists: an index, then one pipeline.
    "my tickets": (_on(_in_two_events, lambda api, user: api.get(f"/tickets/user/{user}")), 2, 3),
    # What is gone is taken out of the index, and looked for once more.
    "my tickets of one gone": (_on(_of_one_gone, lambda api, user: api.get(f"/tickets/user/{user}")), 3, 4),
    "no tickets": (_on(lambda _: "nobody", lambda api, user: api.get(f"/tickets/user/{user}")), 1, 1),
    "available seats": (_on(_hall, lambda api, event: api.get(f"/events/{event}/seats/available")), 2, 2),
    "the layout": (_on(_hall, lambda api, event: api.get(f"/events/{event}/seatmap")), 2, 2),
    # Organisers.
    "create": (_on(lambda _: None, lambda api, _: api.post("/events", event_body())), 2, 2),
    "update": (_on(new_event, lambda api, event: api.put(f"/events/{event}", {"venue": "x"})), 1, 1),
    "change the admission": (_on(_waiting, _pause), 1, 1),
    "the figures": (_on(_waiting, lambda api, event: api.get(f"/events/{event}/stats")), 1, 1),
    # Which tickets those are, then the tickets as they are now.
    "a page of tickets": (_on(_visitor, lambda api, v: api.get(f"/events/{v.event}/tickets")), 2, 2),
    "tickets of a person": (_on(_visitor, lambda api, v: api.get(f"/events/{v.event}/tickets?user_id=ada")), 1, 1),
    # The event brought up to now, its size, all of it between MULTI and EXEC, its log.
    "an audit": (_on(_hall, lambda api, event: api.get(f"/events/{event}/integrity")), 3, 22),
    "nothing to mend": (_on(_hall, lambda api, event: api.post(f"/events/{event}/repair")), 3, 22),
    "a counter mended": (_on(_miscounted, lambda api, event: api.post(f"/events/{event}/repair")), 6, 44),
    "delete": (_on(new_event, lambda api, event: api.delete(f"/events/{event}")), 2, 2),
    "process": (_on(_waiting, lambda api, event: api.post(f"/queue/process/{event}")), 1, 1),
    "500 seats": (_on(_empty_hall, lambda api, event: _import(api, event, 500)), 2, 2),
    "501 seats": (_on(_empty_hall, lambda api, event: _import(api, event, 501)), 4, 4),
}  # fmt: skip


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_costs_what_this_table_says(counted: Counted, name: str) -> None:
    """In trips, as the store counts them, and in commands, as the server sees them."""
    prepare, trips, commands = REQUESTS[name]
    assert counted.cost(prepare(counted.api)) == (trips, commands)


@pytest.mark.parametrize("path", ["/events", "/events/active"])
def test_a_list_of_events_costs_two_trips(counted: Counted, path: str) -> None:
    """One for the index, one for all the events of the page; HTTP may keep the answer for a second."""
    for _ in range(3):
        new_event(counted.api)
    assert counted.cost(lambda: counted.api.get(f"{path}?limit=3")) == (2, 4)
    assert counted.api.get(path).headers["Cache-Control"] == "public, max-age=1"


def test_a_refusal_costs_no_more_than_the_answer(counted: Counted) -> None:
    """One trip; and what is wrong in itself does not reach Redis at all."""
    event, seats = new_seated(counted.api)
    hold(counted.api, enter(counted.api, event, "ada"), seats[0])
    bob = enter(counted.api, event, "bob")
    before = counted.proxy.total
    assert buy(counted.api, bob, seats[0]).code == "seat_taken"
    assert (counted.house.store.meter.trips, counted.proxy.total - before) == (1, 2)
    assert counted.api.post("/tickets/purchase", {}).code == "invalid_request"
    assert (counted.house.store.meter.trips, counted.proxy.total - before) == (0, 2)


def test_a_cold_process_says_nothing_before_its_first_command(counted: Counted) -> None:
    """A new connection sends no greeting, not even of the kind that the proxy does not count: one trip is one."""
    event = new_event(counted.api)
    target = counted.proxy._target_port
    with Proxy(target, uncounted=frozenset()) as proxy:
        settings = Settings(redis_host="127.0.0.1", redis_port=proxy.port)
        cold = install(Runtime(settings, connect(settings), IdMaker(secrets.randbits)))
        try:
            assert join(counted.api, event, "cold").status == 201
            assert (cold.store.meter.trips, proxy.total) == (1, 1)
        finally:
            install(counted.house)
            cold.store.close()
