"""A key of an event that somebody has spoilt by hand: no answer lies about it.

Only the service's functions write these keys, and the lint lets no call stand after the first write that can fail by
itself. A value of another type is what they cannot see coming: the command then ends where it meets it. What it had
written by then stays, for Lua takes nothing back; how often that is so is counted here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from chalicelib import keys
from chalicelib.ids import code_of
from tests.faults.service import check_server, service
from tests.support import servers
from tests.support.api import Answer, Api
from tests.support.sale import (
    Visitor,
    buy,
    enter,
    hold,
    join,
    leave,
    new_seated,
    order,
    refresh,
    seat_specs,
    settle,
)
from tests.support.servers import Server, client


@dataclass(frozen=True)
class Scene:
    """An event in which much is going on: three are active, two wait, seats are held and sold."""

    api: Api
    event: str
    seats: list[str]
    active: list[Visitor]
    waiting: Visitor
    held: str
    sold: str
    order: str


COMMANDS: dict[str, Callable[[Scene], Answer]] = {
    "join": lambda s: join(s.api, s.event, "new"),
    "status": lambda s: s.api.get(f"/queue/status/{s.waiting.session}"),
    "refresh": lambda s: refresh(s.api, s.active[0]),
    "leave, active": lambda s: leave(s.api, s.active[2]),
    "leave, waiting": lambda s: leave(s.api, s.waiting),
    "purchase": lambda s: buy(s.api, s.active[2], s.seats[6]),
    "order": lambda s: order(s.api, s.active[2], s.seats[6:8]),
    "confirm": lambda s: settle(s.api, "confirm", s.held),
    "confirm an order": lambda s: s.api.post(f"/orders/{s.order}/confirm"),
    "cancel": lambda s: settle(s.api, "cancel", s.held),
    "cancel what is sold": lambda s: settle(s.api, "cancel", s.sold),
    "process": lambda s: s.api.post(f"/queue/process/{s.event}"),
    "update": lambda s: s.api.put(f"/events/{s.event}", {"max_active_sessions": 9}),
    "cancel the event": lambda s: s.api.put(f"/events/{s.event}", {"status": "cancelled"}),
    "add seats": lambda s: s.api.post(f"/events/{s.event}/seats", {"seats": seat_specs(1, section="Z")}),
    "block": lambda s: s.api.patch(f"/events/{s.event}/seats", {"seat_ids": [s.seats[8]], "blocked": True}),
    "seat states": lambda s: s.api.get(f"/events/{s.event}/seatmap/states"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Give one server to all tests of this file; each begins by emptying it."""
    with servers.valkey() as running:
        yield running


def a_scene(api: Api) -> Scene:
    """Set the scene."""
    event, seats = new_seated(api, 9, total_tickets=10, max_active_sessions=3)
    active = [enter(api, event, user) for user in ("ada", "bob", "carl")]
    enter(api, event, "dora")
    held, sold = hold(api, active[0], seats[0]), hold(api, active[0], seats[1])
    ordered = order(api, active[1], seats[2:4]).json["id"]
    assert settle(api, "confirm", sold).status == 200
    return Scene(api, event, seats, active, enter(api, event, "emil"), held, sold, ordered)


@pytest.mark.parametrize("name", keys.EVENT_KEYS)
def test_no_answer_lies_about_a_spoilt_key(
    server: Server, name: str, record_property: Callable[[str, object], None]
) -> None:
    """A 2xx did all, as is seen when the key is back; a refusal did nothing; whatever is in between is a 500."""
    halves = 0
    with service(server.port) as api, client(server.port) as direct:

        def everything() -> dict[bytes, bytes]:
            found = (key for key in direct.scan_iter(count=1000) if not key.startswith(b"index:"))
            return {key: direct.dump(key) for key in found}

        for command, request in COMMANDS.items():
            direct.flushall()
            scene = a_scene(api)
            key = keys.event_key(name, code_of(scene.event))
            sound, is_text = direct.dump(key), direct.type(key) == b"string"
            direct.delete(key)
            direct.rpush(key, "spoilt") if is_text else direct.set(key, "spoilt")
            before = everything()
            answer = request(scene)
            changed = everything() != before
            halves += answer.status == 500 and changed
            if answer.status == 500:
                assert answer.code == "internal_error"
                assert "WRONGTYPE" not in answer.text
            elif answer.status >= 400:
                assert not changed, command
            else:
                direct.delete(key)
                if sound:
                    direct.restore(key, 0, sound)
                check_server(server.port)
    record_property("figure", f"{name} spoilt: {halves} of {len(COMMANDS)} commands ended half-way, all as a 500")
