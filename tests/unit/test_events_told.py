"""The page for those who listen: its example is what the service says, its table what it tells."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from chalicelib.fields import parse_instant
from chalicelib.ids import entry_id
from chalicelib.outbox.model import TOLD, entry_of

PAGE = (Path(__file__).parents[2] / "docs" / "events-told.md").read_text()
SESSION = "9f3a61b0-7c2e-8000-9000-000000000002"


def _blocks() -> list[dict[str, Any]]:
    return [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]


def _written(what: str, ticket: str = "", ordinal: str = "") -> dict[str, Any]:
    example, detail = _blocks()[0], _blocks()[0]["detail"]
    data = f"{ticket},{ordinal}" if ticket else ""
    logged = {"at": str(parse_instant(detail["at"])), "what": what, "who": SESSION, "data": data}
    entry = entry_of(detail["event_id"], detail["number"], detail["previous"], logged)
    assert f"{entry['Time']:%Y-%m-%dT%H:%M:%SZ}" == example["time"]
    assert entry["Source"] == example["source"]
    return dict(json.loads(entry["Detail"]))


def test_the_example_is_what_the_service_says() -> None:
    """To the letter, with the ids that its log entry has."""
    example = _blocks()[0]
    assert example["detail"] == _written(example["detail-type"], example["detail"]["ticket_id"], "3")
    assert example["detail"]["entry_id"] == entry_id(SESSION)


def test_the_table_says_what_is_told_with_which_ids() -> None:
    """Of each word: where the cell is empty, the field is missing."""
    rows = re.findall(r"^\| `([a-z_.]+)` \| [^|]+ \|([^|]*)\|([^|]*)\|([^|]*)\|$", PAGE, re.MULTILINE)
    assert {word for word, *_ in rows} == TOLD
    for word, *cells in rows:
        detail = _written(word, SESSION if word.startswith("ticket.") else "", "3")
        names = ("ticket_id", "seat_id", "entry_id")
        assert [name in detail for name in names] == [bool(cell.strip()) for cell in cells]


def test_the_rules_are_patterns_of_what_is_said() -> None:
    """Each names fields that a message has, and words that are told."""
    example, *rules = _blocks()
    for rule in rules:
        assert rule.keys() <= example.keys()
        assert set(rule.get("detail-type", [])) <= TOLD
        assert rule.get("detail", {}).keys() <= example["detail"].keys()
