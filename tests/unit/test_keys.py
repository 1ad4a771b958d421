"""The schema in keys.py and the scripts: what a script names of an event is in the list."""

from __future__ import annotations

import random
import re
from collections import Counter

from luaparser import ast, astnodes
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot

from chalicelib import keys
from chalicelib.ids import EventCode, IdMaker, code_of
from chalicelib.scripting import LUA
from tests.lint_lua import the_prelude
from tests.lua_scopes import is_redis_call

_FIELDS_FROM = {"HGET": (2, 1), "HSET": (2, 2), "HINCRBY": (2, 2), "HMGET": (2, 1)}
_RECORD = {
    **{name.removesuffix("_ms"): name for name in keys.SESSION_FIELDS if name.endswith("_ms")},
    "quiet": "quiet_until_ms",
    "user": "user_id",
}
_SET = re.compile(r"\b(?:set|add)\('(\w+)'|\bev\.(\w+)")


def test_the_prelude_takes_the_keys_in_their_order() -> None:
    """KEYS[1] of Python is the first name of Lua; a key that one side forgot would shift all others.

    The budget of who asks is the last key, where there is one.
    """
    names = [name for name, local in the_prelude().names.items() if local.is_key]
    plural = {"event": "events"}
    assert [plural.get(name.lower(), name.lower()) for name in names] == [*keys.EVENT_KEYS, "rate"]


def test_every_field_that_a_script_names_is_in_the_schema() -> None:
    """Of events:{E}: what is read, written or counted."""
    named = set()
    for path in LUA.rglob("*.lua"):
        text = path.read_text()
        named |= {name for names in _SET.findall(text) for name in names if name} | _fields_of_the_event(text)
    assert named <= keys.EVENT_FIELDS, named - keys.EVENT_FIELDS
    assert {"available", "last_ms", "processed", "layout_version", "browsing", "made_by"} <= named


def _fields_of_the_event(text: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse("--" + text)):
        if not is_redis_call(node) or getattr(node.args[-1], "id", "") == "EVENT" or len(node.args) < 3:
            continue
        start, step = _FIELDS_FROM.get(node.args[0].s.decode(), (len(node.args), 1))
        if getattr(node.args[1], "id", "") == "EVENT":
            found |= {name.s.decode() for name in node.args[start::step] if isinstance(name, astnodes.String)}
    return found


def test_fields_that_are_read_together_are_read_as_what_they_are() -> None:
    """As many texts stand first as each list says, and numbers behind them; all are in the schema."""
    text = the_prelude().text
    texts_of_all = re.search(r"^local TEXTS = \{(.*?)\}", text, re.MULTILINE | re.DOTALL)
    assert texts_of_all
    texts = set(re.findall(r"(\w+) = true", texts_of_all[1]))
    lists = re.findall(r"\{\s*texts = (\d+),([^}]*)\}", text)
    assert len(lists) == 7
    for count, names in lists:
        fields = re.findall(r"'(\w+)'", names)
        assert set(fields) <= keys.EVENT_FIELDS
        assert [field in texts for field in fields] == [n < int(count) for n in range(len(fields))]


def test_the_line_of_a_minute_has_the_fields_of_the_schema() -> None:
    """As many as keys.py names; what is made there is what stands in stats:{E} and what Python reads."""
    made = re.search(r"table\.concat\(\{ev\.minute, (.*?)\}, ','\)", the_prelude().text, re.DOTALL)
    assert made
    assert len(re.sub(r"\([^()]*\)", "", made[1]).split(",")) + 1 == len(keys.MINUTE_FIELDS)


def test_the_line_of_a_sale_has_the_fields_of_the_schema() -> None:
    """In their order: each is a field of the event, or what was made of it."""
    made = re.search(r"table\.concat\(\{(ev\.minute, ev\.available[^}]*)\}, ','\)", the_prelude().text)
    assert made
    assert made[1].replace("ev.", "").split(", ") == list(keys.SALE_FIELDS)


def test_the_record_of_a_session_has_the_fields_of_the_schema() -> None:
    """What takes a record apart and what puts one together name as many fields as keys.py has, in the same order."""
    text = the_prelude().text
    parsed = re.search(r"local (seen, [a-z_, ]+) =\s+string\.match\(line, '\^([^']*)\$'\)", text)
    written = re.search(r"table\.concat\(\{(s\.seen, [^}]*)\}", text)
    assert parsed
    assert written
    fields = [_RECORD.get(name, name) for name in parsed[1].split(", ")]
    assert fields == list(keys.SESSION_FIELDS)
    assert len(parsed[2].split(",(")) == len(fields)
    assert [_RECORD.get(name, name) for name in re.findall(r"\bs\.(\w+)", written[1])] == fields


