"""The JSON reader: what it takes it reads as everybody would; what two parsers could read differently it refuses."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from chalicelib.errors import DomainError
from chalicelib.fields import Strict
from chalicelib.http.body import DEPTH_MAX, read_body

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.integers(-(10**28), 10**28) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


class Anything(BaseModel):
    """Takes any object."""

    model_config = ConfigDict(extra="allow")


class Wish(Strict):
    """Takes a whole number and a text."""

    n: int = 1
    text: str = ""


def read(raw: bytes, model: type[BaseModel] = Anything) -> dict[str, Any]:
    return read_body(raw, model, bytes_max=1 << 21).model_dump()


def refusal(raw: bytes, model: type[BaseModel] = Anything) -> list[tuple[str, str]]:
    with pytest.raises(DomainError) as caught:
        read(raw, model)
    assert caught.value.code == "invalid_request"
    return [(error["field"], error["message"]) for error in caught.value.extra["errors"]]


@settings(deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=4), st.booleans(), st.sampled_from([None, 1]))
def test_what_json_says_is_what_we_read(document: dict[str, Any], ascii_only: bool, indent: int | None) -> None:
    """For every document without a trap, escaped or not, spaced or not."""
    assert read(json.dumps(document, ensure_ascii=ascii_only, indent=indent).encode()) == document


@settings(deadline=None)
@given(st.text(st.sampled_from('{}[]",:\\u0dD8/ntrue1.e-+ \u00e9'), max_size=40) | st.text(max_size=20))
def test_what_we_take_the_standard_parser_takes_too_and_reads_the_same(text: str) -> None:
    """Over soup made of JSON's own characters; and we raise nothing but our refusal."""
    raw = f'{{"a": {text}}}'.encode(errors="surrogatepass")
    try:
        ours = read(raw)
    except DomainError:
        return
    assert ours == json.loads(raw)


DEEP = {
    "objects": b'{"a":' * (DEPTH_MAX + 1) + b"1" + b"}" * (DEPTH_MAX + 1),
    "arrays": b'{"a":' + b"[" * DEPTH_MAX + b"]" * DEPTH_MAX + b"}",
    "a hundred thousand": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a hundred thousand, never closed": b'{"a":' * 100_000,
}
HOSTILE = {
    "a key twice": (b'{"seat": "A1", "seat": "B1"}', "seat", "twice"),
    "a key twice, spelled differently": (b'{"seat": 1, "s\\u0065at": 2}', "seat", "twice"),
    "a key twice, far inside": (b'{"a": [{"b": {"c": 1, "c": 1}}]}', "c", "twice"),
    "an empty key twice": (b'{"": 1, "": 2}', "", "twice"),
    "NaN": (b'{"n": NaN}', "", "NaN"),
    "Infinity": (b'{"n": Infinity}', "", "Infinity"),
    "-Infinity": (b'{"n": -Infinity}', "", "-Infinity"),
    "1e400": (b'{"n": 1e400}', "", "too large"),
    "-1e400": (b'{"n": -1e400}', "", "too large"),
    "5,000 digits": (b'{"n": ' + b"9" * 5000 + b"}", "", "too large"),
    "5,000 digits before a point": (b'{"n": ' + b"9" * 5000 + b".5}", "", "too large"),
    "half of a surrogate pair": (b'{"n": "\\ud800"}', "", "surrogate"),
    "the other half": (b'{"n": ["\\uDFFF"]}', "", "surrogate"),
    "halves in the wrong order": (b'{"n": {"\\udc00\\ud800": 1}}', "", "surrogate"),
    "a surrogate as bytes": (b'{"n": "\xed\xa0\x80"}', "", "UTF-8"),
    "invalid UTF-8": (b'{"n": "\xff"}', "", "UTF-8"),
    "overlong UTF-8": (b'{"n": "\xc0\xaf"}', "", "UTF-8"),
    "UTF-16": ('{"n": 1}'.encode("utf-16"), "", "UTF-8"),
    "a byte order mark": (b'\xef\xbb\xbf{"n": 1}', "", "BOM"),
    "a control character in a text": (b'{"n": "a\x00b"}', "", "control character"),
    "a newline in a text": (b'{"n": "a\nb"}', "", "control character"),
    "only spaces": (b"  ", "", "not JSON"),
    "half a document": (b'{"n": 1', "", "not JSON"),
    "a text that never ends": (b'{"n": "', "", "not JSON"),
    "two documents": (b'{"n": 1} {"n": 2}', "", "Extra data"),
    "a comma too many": (b'{"n": 1,}', "", "not JSON"),
    "a comment": (b'{"n": 1 /* one */}', "", "not JSON"),
    "single quotes": (b"{'n': 1}", "", "not JSON"),
    "a leading zero": (b'{"n": 01}', "", "not JSON"),
    "a hexadecimal number": (b'{"n": 0x10}', "", "not JSON"),
    "an array": (b"[1]", "", "an object"),
    "a text": (b'"n"', "", "an object"),
    "null": (b"null", "", "an object"),
    **{f"too deep: {name}": (raw, "", "deeper than 16") for name, raw in DEEP.items()},
}  # fmt: skip


