"""What is sent stands for itself alone: nothing of it becomes a method, a header, a key or a word of ours.

`attacks.py` says which test is of which attack.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

import app
from chalicelib.http.problem import SECURITY_HEADERS
from chalicelib.http.route import Route
from tests.http.good import BODIES, GOOD, one_active, path_of
from tests.http.stage import Stage, label
from tests.support.api import Answer, path_part
from tests.support.sale import UNKNOWN, event_body, new_event, new_seated, nothing_changed, order, seat_specs
from tests.support.snapshot import snapshot

ROUTES = {label(row): row for row in app.table}
CRLF = "x\r\nX-Evil: 1\r\n\r\n<html>"
SPOOFED = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example;proto=http"}
SCRIPT = "\"><script>alert(1)</script>&lt;{{7*7}}=HYPERLINK('x')"
CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_and_no_query_makes_one_method_into_another(stage: Stage, name: str) -> None:
    """A reading stays a reading, and a wrong method a wrong method."""
    event = new_event(stage.api)
    with nothing_changed():
        read = stage.api.call("GET", f"/events/{event}?_method=DELETE", None, {name: "DELETE"})
        wrong = stage.api.call("PATCH", f"/events/{event}?_method=PUT", {"name": "Another"}, {name: "PUT"})
    assert (read.status, read.json["id"]) == (200, event)
    assert (wrong.status, wrong.code) == (405, "method_not_allowed")


NUMBERS = ("-1", "0", "-0", "1.5", "1.0", "1e3", "1E0", '"5"', '""', "true", "null", "[1]", "{}", "101")
TOO_LARGE = (str(2**31), str(2**53 + 1), str(2**63), str(10**29), "9" * 5_000, "1e400", "-1e400")


@pytest.mark.parametrize("spelling", [*NUMBERS, *TOO_LARGE], ids=lambda text: text[:12])
def test_a_quantity_is_a_whole_number_in_range_or_refused(stage: Stage, spelling: str) -> None:
    """However it is spelt; nothing is rounded, cut or taken for one."""
    visitor = one_active(stage)
    wish = json.dumps({"event_id": visitor.event, "user_id": visitor.user, "session_id": visitor.session})
    with nothing_changed():
        answer = stage.api.post("/orders", f'{wish[:-1]}, "quantity": {spelling}}}')
    assert (answer.status, answer.code) == (400, "invalid_request"), answer.text
    assert order(stage.api, visitor, 10).status == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("total_tickets", 10**9), ("total_tickets", 1_000_001), ("price", 10**12), ("hold_seconds", 10**12)),
        *(("session_seconds", 86_401), ("max_active_sessions", 10**9), ("max_tickets_per_user", 101)),
        *(("name", "x" * 201), ("description", "x" * 5_001), ("end_time", "9999-12-31T00:00:00Z")),
    ],
)
def test_an_event_beyond_a_limit_is_refused_by_the_field(stage: Stage, field: str, value: Any) -> None:
    """Every number and text of an event has a documented end."""
    with nothing_changed():
        answer = stage.api.post("/events", event_body(**{field: value}))
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (400, [field])


def test_a_standing_event_of_a_million_costs_no_more_than_one_of_ten(stage: Stage) -> None:
    """Its stock is a number: not a key and not a letter more, but for its digits."""
    sizes = []
    for total in (10, 1_000_000):
        event = new_event(stage.api, total_tickets=total)
        kept = snapshot(stage.house.store, but_polls=False)
        sizes.append(len(str({name: value for name, value in kept.items() if event[:8] in name})))
    assert sizes[1] - sizes[0] < 3 * len("1000000")


TEXTS = [
    *(("create_event", name) for name in ("name", "venue", "description", "currency", "organiser_id")),
    *(("update_event", name) for name in ("name", "venue", "description", "currency", "organiser_id")),
    *(("add_seats", name) for name in ("section", "row", "number")),
    *(("join", name) for name in ("event_id", "user_id", "session_id", "nonce")),
    *(("purchase", name) for name in ("event_id", "user_id", "session_id", "seat_id")),
    *(("change_admission", "message"), ("change_seats", "reason")),
    *((name, "payment_reference") for name in ("confirm_ticket", "confirm_order")),
]


@pytest.mark.parametrize(("name", "field"), TEXTS)
def test_a_control_character_is_refused_in_every_text(stage: Stage, name: str, field: str) -> None:
    """All of C0 and C1, raw or escaped; but a description may have lines and tabs."""
    row, spared = ROUTES[name], set("\t\n\r") if field == "description" else set()
    with nothing_changed():
        for control in sorted(set(CONTROLS) - spared):
            answer = stage.api.call(row.method, path_of(row), _with(row, field, f"a{control}b"))
            assert (answer.status, answer.code) == (400, "invalid_request"), (control, answer.text)
            assert control not in answer.text


NO_NAMES = ("a:b", "{x}", "{}", "*", "[a-z]", "a\nb", "a,b", "a b", "\u00e9", "", ".", "..", "x" * 129, "a/b", "a\x1fb")


@pytest.mark.parametrize("text", NO_NAMES, ids=repr)
def test_what_could_mean_something_in_a_key_is_no_name(stage: Stage, text: str) -> None:
    """Of a person or of a session: no pattern, no hash tag, no separator gets as far as Redis."""
    event = new_event(stage.api)
    with nothing_changed():
        for field in ("user_id", "session_id"):
            wish = {"event_id": event, "user_id": "ada", "session_id": "session-1"} | {field: text}
            assert stage.api.post("/queue/join", wish).code == "invalid_request"
        if "/" not in text and text not in {"", ".", ".."}:
            assert stage.api.get(f"/tickets/user/{path_part(text)}").code == "invalid_id"


def test_the_strangest_name_stays_in_the_slot_of_its_event(stage: Stage) -> None:
    """The tag of the event comes first in every key, and what a person is called comes in none of them."""
    event, name = new_event(stage.api), "A~z|0@9.+=-_"
    assert stage.api.post("/queue/join", {"event_id": event, "user_id": name, "session_id": "s|1"}).status == 201
    named = [key for key in stage.house.store.client.scan_iter() if name in key]
    of_event = list(stage.house.store.client.scan_iter(match="*{*"))
    assert not named
    assert {key.partition(":")[2] for key in of_event} == {f"{{{event[:8]}{event[9:13]}}}"}


def test_no_text_breaks_out_of_a_header(stage: Stage) -> None:
    """What comes back in Location, Link or ETag has been encoded, or was ours from the beginning."""
    event, _ = new_seated(stage.api)
    available = f"/events/{event}/seats/available"
    answers = [
        stage.api.get(f"{available}?limit=1&section={path_part(CRLF)}"),
        stage.api.get(f"{available}?limit=1&section=A&x={path_part(CRLF)}"),
        stage.api.get(f"/events/{event}/seatmap/states", If_None_Match=CRLF),
        stage.api.get(f"/queue/serving/{event}", If_None_Match=f'W/"{CRLF}"'),
        stage.api.get(f"/tickets/user/{path_part(CRLF)}"),
        stage.api.post("/events", event_body(name="x", venue="y"), Idempotency_Key=CRLF),
        stage.api.post("/events", event_body(), Origin=CRLF, Referer=CRLF),
    ]
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 400, 400, 201]
    for answer in answers:
        _assert_plain(answer)


@pytest.mark.parametrize("spoofed", SPOOFED, ids=str)
def test_no_link_is_made_from_what_a_request_calls_its_host(stage: Stage, spoofed: str) -> None:
    """Location and Link are paths: whoever follows them stays where they are."""
    headers = {spoofed: SPOOFED[spoofed]}
    made = stage.api.call("POST", "/events", event_body(is_seated_event=True), headers)
    event = made.json["id"]
    stage.api.post(f"/events/{event}/seats", {"seats": seat_specs(3)})
    page = stage.api.call("GET", f"/events/{event}/seats/available?limit=1", None, headers)
    assert made.headers["Location"] == f"/api/v1/events/{event}"
    assert page.headers["Link"].startswith(f"</api/v1/events/{event}/")
    for answer in (made, page, stage.api.call("GET", "/openapi.json", None, headers)):
        assert "evil" not in answer.text + str(answer.headers)


def test_markup_is_data_wherever_it_comes_back(stage: Stage) -> None:
    """As it was sent, in JSON that says what it is and that nobody may guess at, run or frame."""
    words = {"name": SCRIPT, "venue": SCRIPT, "description": SCRIPT}
    event = new_event(stage.api, is_seated_event=True, **words)
    label_ = SCRIPT[:40]
    stage.api.post(f"/events/{event}/seats", {"seats": [{"section": label_, "row": label_, "number": label_}]})
    stage.api.post(f"/events/{event}/admission", {"message": SCRIPT})
    answers = [stage.api.get(f"/events/{event}{rest}") for rest in ("", "/seats/available", "/seatmap")]
    answers += [stage.api.get("/events"), stage.api.get(f"/queue/serving/{event}")]
    for answer in answers:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/json"
        assert SECURITY_HEADERS.items() <= answer.headers.items()
    assert {name: answers[0].json[name] for name in words} == words
    assert answers[1].json[0]["section"] == label_
    assert answers[4].json["message"] == SCRIPT
    refused = stage.api.post("/events", event_body(**{SCRIPT: SCRIPT}))
    assert refused.status == 400
    assert not set("<>") & set(refused.text)


@pytest.mark.parametrize("row", app.table, ids=label)
def test_no_refusal_repeats_what_was_sent(stage: Stage, row: Route) -> None:
    """A card number typed into the wrong field, a token in a path: it comes back in no body and no header."""
    canary, answers = "canary-4111111111111111", []
    for field in BODIES.get(label(row), {}):
        wrong = (BODIES[label(row)] | {field: value} for value in (canary + "\n", [canary], {"x": canary}))
        answers += [stage.api.call(row.method, path_of(row), body) for body in wrong]
    if "{" in row.path:
        bad = path_of(row).replace(UNKNOWN, canary + "%2c").replace("/ada", f"/{canary}%2c")
        answers.append(stage.api.call(row.method, bad, BODIES.get(label(row))))
    if row.query:
        fields = row.query.model_fields
        query = "&".join(f"{name}={canary * 5}%00" for name in fields)
        answers.append(stage.api.call(row.method, f"{path_of(row)}?{query}", None))
    if row.idempotent:
        answers.append(stage.api.call(row.method, path_of(row), BODIES[label(row)], {"Idempotency-Key": f"{canary} "}))
    for answer in answers:
        assert answer.status == 400, answer.text
        assert canary not in answer.text + str(answer.headers)


@pytest.mark.parametrize("name", GOOD)
def test_no_answer_sets_a_cookie(stage: Stage, name: str) -> None:
    """Who asks is said by a token that no browser adds by itself: a page of another site acts for nobody."""
    assert "set-cookie" not in {header.lower() for header in GOOD[name](stage).headers}


def _with(row: Route, field: str, text: str) -> dict[str, Any]:
    body = BODIES[label(row)]
    if row.name == "add_seats":
        return {"seats": [body["seats"][0] | {field: text}]}
    return body | {field: text}


def _assert_plain(answer: Answer) -> None:
    for name, value in answer.headers.items():
        assert not set("\r\n") & set(name + value), (name, value)
    assert "x-evil" not in {name.lower() for name in answer.headers}
