"""Replies that get lost: our one retry gives the result of the first try, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.faults.service import assert_unavailable, check_server, commands_run, in_time, service
from tests.support import servers
from tests.support.api import Api
from tests.support.proxy import Proxy
from tests.support.sale import (
    Visitor,
    buy,
    counts,
    enter,
    event_body,
    hold,
    join,
    leave,
    logged,
    new_event,
    new_seated,
    order,
    refresh,
    seat_specs,
    settle,
    state,
)
from tests.support.servers import Server
from tests.support.wait import wait_until


@dataclass(frozen=True)
class Line:
    """The service behind a line that a test cuts."""

    api: Api
    proxy: Proxy
    server: Server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Give one server to the tests of this file."""
    with servers.valkey() as running:
        yield running


@pytest.fixture
def line(server: Server) -> Iterator[Line]:
    """Give a warm service behind a fresh proxy; afterwards everything on the server must add up."""
    with Proxy(server.port) as proxy, service(proxy.port) as api:
        warm = hold(api, enter(api, new_event(api), "warm"))
        settle(api, "confirm", warm)
        yield Line(api, proxy, server)
        check_server(server.port)


Trouble = Callable[[int], None]


@pytest.fixture(params=["lose_reply", "refuse"], ids=["the reply is lost", "the command is lost"])
def trouble(line: Line, request: pytest.FixtureRequest) -> Trouble:
    """Give what happens to the k-th command from now on: it ran and was not answered, or it never arrived."""
    happens: Trouble = getattr(line.proxy, request.param)
    return happens


def test_a_join_is_answered_as_the_first(line: Line, trouble: Trouble) -> None:
    """201, since this request made the place; and there is one."""
    event = new_event(line.api, max_active_sessions=1)
    enter(line.api, event, "first")
    trouble(1)
    joined = in_time(lambda: join(line.api, event, "ada"))
    assert (joined.status, joined.json["position"]) == (201, 1)
    again = join(line.api, event, "ada").json
    assert again == joined.json | {name: again[name] for name in ("poll_after_ms", "updated_at")}  # a poll of its own
    assert line.api.get(f"/queue/length/{event}").json["length"] == 1
    assert logged(event).count("session.joined") == 1


@pytest.mark.parametrize("kth", [1, 2])
def test_a_purchase_is_answered_as_the_first(line: Line, trouble: Trouble, kth: int) -> None:
    """201 with the same ticket, by either command of its pipeline; one ticket is held."""
    event, seats = new_seated(line.api)
    ada = enter(line.api, event, "ada")
    trouble(kth)
    bought = in_time(lambda: buy(line.api, ada, seats[0]))
    assert (bought.status, bought.json["status"]) == (201, "reserved")
    assert line.api.get(f"/tickets/{bought.json['id']}").json == bought.json
    assert counts(line.api, event) == (9, 1, 0)


def test_a_standing_purchase_is_not_made_twice(line: Line, trouble: Trouble) -> None:
    """No seat says that it is the same ticket; the order's id does, which our retry brings again."""
    ada = enter(line.api, new_event(line.api), "ada")
    trouble(2)
    bought = in_time(lambda: buy(line.api, ada))
    assert (bought.status, bought.headers.get("Idempotent-Replayed")) == (201, None)
    assert counts(line.api, ada.event) == (9, 1, 0)


def test_an_order_is_answered_as_the_first(line: Line, trouble: Trouble) -> None:
    """All its tickets, once; also with a key, and then a repeat is a replay."""
    ada = enter(line.api, new_event(line.api), "ada")
    trouble(2)
    made = in_time(lambda: order(line.api, ada, 3, Idempotency_Key="k"))
    assert (made.status, made.headers.get("Idempotent-Replayed"), len(made.json["tickets"])) == (201, None, 3)
    again = order(line.api, ada, 3, Idempotency_Key="k")
    assert (again.status, again.headers.get("Idempotent-Replayed"), again.json) == (200, "true", made.json)
    assert counts(line.api, ada.event) == (7, 3, 0)


@pytest.mark.parametrize("kth", [1, 2])
@pytest.mark.parametrize("with_key", [False, True])
def test_an_event_is_created_once(line: Line, trouble: Trouble, kth: int, *, with_key: bool) -> None:
    """201 whichever of its two commands is hit, with an Idempotency-Key and without."""
    headers = {"Idempotency-Key": f"k-{line.proxy.port}"} if with_key else {}
    trouble(kth)
    made = in_time(lambda: line.api.call("POST", "/events", event_body(), headers))
    assert (made.status, made.headers.get("Idempotent-Replayed")) == (201, None), made.text
    assert line.api.get(f"/events/{made.json['id']}").json == made.json["event"]


def test_an_event_whose_creation_was_never_answered_is_in_the_list(line: Line) -> None:
    """All replies of scripts are lost: it is there, so it can be found and is moved on."""
    wish = event_body(name="Orphan", start_time="2080-01-01T20:00:00Z", end_time="2080-01-01T23:00:00Z")
    line.proxy.lose_replies(1, seed=0)
    assert_unavailable(in_time(lambda: line.api.post("/events", wish)), "unknown")
    line.proxy.lose_replies(0, seed=0)
    soonest = line.api.get("/events?limit=1").json["events"]
    assert [event["name"] for event in soonest] == ["Orphan"]


@pytest.mark.parametrize(("action", "status"), [("confirm", "confirmed"), ("cancel", "cancelled")])
def test_a_ticket_is_settled_once(line: Line, trouble: Trouble, action: str, status: str) -> None:
    """200 with the ticket; the log has it once."""
    ada = enter(line.api, new_event(line.api), "ada")
    ticket = hold(line.api, ada)
    trouble(1)
    settled = in_time(lambda: settle(line.api, action, ticket))
    assert (settled.status, settled.json["ticket"]["status"]) == (200, status)
    assert logged(ada.event).count(f"ticket.{status}") == 1


