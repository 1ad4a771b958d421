"""People against each other: places in order, never too many inside."""

from __future__ import annotations

from chalicelib.ids import code_of
from chalicelib.keys import event_key
from chalicelib.settings import Settings
from chalicelib.store import connect
from tests.concurrency import workers
from tests.support.api import Api
from tests.support.pool import run_processes
from tests.support.sale import new_event

MAX_ACTIVE = 5


def log_of(port: int, event: str) -> list[dict[str, str]]:
    """Read the whole log of an event."""
    store = connect(Settings(redis_host="127.0.0.1", redis_port=port))
    entries = store.command("XRANGE", event_key("log", code_of(event)), "-", "+")
    store.close()
    return [dict(fields) for _, fields in entries]


def test_1600_joins_from_32_workers_are_a_sequence_without_gap(port: int, api: Api) -> None:
    """Each is a 201 at its first time and the same place at its second; the places are 1 to 1,600."""
    event = new_event(api, total_tickets=1, max_active_sessions=1)
    users = [f"user-{n}" for n in range(1600)]
    shares = run_processes(workers.join_all, [(port, event, users[w::32]) for w in range(32)], processes=32)
    joined = [joined for share in shares for joined in share]
    assert {status for _, status, _ in joined} == {201}
    assert len({session for _, _, session in joined}) == 1600
    entered = [e for e in log_of(port, event) if e["what"] in {"session.joined", "session.activated"}]
    assert [int(e["data"]) for e in entered] == list(range(1, 1601))
    assert api.get(f"/queue/length/{event}").json["length"] == 1599


def test_eight_drains_never_let_too_many_in_and_keep_the_order(port: int, api: Api) -> None:
    """Four drains with the lease and four without, while people come and go."""
    event = new_event(api, total_tickets=1_000_000, max_active_sessions=MAX_ACTIVE)
    users = [f"user-{n}" for n in range(400)]
    calls = [(port, event, users[worker::8]) for worker in range(8)]
    jobs = [("go", call) for call in calls] + [("raw", (port, event, 60))] * 4 + [("handler", (port, 60))] * 4
    run_processes(one_of, jobs, processes=16)

    active, places = set(), []
    for entry in log_of(port, event):
        if entry["what"] == "session.activated":
            active.add(entry["who"])
            places.append(int(entry["data"]))
            assert len(active) <= MAX_ACTIVE, "too many inside"
        elif entry["what"] in {"session.left", "session.expired", "session.completed"}:
            active.discard(entry["who"])
    assert places == sorted(places), "somebody was let in before somebody who came earlier"
    assert len(places) == len(set(places))
    assert len(places) >= MAX_ACTIVE


def one_of(job: str, arguments: tuple[object, ...]) -> int:
    """Do one job of the mix: the pool runs one function."""
    known = {"go": workers.come_and_go, "raw": workers.drain_raw, "handler": workers.drain_handler}
    return known[job](*arguments)  # type: ignore[operator, no-any-return]
