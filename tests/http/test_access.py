"""Who may use which route: one table, written apart from the routes; a route without a row fails."""

from __future__ import annotations

import pytest

import app
from chalicelib.http.auth import REFUSALS, Access
from chalicelib.http.problem import SECURITY_HEADERS, STRICT_TRANSPORT
from chalicelib.http.route import Route
from tests.http.good import BODIES, GOOD, path_of
from tests.http.refused import REFUSED
from tests.http.stage import DOCUMENT, Stage, call_gateway, judge, label
from tests.support.api import Answer, Api
from tests.support.people import Person, want_tokens

PUBLIC = {
    *("list_events", "list_active_events", "get_event", "available_seats", "seat_map", "seat_states"),
    *("get_draw", "draw_entries", "queue_length", "queue_serving", "create_guest"),
    *("health", "/health", "/openapi.json", "/.well-known/jwks.json"),
}
BUYER = {
    *("join", "queue_position", "queue_status", "refresh_session", "leave_queue", "purchase", "create_order"),
    *("get_order", "confirm_order", "cancel_order", "get_ticket", "confirm_ticket", "cancel_ticket", "tickets_of_user"),
}
ORGANISER = {
    *("create_event", "update_event", "delete_event", "change_admission", "add_seats", "change_seats"),
    *("process_queue", "room_stats", "erase_person", "event_integrity", "repair_event", "check_in"),
    *("my_events", "event_tickets"),
}
ROUTES = {label(row): row for row in app.table}


def test_every_route_is_in_exactly_one_row() -> None:
    """A new route has to be put here, by somebody who thinks about who may use it."""
    assert sorted([*PUBLIC, *BUYER, *ORGANISER]) == sorted(ROUTES)


@pytest.mark.parametrize("row", app.table, ids=label)
def test_a_route_lets_in_whom_the_table_says(stage: Stage, row: Route) -> None:
    """Without a token, with a buyer's, with an organiser's; whoever is let in meets the next thing that is wrong."""
    want_tokens(stage.house)
    asked = [_ask(api, row) for api in (Api(), Person("ada"), Person("olga", "organiser"))]
    codes = [answer.code if answer.status in {401, 403} else None for answer in asked]
    expected = {
        Access.PUBLIC: [None, None, None],
        Access.BUYER: ["token_missing", None, None],
        Access.ORGANISER: ["token_missing", "organiser_required", None],
    }
    wanted = Access.PUBLIC if label(row) in PUBLIC else Access.BUYER if label(row) in BUYER else Access.ORGANISER
    if label(row) == "create_guest":
        codes[1:] = [None, None]  # a buyer's token is no guest's, which is another matter
    assert codes == expected[wanted], asked
    assert row.access is wanted


@pytest.mark.parametrize("row", app.table, ids=label)
def test_the_document_says_who_may_use_a_route(row: Route) -> None:
    """With the words by which others are refused."""
    operation = DOCUMENT["paths"][row.path][row.method.lower()]
    assert operation["security"] == ([] if label(row) in PUBLIC else [{"bearer": []}])
    described = " ".join(answer["description"] for answer in operation["responses"].values())
    assert all(word in described for word in REFUSALS[row.access])


@pytest.mark.parametrize("name", GOOD)
def test_every_good_answer_has_the_headers_of_safety(stage: Stage, name: str) -> None:
    """Data is not to be guessed at, run, framed, or told to the next page."""
    assert_safe(GOOD[name](stage))


@pytest.mark.parametrize(("name", "code"), [row for row in REFUSED if row[0] in {"join", "purchase"}])
def test_every_refusal_has_them_too(stage: Stage, name: str, code: str) -> None:
    """Whatever is refused, wherever."""
    assert_safe(REFUSED[name, code](stage))


def test_what_chalice_refuses_by_itself_has_them_too(stage: Stage) -> None:
    """An unknown path, a wrong method, a wrong media type."""
    assert_safe(call_gateway("GET", "/nothing"))
    assert_safe(call_gateway("BREW", "/health"))
    assert_safe(stage.api.post("/events", b"x", Content_Type="text/plain"))


def assert_safe(answer: Answer) -> None:
    """Assert the headers that stand on every answer of an open service; only TLS makes sense of the last one."""
    assert SECURITY_HEADERS.items() <= answer.headers.items()
    assert set(SECURITY_HEADERS) == {"X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy"}
    assert not STRICT_TRANSPORT.keys() & answer.headers.keys()


def _ask(api: Api, row: Route) -> Answer:
    body = {k: v for k, v in (BODIES.get(label(row)) or {}).items() if k != "user_id" or label(row) == "erase_person"}
    path = (
        path_of(row) if label(row) != "tickets_of_user" else path_of(row).replace("ada", getattr(api, "user_id", "x"))
    )
    answer = api.call(row.method, path, body if row.body else None)
    judge(row, answer)
    return answer
