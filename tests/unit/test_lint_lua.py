"""The linter of the Lua scripts: each rule catches a script that breaks it, and says where."""

from __future__ import annotations

import pytest
from luaparser import ast

from chalicelib.scripting import LUA
from tests.lint_lua import Prelude, judge, main, refused_words, the_prelude

GOOD = """\
#!lua flags=allow-oom
-- Reads the name of an event.
-- It is a short one.
-- ATOMIC because a test says so.
-- ARGV: event_id
-- RETURNS: ok, name
-- REFUSALS: event_not_found, too_many_requests, session_not_found,
--           sold_out
local missing = begin(ARGV[1], STEP)
if missing then return missing end
if is_sold_out() then return refuse('sold_out') end
local name = redis.call('HGET', EVENT, 'name')
if not name then return {'session_not_found'} end
return {'ok', name}
"""

BROKEN = {
    "a syntax error": ("local name =", "local = ", 12, "does not compile"),
    "a flag that is not allowed": ("flags=allow-oom", "flags=no-writes", 1, "no flag but allow-oom"),
    "a header that stops": ("-- REFUSALS:", "\n-- REFUSALS:", 2, "does not say REFUSALS:"),
    "no shebang": ("#!lua flags=allow-oom", "-- hello", 1, "the first line must be #!lua"),
    "no promise": ("-- Reads the name of an event.\n-- It is a short one.\n", "", 2, "must say what it promises"),
    "no reason to be atomic": ("-- ATOMIC because a test says so.\n", "", 4, "must say ATOMIC because"),
    "sections out of order": ("-- ARGV: event_id\n-- RETURNS: ok", "-- RETURNS: ok\n-- ARGV: x", 5, "must say ARGV"),
    "an answer that does not begin with ok": ("RETURNS: ok, name", "RETURNS: name", 7, "must say RETURNS: ok before"),
    "a word that the header keeps silent about": (",\n--           sold_out", "", 7, "sold_out is not in the header"),
    "a word in the header alone": ("-- REFUSALS: ", "-- REFUSALS: queue_empty, ", 7, "queue_empty is in the header"),
    "a word that errors.py does not know": ("{'session_not_found'}", "{'lost'}", 7, "lost is not in errors.py"),
    "a word out of and and or": ("'sold_out')", "ARGV[2] and 'no_capacity' or 'sold_out')", 7, "no_capacity is not"),
    "a word of the prelude's": ("return {'ok'", "local why = closed() return why or {'ok'", 7, "event_ended is not"),
    "an assignment to a global": ("local name", "name", 12, "name would be a global"),
    "a global function": ("return {'ok'", "function f() end return {'ok'", 14, "a function must be local"),
    "a global read": ("{'ok', name}", "{'ok', name, os}", 14, "os is not declared"),
    "a global read in a table's key": ("{'ok', name}", "{'ok', name, [print] = 1}", 14, "print is not declared"),
    "KEYS": ("'HGET', EVENT", "'KEYS', EVENT", 12, "KEYS looks at every key"),
    "SCAN": ("'HGET', EVENT", "'SCAN', EVENT", 12, "SCAN looks at every key"),
    "a command made at run time": ("'HGET', EVENT", "ARGV[2], EVENT", 12, "the command must be a plain text"),
    "pcall": ("redis.call", "redis.pcall", 12, "redis is good for redis.call and redis.sha1hex alone"),
    "error_reply": ("{'session_not_found'}", "redis.error_reply('no')", 13, "redis is good for redis.call"),
    "redis under another name": ("return {'ok'", "local r = redis return {'ok', r", 14, "redis is good for"),
    "Lua's own pcall": ("return {'ok'", "pcall(begin) return {'ok'", 14, "pcall is not declared"),
    "error": ("return {'ok'", "error('no') return {'ok'", 14, "error is not declared"),
    "a second clock": ("return {'ok'", "redis.call('TIME') return {'ok'", 14, "the clock is read in read_clock"),
    "a key from the caller": ("'HGET', EVENT", "'HGET', ARGV[2]", 12, "the key must be one of the prelude's"),
    "a key by number": ("'HGET', EVENT", "'HGET', KEYS[2]", 12, "the key must be one of the prelude's"),
    "a local that is no key": ("'HGET', EVENT", "'HGET', STEP", 12, "the key must be one of the prelude's"),
    "while": ("return {'ok'", "while name do name = nil end return {'ok'", 14, "while has no bound"),
    "repeat": ("return {'ok'", "repeat name = nil until not name return {'ok'", 14, "repeat has no bound"),
    "a local for nothing": ("local name =", "local other, name = 1,", 12, "other is never used"),
    "a loop variable for nothing": ("return {'ok'", "for i = 1, 2 do name = 3 end return {'ok'", 14, "i is never used"),
    "a parameter for nothing": ("return {'ok'", "local f = function(x) end f(1) return {'ok'", 14, "x is never used"),
    "a hundred lines": ("return {'ok'", "name = 1\n" * 94 + "return {'ok'", 1, "100 lines of code"),
}  # fmt: skip


