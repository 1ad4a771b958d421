"""The draw as everybody sees it: bound from the creation, secret until the start, then checkable by anyone."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.queue.draw import commitment_of, receipt_of
from chalicelib.runtime import Runtime
from chalicelib.seeds import seed_of
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.room import (
    LATE,
    drawn,
    entries,
    happened,
    instant_of,
    new_lobby,
    pages,
    places,
    published,
    record,
    verify,
)
from tests.support.sale import (
    HOUR_MS,
    Visitor,
    crowd,
    drained,
    enter,
    instant,
    join,
    leave,
    new_event,
    read,
    said,
)


@pytest.mark.parametrize("count", [0, 1, 2, 1000])
def test_a_draw_holds_for_whoever_checks_it(api: Api, clock: Clock, tmp_path: Path, count: int) -> None:
    """Before the start it is bound and shows neither seed nor place; afterwards the command accepts it."""
    event = new_lobby(api, clock, total_tickets=5000)
    empty = published(api, event)
    visitors = crowd(event, count)
    before, listed = published(api, event), entries(api, event)
    assert (before["seed"], before["opened_at"], {entry["place"] for entry in listed} - {None}) == (None, None, set())
    assert [entry["receipt"] for entry in listed] == [receipt_of(v.user, v.session) for v in visitors]
    assert verify(tmp_path, before, pages(api, event))[0] == 1
    clock.advance(ms=HOUR_MS)
    after = published(api, event)
    assert {empty["commitment"], before["commitment"]} == {commitment_of(bytes.fromhex(after["seed"]))}
    assert (after["entrants"], after["digest"]) == (before["entrants"], before["digest"])
    status, said_of_it = verify(tmp_path, after, pages(api, event))
    assert (status, f"OK: {count} entrants" in said_of_it) == (0, True)


def test_people_are_admitted_in_the_order_of_the_published_places(api: Api, clock: Clock) -> None:
    """A thousand entrants: the log lets them in exactly by the places that anyone reads."""
    event = new_lobby(api, clock, total_tickets=5000, max_active_sessions=1000)
    sessions = {receipt_of(v.user, v.session): v.session for v in crowd(event, 1000)}
    clock.advance(ms=HOUR_MS)
    drained()
    listed = sorted(entries(api, event), key=lambda entry: int(entry["place"]))
    assert [who for who, _ in happened(event, "session.activated")] == [sessions[e["receipt"]] for e in listed]


@pytest.mark.parametrize("status", ["draft", "active"])
def test_a_draw_is_bound_from_the_creation_of_its_event(api: Api, clock: Clock, house: Runtime, status: str) -> None:
    """Of a draft too: the commitment is that of the seed under the service's key, and it is the digest of nobody."""
    event = new_lobby(api, clock, status=status)
    draw = published(api, event)
    commitment = commitment_of(seed_of(house.settings.draw_key, event))
    assert (draw["commitment"], draw["digest"], draw["entrants"]) == (commitment, commitment, 0)
    assert draw["opens_at"] == instant(clock, ms=HOUR_MS)


def test_a_queue_without_a_draw_has_none_to_read(api: Api, clock: Clock) -> None:
    """First come, first served, by its mode or without a start: 404 for the draw and its entries."""
    for event in (new_lobby(api, clock, queue_mode="fifo"), new_event(api)):
        for path in (f"/events/{event}/draw", f"/events/{event}/draw/entries"):
            assert said(api.get(path)) == (404, "draw_not_found")


def test_leaving_and_joining_again_draws_nothing_anew(api: Api, clock: Clock) -> None:
    """Receipt, place and number stay those of the first join, also with another nonce, and the list does not grow."""
    event = new_lobby(api, clock, max_active_sessions=1)
    wish = {"event_id": event, "user_id": "ada"}
    first = api.post("/queue/join", wish | {"nonce": "first"}).json
    enter(api, event, "bob")
    ada = Visitor(event, "ada", first["session_id"])
    drew = (instant_of(ada, "place"), instant_of(ada, "entrant"))
    for nonce in ("second", "third"):
        leave(api, ada)
        again = api.post("/queue/join", wish | {"nonce": nonce})
        ada = Visitor(event, "ada", again.json["session_id"])
        assert (again.status, again.json["receipt"]) == (201, receipt_of("ada", "first"))
        assert (instant_of(ada, "place"), instant_of(ada, "entrant")) == drew
        assert (read(event, "draw", "LLEN"), published(api, event)["entrants"]) == (2, 2)


def test_a_repeated_join_keeps_its_receipt(api: Api, clock: Clock) -> None:
    """Whatever nonce the repeat sends, before the start and after it."""
    event = new_lobby(api, clock, max_active_sessions=1)
    receipts = {
        api.post("/queue/join", {"event_id": event, "user_id": "ada", "nonce": n}).json["receipt"] for n in "ab"
    }
    clock.advance(ms=HOUR_MS)
    receipts.add(join(api, event, "ada").json["receipt"])
    assert receipts == {receipt_of("ada", "a")}


def test_who_leaves_and_joins_after_the_start_is_at_the_back(api: Api, clock: Clock) -> None:
    """Having been in the draw helps nobody who gave the place up, in the lobby or later."""
    event = new_lobby(api, clock, max_active_sessions=1)
    visitors = crowd(event, 6)
    early = drawn(visitors)[1]
    leave(api, early)
    clock.advance(ms=HOUR_MS)
    late = drawn([v for v in visitors if v != early])[1]
    leave(api, late)
    again = [enter(api, event, early.user), enter(api, event, late.user)]
    assert places(api, again) == [4, 5]
    assert [record(visitor)["entrant"] for visitor in again] == ["0", "0"]


def test_late_joiners_stand_behind_every_entrant_in_the_order_of_joining(api: Api, clock: Clock) -> None:
    """However low their own numbers would have been: the places of all who come after the start are above."""
    event = new_lobby(api, clock, max_active_sessions=1)
    entrants = crowd(event, 40)
    clock.advance(ms=HOUR_MS)
    late = crowd(event, 40, name="late")
    assert places(api, [*drawn(entrants), *late]) == list(range(80))
    assert max(instant_of(v, "place") for v in entrants) < LATE < min(instant_of(v, "place") for v in late)
    assert read(event, "draw", "LLEN") == 40


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 1000])
def test_entrants_are_read_in_pages(api: Api, clock: Clock, limit: int) -> None:
    """Every entrant once and in order, however large the pages; the last has no cursor, full or not."""
    event = new_lobby(api, clock)
    crowd(event, 6)
    found = pages(api, event, limit)
    assert [entry["number"] for page in found for entry in page["entries"]] == [1, 2, 3, 4, 5, 6]
    assert len(found) == -(-6 // limit)


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "cursor=-1", "cursor=x"])
def test_a_page_that_cannot_be_is_refused(api: Api, clock: Clock, query: str) -> None:
    """400, and beyond the end there is an empty page."""
    event = new_lobby(api, clock)
    assert said(api.get(f"/events/{event}/draw/entries?{query}")) == (400, "invalid_request")
    assert api.get(f"/events/{event}/draw/entries?cursor=7").json["entries"] == []
