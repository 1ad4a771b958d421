"""What is told of an event's log: which effects, in which words, and how far the cursor may go."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ids import code_of, entry_id, seat_id
from chalicelib.outbox.model import SOURCE, TOLD, TOLD_AT_ONCE, Entry, Page, entry_of, first_step, taken
from tests.audit.replay import RULES

EVENT = "9f3a61b0-7c2e-8000-9000-000000000001"
SESSION = "9f3a61b0-7c2e-8000-9000-000000000002"
TICKET = "9f3a61b0-7c2e-8000-9000-000000000003"
AT_MS = 1_900_000_000_123
ENTRY_BYTES_MAX = 256 * 1024  # of EventBridge; ten of them share one call with the same limit

WHATS = st.sampled_from([*sorted(TOLD), "session.joined", "session.left", "seats.changed", "event.created"])


def _logged(what: str, who: str = SESSION, data: str = "", at_ms: int = AT_MS) -> dict[str, str]:
    return {"at": str(at_ms), "what": what, "who": who, "data": data}


def _page(whats: list[str], first: int = 1, told_seq: int = 0) -> Page:
    entries = [
        (f"{number}-0", [text for pair in _logged(what, data=f"{TICKET},").items() for text in pair])
        for number, what in enumerate(whats, first)
    ]
    return Page(AT_MS, first + len(whats) - 1, told_seq, entries)


def _detail(entry: Entry) -> dict[str, Any]:
    return dict(json.loads(entry["Detail"]))


def _size(entry: Entry) -> int:
    """Count an entry's bytes as EventBridge does: 14 for the time, and the texts."""
    return 14 + sum(len(entry[name].encode()) for name in ("Source", "DetailType", "Detail"))


def test_a_ticket_is_told_with_its_seat_and_its_place_in_the_queue() -> None:
    """All that a consumer needs to find it; never the session id, half of what acting for a person takes."""
    entry = entry_of(EVENT, 7, 4, _logged("ticket.reserved", data=f"{TICKET},3"))
    detail = _detail(entry)
    assert (entry["Source"], entry["DetailType"], int(entry["Time"].timestamp())) == (
        SOURCE,
        "ticket.reserved",
        AT_MS // 1000,
    )
    assert detail == {
        "id": detail["id"],
        "event_id": EVENT,
        "number": 7,
        "previous": 4,
        "at": "2030-03-17T17:46:40.123Z",
        "entry_id": entry_id(SESSION),
        "ticket_id": TICKET,
        "seat_id": seat_id(code_of(EVENT), 3),
    }
    assert SESSION not in entry["Detail"]


def test_what_does_not_apply_is_not_there() -> None:
    """A standing ticket has no seat, an admission no ticket, a sold-out event neither and no entry."""
    common = {"id", "event_id", "number", "previous", "at"}
    for what, who, data, more in (
        ("ticket.expired", SESSION, f"{TICKET},", {"entry_id", "ticket_id"}),
        ("session.activated", SESSION, "4503599627370497", {"entry_id"}),
        ("event.sold_out", "server", "", set()),
    ):
        assert set(_detail(entry_of(EVENT, 1, 0, _logged(what, who, data)))) == common | more


@given(st.lists(WHATS, max_size=60), st.integers(1, 10**12))
def test_steps_tell_each_effect_once_in_the_order_of_the_log(whats: list[str], first: int) -> None:
    """Step by step from the mark of the last, as publishers do it: no more than a call takes, nothing left out."""
    told: list[dict[str, Any]] = []
    told_seq, done = 0, 0
    while (step := first_step(EVENT, _page(whats[done:], first + done, told_seq))).mark:
        assert len(step.told) <= TOLD_AT_ONCE
        told += [{"what": one.entry["DetailType"]} | _detail(one.entry) for one in step.told]
        done, told_seq = step.mark.number - first + 1, step.mark.told_seq
    expected = [(number, what) for number, what in enumerate(whats, first) if what in TOLD]
    assert [(one["number"], one["what"]) for one in told] == expected
    assert [one["previous"] for one in told] == [0, *(number for number, _ in expected)][: len(told)]
    assert len({one["id"] for one in told}) == len(told)
    assert done == len(whats)


@given(st.lists(WHATS, min_size=1, max_size=40), st.integers(0, TOLD_AT_ONCE))
def test_the_cursor_goes_just_before_the_first_that_was_refused(whats: list[str], kth: int) -> None:
    """From the mark of the last that was taken the next step begins with the refused one, under the same id."""
    step = first_step(EVENT, _page(whats))
    refusals = ["refused" if place >= kth and place % 2 == kth % 2 else "" for place in range(len(step.told))]
    done = taken(refusals)
    assert done == min(kth, len(step.told))
    if 0 < done < len(step.told):
        mark = step.told[done - 1].mark
        again = first_step(EVENT, _page(whats[mark.number :], mark.number + 1, mark.told_seq))
        assert again.told[0].entry == step.told[done].entry


@given(
    what=st.sampled_from(sorted(TOLD)),
    number=st.integers(1, 2**63 - 1),
    at_ms=st.integers(946_684_800_000, 7_258_118_399_999),
    ordinal=st.integers(0, 99_999),
)
def test_no_entry_is_too_large_for_the_bus(what: str, number: int, at_ms: int, ordinal: int) -> None:
    """The log has ids and numbers of ours alone, so ten entries are far below what one may have."""
    entry = entry_of(EVENT, number, number - 1, _logged(what, data=f"{TICKET},{ordinal}", at_ms=at_ms))
    assert _size(entry) < 600
    assert _size(entry) * TOLD_AT_ONCE < ENTRY_BYTES_MAX


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from(["1", "2"]), st.sampled_from(["1", "2"]))
def test_an_id_is_that_of_one_effect(one: int, other: int, at: str, later: str) -> None:
    """Also in an event that was deleted and made again, whose numbers begin anew: what is said differs."""
    ids = [
        _detail(entry_of(EVENT, number, 0, _logged("event.sold_out", "server") | {"at": moment}))["id"]
        for number, moment in ((one, at), (other, later))
    ]
    assert (ids[0] == ids[1]) == ((one, at) == (other, later))


def test_every_word_that_is_told_is_one_that_the_log_knows() -> None:
    """The independent model of the log has a rule for each."""
    assert set(RULES) >= TOLD