@pytest.mark.parametrize(("raw", "field", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_body_is_refused_naming_what_is_wrong(raw: bytes, field: str, message: str) -> None:
    """Each of these is read in two ways by some two parsers, or breaks one."""
    ((named, said),) = refusal(raw)
    assert named == field
    assert message.removeprefix("an ") in said


TWICE = b"{" + b",".join(b'"%d":1' % n for n in range(100_000)) + b',"99999":2}'


@pytest.mark.parametrize(
    "raw",
    [b'{"a":"' + b'\\"' * 500_000, b'"' * 1_000_000, b'\\"' * 500_000, TWICE],
    ids=["escapes", "quotes", "!", "keys"],
)
def test_no_megabyte_takes_long(raw: bytes) -> None:
    """A text that never closes, or a key repeated at the end of a hundred thousand, costs no more than its length."""
    started = time.process_time()
    refusal(raw)
    assert time.process_time() - started < 3


@pytest.mark.parametrize("raw", [b"", b"{}", b" { } "])
def test_no_body_is_an_empty_object(raw: bytes) -> None:
    """As clients send it that have nothing to say."""
    assert read(raw, Wish) == {"n": 1, "text": ""}


def test_the_limits_themselves_are_within() -> None:
    """16 levels, 30 digits, and exactly as many bytes as are taken."""
    deepest = b'{"a":' + b"[" * (DEPTH_MAX - 1) + b"]" * (DEPTH_MAX - 1) + b"}"
    assert read(deepest) == json.loads(deepest)
    assert read(b'{"n": %d}' % 10**29) == {"n": 10**29}
    assert read(b'{"n": "' + rb"\"[{" * 99 + b'"}')["n"] == '"[{' * 99
    assert math.isclose(read(b'{"n": 1e308}')["n"], 1e308)
    assert read_body(b'{"n": 1}', Wish, bytes_max=8) == Wish(n=1)
    with pytest.raises(DomainError, match="body_too_large"):
        read_body(b'{"n": 1}', Wish, bytes_max=7)


WRONG = [
    *((b'{"n": %s}' % value, "n") for value in (b"true", b'"1"', b"1.0", b"1e3", b"null", b"[]", b"{}", b"1.5")),
    *((b'{"text": %s}' % value, "text") for value in (b"1", b"true", b"null", b'["a"]')),
    (b'{"n": 1, "price": 0}', "price"),
    (b'{"n": 1, "N": 2}', "N"),
]


@pytest.mark.parametrize(("raw", "field"), WRONG)
def test_a_wrong_type_and_an_unknown_field_are_refused_naming_the_field(raw: bytes, field: str) -> None:
    """True is not 1, "1" is not 1, 1.0 is not 1; and nobody sets what is not asked for."""
    assert [named for named, _ in refusal(raw, Wish)] == [field]


def test_a_field_name_of_the_caller_is_given_back_short_and_plain() -> None:
    """It cannot carry markup, a newline or a kilobyte into an answer or a log."""
    raw = json.dumps({"<script>\n" + "x" * 5000: 1}).encode()
    ((field, _),) = refusal(raw, Wish)
    assert field == "?script??" + "x" * 31


def test_the_list_of_errors_is_bounded() -> None:
    """However many fields are wrong, twenty are named."""
    assert len(refusal(json.dumps({f"x{n}": 1 for n in range(500)}).encode(), Wish)) == 20
