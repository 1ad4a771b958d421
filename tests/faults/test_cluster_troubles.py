"""A cluster in trouble: a slot that moves under load, and a node that is gone."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from chalicelib.ids import code_of
from chalicelib.keys import event_key
from chalicelib.runtime import runtime
from tests.audit import assert_audited
from tests.faults.service import LONG, assert_unavailable, in_time, service
from tests.support import servers
from tests.support.sale import buy, counts, crowd, enter, hold, join, new_event, new_seated, settle
from tests.support.servers import Cluster, client
from tests.support.wait import wait_until

MOVES = 20 if LONG else 4
SEATS = 2000


class Nodes:
    """The nodes of a cluster, asked directly."""

    def __init__(self, cluster: Cluster) -> None:
        self.direct: list[Any] = [client(node.port) for node in cluster.nodes]
        self.ports = [node.port for node in cluster.nodes]
        self.ids = [str(node.execute_command("CLUSTER", "MYID").decode()) for node in self.direct]

    def owner(self, slot: int) -> int:
        """Tell which node says that the slot is its own."""
        for number, node in enumerate(self.direct):
            for first, last, _, *_ in _slots(node, self.ids[number]):
                if first <= slot <= last:
                    return number
        raise LookupError(slot)

    def move(self, slot: int, source: int, target: int) -> None:
        """Move a slot as an operator's tool does: marked on both sides, key after key, then said to all."""
        self.direct[target].execute_command("CLUSTER", "SETSLOT", slot, "IMPORTING", self.ids[source])
        self.direct[source].execute_command("CLUSTER", "SETSLOT", slot, "MIGRATING", self.ids[target])
        while keys := self.direct[source].execute_command("CLUSTER", "GETKEYSINSLOT", slot, 3):
            words = ("MIGRATE", "127.0.0.1", self.ports[target], "", 0, 5000, "KEYS", *keys)
            self.direct[source].execute_command(*words)
        for node in (target, source, 3 - target - source):
            self.direct[node].execute_command("CLUSTER", "SETSLOT", slot, "NODE", self.ids[target])


def _slots(node: Any, node_id: str) -> list[list[int]]:
    rows = node.execute_command("CLUSTER", "SLOTS")
    found = [[row[0], row[1], row[2][2].decode()] for row in rows] if isinstance(rows, list) else []
    return [row for row in found if row[2] == node_id]


def test_a_slot_that_moves_under_load_costs_some_503_and_no_ticket(
    record_property: Callable[[str, object], None],
) -> None:
    """MOVED, ASK and TRYAGAIN: whatever is asked meanwhile is a 2xx, a 4xx or a 503; repeats make it whole."""
    with servers.cluster() as three, service(three.port, redis_cluster=True) as api:
        nodes = Nodes(three)
        event, seats = new_seated(api, SEATS, max_active_sessions=SEATS)
        visitors, tickets = crowd(event, SEATS), list[str]()
        moving = threading.Thread(target=move_about, args=(nodes, slot_of(nodes, event), tickets))
        moving.start()
        statuses: Counter[int] = Counter()
        for visitor, seat in zip(visitors, seats, strict=True):
            bought = in_time(lambda v=visitor, s=seat: buy(api, v, s))  # type: ignore[misc]
            statuses[bought.status] += 1
            if bought.status == 201:
                tickets.append(bought.json["id"])
                statuses[in_time(lambda: settle(api, "confirm", tickets[-1])).status] += 1
            if not moving.is_alive():
                break
        moving.join()
        record_property("figure", f"a slot moved {MOVES} times under load: {dict(statuses)}")
        assert set(statuses) <= {200, 201, 503}
        assert statuses[201] >= 20 * MOVES
        asked = zip(visitors, seats[: len(tickets) + statuses[503]], strict=False)
        again = [buy(api, visitor, seat).status for visitor, seat in asked]
        assert set(again) <= {200, 201, 409}, "held or sold to the one who asked, or free until now"
        assert {settle(api, "confirm", ticket).status for ticket in tickets} == {200}
        available, held, sold = counts(api, event)
        assert (available + held + sold, sold) == (SEATS, len(tickets))
        assert_audited(runtime().store)


def move_about(nodes: Nodes, slot: int, tickets: list[str]) -> None:
    """Move a slot from node to node, again when twenty tickets more have been bought."""
    for move in range(1, MOVES + 1):
        source = nodes.owner(slot)
        nodes.move(slot, source, (source + 1) % 3)
        wait_until(lambda move=move: len(tickets) >= 20 * move, within_s=30, what="tickets")  # type: ignore[misc]


def test_a_cluster_that_has_lost_a_node_is_a_503_everywhere() -> None:
    """From the loss to CLUSTERDOWN and after it, whichever node has the event; when told to serve the rest, it does."""
    impatient = ["--cluster-node-timeout", "1000"]
    with servers.cluster(options=impatient) as three, service(three.port, redis_cluster=True) as api:
        nodes = Nodes(three)
        events: dict[int, str] = {}
        while len(events) < 3:
            event = new_event(api)
            events[nodes.owner(slot_of(nodes, event))] = event
        tickets = {node: hold(api, enter(api, event, "ada")) for node, event in events.items()}
        three.nodes[2].kill()
        assert in_time(lambda: settle(api, "confirm", tickets[2])).status == 503
        wait_until(lambda: is_down(nodes.direct[0]) and is_down(nodes.direct[1]), within_s=20, what="CLUSTERDOWN")
        for ticket in tickets.values():
            answer = in_time(lambda ticket=ticket: settle(api, "confirm", ticket))  # type: ignore[misc]
            assert (answer.status, answer.code) == (503, "redis_unavailable")
        assert_unavailable(in_time(lambda: join(api, events[0], "bob")), "none")
        for node in nodes.direct[:2]:
            node.config_set("cluster-require-full-coverage", "no")
        wait_until(lambda: settle(api, "confirm", tickets[0]).status == 200, within_s=20, what="a node that serves")
        assert settle(api, "confirm", tickets[1]).status == 200
        assert in_time(lambda: settle(api, "confirm", tickets[2])).status == 503


def slot_of(nodes: Nodes, event: str) -> int:
    """Give the slot of an event."""
    return int(nodes.direct[0].execute_command("CLUSTER", "KEYSLOT", event_key("events", code_of(event))))


def is_down(node: Any) -> bool:
    """Tell whether a node says that the cluster is down."""
    return b"cluster_state:fail" in node.execute_command("CLUSTER", "INFO")