def test_what_admission_looks_at_of_a_record_is_where_it_looks() -> None:
    """Its pattern and what it puts together have the fields of the record, in their places."""
    text = the_prelude().text
    pattern = re.search(r"ADMITTABLE = '\^(.*)\$'", text)
    written = re.search(
        r"return head \.\. ',0,a,' \.\. middle \.\. ',' \.\. (now_text) \.\. ',' \.\. (deadline) \.\.", text
    )
    assert pattern
    assert written
    *parts, tail = re.sub(r"[()]", "", pattern[1]).split(",")
    assert (len(parts), tail) == (keys.SESSION_FIELDS.index("held"), ".*")
    record = dict(zip(keys.SESSION_FIELDS, map(str, range(len(keys.SESSION_FIELDS))), strict=True)) | {"status": "w"}
    found = re.match(pattern[1].replace("%d", r"\d").replace("%a", r"\w"), ",".join(record.values()))
    assert found
    head, poll_due, middle, place, entered, rest = found.groups()
    assert [poll_due, place, entered] == [record[name] for name in ("poll_due_ms", "place", "entered_ms")]
    assert f"{head},0,a,{middle},x,y,{rest}".split(",") == [
        *(record | {"polls": "0", "status": "a", "activated_ms": "x", "deadline_ms": "y"}).values()
    ]


def test_all_keys_of_an_event_live_in_one_slot() -> None:
    """The code is their hash tag, and the first thing in braces; nothing of a client's comes before it."""
    code = EventCode("0123456789ab")
    assert keys.event_keys(code) == [keys.event_key(name, code) for name in keys.EVENT_KEYS]
    assert {re.fullmatch(r"[a-z]+:\{(\w+)\}", key)[1] for key in keys.event_keys(code)} == {code}  # type: ignore[index]


def test_what_an_organiser_has_and_their_budget_live_in_one_slot() -> None:
    """The script that registers an event takes both; the names themselves stand in no key."""
    for key in (
        keys.organiser_index("olga"),
        keys.budget("olga"),
        keys.event_budget(EventCode("0123456789ab"), "olga"),
    ):
        assert "olga" not in key
    tags = {re.findall(r"{(\w+)}", key)[0] for key in (keys.organiser_index("olga"), keys.budget("olga"))}
    assert len(tags) == 1
    assert "{0123456789ab}" in keys.event_budget(EventCode("0123456789ab"), "olga")


def test_every_key_is_described() -> None:
    """In the table at the top of keys.py, with its type; and the page is the docstring."""
    described = re.findall(r"^``([a-z]+):\{E\}``", keys.__doc__ or "", re.MULTILINE)
    assert described == list(keys.EVENT_KEYS)
    others = re.findall(r"^``([a-z]+):[a-z<]", keys.__doc__ or "", re.MULTILINE)
    assert others == ["index", "index", "session", "lock", "lock", "index"]
    assert re.findall(r"^``(rate:[^`]+)``", keys.__doc__ or "", re.MULTILINE) == ["rate:{E}:<H>", "rate:{<H>}"]


def test_events_spread_over_the_slots_and_the_shards_by_their_ids() -> None:
    """A thousand of them share few slots, and each of three shards has about a third: so shards carry events."""
    maker = IdMaker(random.Random(5).getrandbits)
    slots = [key_slot(keys.event_key("events", code_of(maker.event_id())).encode()) for _ in range(1000)]
    assert len(set(slots)) > 950, "of 16,384; a throw of the dice would leave 970"
    shards = Counter(slot * 3 // REDIS_CLUSTER_HASH_SLOTS for slot in slots)
    assert all(260 < count < 410 for count in shards.values()), "five standard deviations around 333"


def test_no_script_shortens_a_log() -> None:
    """What happened stays until the whole event goes: others may not have been told yet."""
    for path in LUA.rglob("*.lua"):
        words = set(re.findall(r"'([A-Z]+)'", path.read_text()))
        assert not words & {"XTRIM", "XDEL", "XSETID", "MAXLEN", "MINID"}, path.name