def test_a_script_as_it_should_be_passes() -> None:
    """No rule complains without a cause."""
    assert judge("good.lua", GOOD, the_prelude()) == []


def test_a_digest_may_be_made() -> None:
    """It takes no key and changes nothing; it is the one thing of redis beside its commands."""
    assert judge("good.lua", GOOD.replace("{'ok', name}", "{'ok', redis.sha1hex(name)}"), the_prelude()) == []


@pytest.mark.parametrize(("there", "instead", "line", "complaint"), BROKEN.values(), ids=BROKEN)
def test_each_rule_catches_a_script_that_breaks_it(there: str, instead: str, line: int, complaint: str) -> None:
    """The complaint names the rule, and the line of the file."""
    assert there in GOOD
    found = judge("bad.lua", GOOD.replace(there, instead, 1), the_prelude())
    assert any(complaint in what and at == line for at, what in found), found


def test_names_in_use_and_names_that_begin_with_an_underscore_are_no_finding() -> None:
    """A name may be skipped on purpose, be a parameter or a loop's, or stand in an inner scope."""
    more = (
        "local _, x = 1, 2 for _, y in ipairs({x}) do local f = function(z) return z.w + y end f({w = name}) end return"
    )
    assert judge("good.lua", GOOD.replace("return {'ok'", f"{more} {{'ok'"), the_prelude()) == []


def test_the_prelude_is_judged_too() -> None:
    """It may name keys and leave its names to others; a second clock, a global or a dead local it may not have."""
    loop = "for _, key in ipairs({EVENT, LOG}) do redis.call('GET', key) end"
    good = (
        f"local EVENT, LOG\nlocal function enter(keys) EVENT, LOG = unpack(keys) end\nlocal function f() {loop} end\n"
    )
    assert Prelude(good).findings == []
    bad = good + "local function g(a)\n redis.call('TIME')\n h = redis.call('GET', 'x')\n f = 1\nend\n"
    what = {(line, complaint.split()[0]) for line, complaint in Prelude(bad + "EVENT = nil\n" * 700).findings}
    assert what == {(1, "708"), (4, "a"), (5, "the"), (6, "the"), (6, "h"), (7, "f")}


def test_nothing_outlives_a_call() -> None:
    """The prelude stays loaded: a name of it may be written only if enter() makes it anew."""
    prelude = Prelude(
        "local a, b\nlocal function enter() a = nil end\nlocal function begin() b = a return {'event_not_found'} end"
    )
    assert [line for line, what in prelude.findings if "made anew" in what] == [3]
    found = judge("bad.lua", "#!lua\na, b = 1, 2\nreturn {'ok'}", prelude)
    assert [what.partition(" ")[0] for _, what in found if "made anew" in what] == ["b"]


def test_refusals_come_through_the_prelude_unless_nobody_looks_at_them() -> None:
    """A function's words count where its value is used; begin() as a bare statement refuses nothing."""
    words = the_prelude().words
    assert words["closed"] == {"event_cancelled", "event_ended", "event_not_on_sale"}
    assert words["begin"] == {"event_not_found", "schema_unknown", "too_many_requests"}
    assert refused_words(ast.parse("begin('', 1)"), words) == set()
    assert refused_words(ast.parse("return begin('', 1)"), words) == words["begin"]


def test_every_command_on_an_event_refuses_one_of_an_unknown_schema() -> None:
    """Those that do not are about no event."""
    trees = {path.stem: ast.parse("--" + path.read_text()) for path in LUA.glob("*.lua")}
    never = {name for name, tree in trees.items() if "schema_unknown" not in refused_words(tree, the_prelude().words)}
    assert never == {"allow", "forget_alias", "lease", "list_events", "register_event", "unlist_event"}


def test_the_scripts_of_the_service_pass(capsys: pytest.CaptureFixture[str]) -> None:
    """The linter says nothing and exits 0; it has looked at all of them."""
    assert (main(), capsys.readouterr().out) == (0, "")
    assert len(list(LUA.glob("*.lua"))) > 15