def test_refresh_and_leave_are_answered_as_the_first(line: Line, trouble: Trouble) -> None:
    """200; the session is as the answer says."""
    ada = enter(line.api, new_event(line.api), "ada")
    trouble(1)
    assert in_time(lambda: refresh(line.api, ada)).status == 200
    trouble(1)
    left = in_time(lambda: leave(line.api, ada))
    assert (left.status, left.json["entry"]["status"], state(line.api, ada)) == (200, "left", "left")
    assert logged(ada.event).count("session.left") == 1


def test_a_process_admits_nobody_twice(line: Line, trouble: Trouble) -> None:
    """The one whom the first try let in is the answer of the second."""
    event = new_event(line.api, max_active_sessions=1)
    visitors = [enter(line.api, event, user) for user in ("first", "ada", "bob", "carl")]
    assert line.api.put(f"/events/{event}", {"admissions_per_minute": 1, "max_active_sessions": 10}).status == 200
    waiting = [visitor for visitor in visitors if state(line.api, visitor) == "waiting"]
    trouble(1)
    processed = in_time(lambda: line.api.post(f"/queue/process/{event}"))
    assert (processed.status, processed.json["session_id"]) == (200, waiting[0].session)
    assert [state(line.api, visitor) for visitor in waiting[1:]] == ["waiting"] * (len(waiting) - 1)


@pytest.mark.parametrize("kth", [1, 2])
def test_seats_are_added_once(line: Line, trouble: Trouble, kth: int) -> None:
    """Whichever page is hit, the one that checks or the one that writes."""
    event = new_event(line.api, is_seated_event=True)
    trouble(kth)
    added = in_time(lambda: line.api.post(f"/events/{event}/seats", {"seats": seat_specs(10)}))
    assert added.status == 201
    assert added.json["count"] + added.json["skipped"] == 10
    assert line.api.get(f"/events/{event}").json["available_tickets"] == 10


def test_a_command_is_sent_twice_at_most(line: Line) -> None:
    """Whoever tries again, the client library included: what is lost over and over must not run over and over."""
    event = new_event(line.api)
    line.proxy.lose_replies(1, seed=0)
    sent = line.proxy.total
    assert_unavailable(in_time(lambda: join(line.api, event, "ada")), "unknown")
    assert line.proxy.total - sent == 2
    line.proxy.lose_replies(0, seed=0)


def test_a_reply_that_never_comes_is_waited_for_once(line: Line) -> None:
    """The second try takes another connection, and says the same as the first would have."""
    event = new_event(line.api)
    line.proxy.swallow(1)
    joined = in_time(lambda: join(line.api, event, "ada"))
    line.proxy.swallow(2)
    bought = in_time(lambda: buy(line.api, Visitor(event, "ada", joined.json["session_id"])))
    assert (joined.status, bought.status) == (201, 201)
    assert counts(line.api, event) == (9, 1, 0)


def test_a_line_that_stays_dead_is_unknown_and_the_next_request_gets_its_own_answer(line: Line) -> None:
    """Both tries are swallowed; a late answer to one of them must not be taken for another's."""
    event = new_event(line.api)
    ada, bob = enter(line.api, event, "ada"), enter(line.api, event, "bob")
    line.proxy.swallow(1)
    line.proxy.swallow(2)
    assert_unavailable(in_time(lambda: line.api.get(f"/queue/status/{ada.session}")), "unknown")
    for visitor in (bob, ada, bob):
        entry = line.api.get(f"/queue/status/{visitor.session}").json["entry"]
        assert (entry["user_id"], entry["session_id"]) == (visitor.user, visitor.session)


def test_a_command_that_arrives_after_its_retry_does_nothing_more(line: Line) -> None:
    """Held back on the way for longer than we wait, it runs when the retry has long been answered."""
    event = new_event(line.api)
    ada = enter(line.api, event, "ada")
    commands = commands_run(line.server)
    line.proxy.delay(1, ms=1300)
    joined = in_time(lambda: join(line.api, event, "bob"))
    line.proxy.delay(2, ms=1300)
    bought = in_time(lambda: buy(line.api, ada))
    assert (joined.status, bought.status) == (201, 201)
    wait_until(lambda: commands_run(line.server) == commands + 4, what="the late commands")
    assert counts(line.api, event) == (9, 1, 0)
    assert (logged(event).count("session.activated"), logged(event).count("ticket.reserved")) == (2, 1)


def test_a_join_that_arrives_when_its_turn_is_over_makes_no_other(line: Line) -> None:
    """It brings the session that its retry has made, and which was given up since: that is over, and stays so."""
    event, commands = new_event(line.api), commands_run(line.server)
    line.proxy.delay(1, ms=1300)
    ada = enter(line.api, event, "ada")
    hold(line.api, ada)
    assert leave(line.api, ada).status == 200
    wait_until(lambda: commands_run(line.server) == commands + 4, what="the late join")
    assert (state(line.api, ada), logged(event).count("session.activated")) == ("left", 1)


def test_a_deletion_whose_reply_was_lost_is_still_a_deletion(line: Line) -> None:
    """204 by our own retry, which finds nothing; 404 to whoever asks after that."""
    event = new_event(line.api)
    line.proxy.lose_reply(1)
    assert line.api.delete(f"/events/{event}").status == 204
    assert line.api.delete(f"/events/{event}").code == "event_not_found"
