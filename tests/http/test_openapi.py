"""The OpenAPI document: it is what is committed, it is valid, and it says what the routes can answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import app
from chalicelib.errors import REFUSALS
from chalicelib.events.routes import SCHEDULE_REFUSALS
from chalicelib.http.problem import STATUS
from chalicelib.http.route import Route
from chalicelib.pages.routes import routes as pages
from chalicelib.scripting import LUA
from tests.http.stage import DOCUMENT, PROBLEM, label
from tests.lint_lua import header_words
from tests.support.api import Api

ROOT = Path(__file__).parents[2]


def test_the_committed_document_is_the_generated_one() -> None:
    """`make openapi` was run after the last change; a reader of the repository sees what is served."""
    assert json.loads((ROOT / "docs" / "openapi.json").read_text()) == json.loads(json.dumps(DOCUMENT))


def test_the_served_document_is_the_generated_one(api: Api) -> None:
    """It may be cached for a minute."""
    served = api.get("/openapi.json")
    assert (served.status, served.json) == (200, json.loads(json.dumps(DOCUMENT)))
    assert served.headers["Cache-Control"] == "public, max-age=60"


def test_it_is_a_valid_document() -> None:
    """Of OpenAPI 3.1; every reference leads somewhere, every operation has a name of its own."""
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    names = [operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names)) == len(app.table)


def test_it_has_exactly_the_routes_of_the_app() -> None:
    """What is served to programs is written down, and nothing else; pages are for people."""
    served = {(path, method.lower()) for path, methods in app.app.routes.items() for method in methods}
    served -= {(row.path, row.method.lower()) for row in pages}
    assert {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods} == served


def test_every_parameter_of_a_path_is_described() -> None:
    """Once, as required."""
    for path, methods in DOCUMENT["paths"].items():
        for operation in methods.values():
            said = [known["name"] for known in operation.get("parameters", []) if known["in"] == "path"]
            assert said == re.findall(r"{(\w+)}", path)


@pytest.mark.parametrize("row", app.table, ids=label)
def test_every_refusal_of_a_route_is_described_under_its_status(row: Route) -> None:
    """With its word, and as a problem document."""
    responses = DOCUMENT["paths"][row.path][row.method.lower()]["responses"]
    for code in row.refusals:
        response = responses[str(STATUS[REFUSALS[code].kind])]
        assert code in re.findall(r"[a-z_]+", response["description"].partition(": ")[2])
        assert response["content"]["application/problem+json"]["schema"] == PROBLEM


_OF_ACCESS = {"too_many_requests"}  # said of a route by who may use it: chalicelib.http.auth.REFUSALS
_CANCELLING = {"event_ended", "order_confirmed", "already_checked_in"}
_NO_EVENT = {"event_not_found"}  # said as "no such session", "ticket" or "order": only the code of an event was known

# Route -> its script, words that Python adds, and words of the script that cannot be met on this route.
SCRIPTS: dict[str, tuple[str, set[str], set[str]]] = {
    "create_event": ("create_event", {"too_many_events", "identity_mismatch"}, set()),
    "get_event": ("event", set(), set()),
    "update_event": ("update_event", {"identity_mismatch"}, set()),
    "change_admission": (
        "update_event",
        set(),
        {"status_change_not_allowed", "field_frozen", "capacity_below_sold", "capacity_below_seats"}
        | set(SCHEDULE_REFUSALS),
    ),
    "get_draw": ("draw", {"draw_not_found", "draw_key_changed"}, set()),
    "draw_entries": ("draw", {"draw_not_found"}, set()),
    "event_integrity": ("audit", {"event_too_large"}, set()),
    "repair_event": ("repair", {"event_too_large"}, set()),
    "room_stats": ("stats", set(), set()),
    "delete_event": ("delete_event", set(), set()),
    "my_events": ("list_events", set(), set()),
    "event_tickets": ("list_tickets", {"seat_not_found"}, set()),
    "erase_person": ("erase", set(), set()),
    "list_events": ("list_events", set(), set()),
    "list_active_events": ("list_events", set(), set()),
    "add_seats": ("add_seats", set(), set()),
    "change_seats": ("change_seats", set(), set()),
    "available_seats": ("seatmap", set(), set()),
    "seat_map": ("event", set(), set()),
    "seat_states": ("seatmap", set(), set()),
    "join": ("join", {"session_id_taken", "identity_mismatch"}, set()),
    "queue_position": ("status", set(), {"session_not_found", "polling_too_fast"}),
    "queue_status": ("status", set(), {"not_in_queue"} | _NO_EVENT),
    "queue_length": ("length", set(), set()),
    "queue_serving": ("serving", set(), set()),
    "process_queue": ("process", set(), set()),
    "refresh_session": ("refresh", set(), _NO_EVENT),
    "leave_queue": ("leave", set(), _NO_EVENT),
    "purchase": ("purchase", {"identity_mismatch"}, set()),
    "create_order": ("purchase", {"identity_mismatch"}, set()),
    "get_order": ("tickets", set(), {"ticket_not_found"} | _NO_EVENT),
    "get_ticket": ("tickets", set(), {"order_not_found"} | _NO_EVENT),
    "check_in": ("check_in", {"check_in_not_offered", "ticket_code_invalid"}, _NO_EVENT),
    "tickets_of_user": ("tickets", {"identity_mismatch"}, {"ticket_not_found", "order_not_found"} | _NO_EVENT),
    "confirm_order": ("settle", {"not_durable"}, {"ticket_not_found"} | _CANCELLING | _NO_EVENT),
    "confirm_ticket": ("settle", {"not_durable"}, {"order_not_found"} | _CANCELLING | _NO_EVENT),
    "cancel_order": ("settle", set(), {"ticket_not_found", "ticket_cancelled", "event_cancelled"} | _NO_EVENT),
    "cancel_ticket": (
        "settle",
        set(),
        {"order_not_found", "ticket_cancelled", "event_cancelled", "order_confirmed"} | _NO_EVENT,
    ),
}


@pytest.mark.parametrize("row", [row for row in app.table if label(row) in SCRIPTS], ids=label)
def test_a_route_names_exactly_the_words_that_its_script_can_say(row: Route) -> None:
    """Nothing it can refuse with is kept silent, and nothing is threatened that cannot happen."""
    script, added, never = SCRIPTS[label(row)]
    words = set(header_words((LUA / f"{script}.lua").read_text())) - _OF_ACCESS
    assert never <= words
    assert set(row.refusals) == (words | added) - never


def test_every_route_with_a_script_is_in_that_table() -> None:
    """Health, the document, the keys of the tokens and a guest's identity have none."""
    none = {"/health", "health", "/openapi.json", "/.well-known/jwks.json", "create_guest"}
    assert {label(row) for row in app.table} - set(SCRIPTS) == none


def test_only_a_refusal_has_a_code() -> None:
    """So a client knows one by it, in whatever it reads."""
    schemas = DOCUMENT["components"]["schemas"]
    assert [name for name, schema in schemas.items() if "code" in schema.get("properties", {})] == ["Problem"]
