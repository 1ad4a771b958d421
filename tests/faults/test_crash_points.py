"""A worker may die at any command: what stands in Redis is consistent at once, and a retry makes it a single run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import app
from chalicelib.http.route import PREFIX
from chalicelib.ids import code_of
from chalicelib.keys import event_key
from chalicelib.runtime import runtime
from tests.faults.crash_points import Laboratory, counted, laboratory
from tests.faults.crash_scenes import Request, Scene
from tests.faults.crash_scenes_organiser import ALL_SCENES
from tests.support.api import Api
from tests.support.sale import enter, new_event, new_seated

FAR_MS = 10**13


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """A server, a proxy that kills, and workers to be killed."""
    with laboratory(tmp_path_factory.mktemp("clock")) as found:
        yield found


def test_every_route_that_changes_something_has_a_scene() -> None:
    """A new route is not served before somebody has said in which scene its workers are killed."""
    changing = {f"{row.method} {row.path.removeprefix(PREFIX)}" for row in app.table if row.method != "GET"}
    assert {scene.route for scene in ALL_SCENES} == changing


@pytest.mark.parametrize("scene", ALL_SCENES, ids=lambda scene: scene.name)
def test_a_worker_may_die_at_any_command(lab: Laboratory, scene: Scene) -> None:
    """Before and after each: every sum holds, and when another worker has repeated the request, it was done once."""
    verdict = lab.examine(scene)
    assert not verdict.troubles()
    assert bool(verdict.points) != scene.stateless


def _a_seat_to_block(api: Api) -> Request:
    event, seats = new_seated(api)
    return Request("PATCH", f"/events/{event}/seats", {"seat_ids": seats[:1], "blocked": True})


def block_step_by_step(request: Request) -> int:
    """Block the first seat as one does it without a script: look, then map, two counters and the log."""
    code, store = code_of(request.body["seat_ids"][0]), runtime().store
    if store.command("GETRANGE", event_key("seatmap", code), 0, 0) == "a":
        store.command("SETRANGE", event_key("seatmap", code), 0, "b")
        store.command("HINCRBY", event_key("events", code), "blocked", 1)
        store.command("HINCRBY", event_key("events", code), "available", -1)
        words = ("at", FAR_MS, "what", "seats.changed", "who", "organiser", "data", "1,block,,0,")
        store.command("XADD", event_key("log", code), "3-0", *words)
        store.command("HINCRBY", event_key("events", code), "log_seq", 1)
    return 200


def test_a_command_in_several_steps_does_not_pass(lab: Laboratory) -> None:
    """Right when nobody disturbs it; killed between its writes it leaves sums that do not hold, and no retry mends."""
    verdict = lab.examine(Scene("", "a seat blocked step by step", _a_seat_to_block), block_step_by_step)
    assert counted([verdict]) == (12, 4, 4)


def _a_standing_ticket_without_a_key(api: Api) -> Request:
    ada = enter(api, new_event(api), "ada")
    wish = {"event_id": ada.event, "user_id": ada.user, "session_id": ada.session}
    return Request("POST", "/tickets/purchase", wish)


def test_an_effect_that_a_retry_has_twice_does_not_pass(lab: Laboratory) -> None:
    """Without a key a second purchase is a second wish: consistent, but not what a single run leaves."""
    verdict = lab.examine(Scene("", "a purchase without a key", _a_standing_ticket_without_a_key))
    assert counted([verdict]) == (4, 4, 3)
    assert verdict.troubles()[0].startswith("after command 2 of 2, after the retry: not as after a single run")
