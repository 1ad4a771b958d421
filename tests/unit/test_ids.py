"""Ids: any id says which event it belongs to, the same parts make the same id, and what is no id is refused."""

from __future__ import annotations

import hashlib
import random
import secrets
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import ids
from chalicelib.errors import DomainError

CODES = st.integers(0, (1 << 48) - 1).map(lambda bits: ids.EventCode(f"{bits:012x}"))
PARTS = st.lists(st.text(max_size=20), max_size=4)
MAKER = ids.IdMaker(secrets.randbits)


@settings(deadline=None)
@given(CODES, PARTS, st.integers(0, ids.SEATS_MAX - 1), st.randoms(use_true_random=False))
def test_any_id_routes_to_its_event(code: ids.EventCode, parts: list[str], ordinal: int, bits: random.Random) -> None:
    """A session, a ticket, an order, a seat and an entry all begin with the code of their event."""
    session = ids.IdMaker(bits.getrandbits).within(code)
    for made in (session, ids.derived_id(*parts, code=code), ids.entry_id(session), ids.seat_id(code, ordinal)):
        assert ids.code_of(made) == ids.code_of(made.upper()) == code
        assert ids.canonical(made, "id") == made


@settings(deadline=None)
@given(st.randoms(use_true_random=False), PARTS)
def test_every_id_is_a_uuid_of_version_8(bits: random.Random, parts: list[str]) -> None:
    """RFC 9562: version 8, variant 10; and each has the form by which we know our own."""
    maker = ids.IdMaker(bits.getrandbits)
    event = maker.event_id()
    for made in (event, maker.within(ids.code_of(event)), ids.derived_id(*parts), ids.entry_id(event)):
        parsed = uuid.UUID(made)
        assert (parsed.version, parsed.variant, str(parsed)) == (8, uuid.RFC_4122, made)
        assert ids.is_ours(made)


@pytest.mark.parametrize("bits", [0, -1], ids=["no bit set", "all bits set"])
def test_all_random_bits_reach_the_id_and_none_touches_another_field(bits: int) -> None:
    """48 bits of code and 74 of body: the extremes are the extremes of every field."""
    made = ids.IdMaker(lambda count: bits & ((1 << count) - 1)).event_id()
    assert made == ("00000000-0000-8000-8000-000000000000" if bits == 0 else "ffffffff-ffff-8fff-bfff-ffffffffffff")


@settings(deadline=None)
@given(PARTS, PARTS)
def test_only_the_same_parts_make_the_same_id(left: list[str], right: list[str]) -> None:
    """Parts stand behind their length: "a", "bc" is not "ab", "c", and an empty part counts."""
    assert (ids.derived_id(*left) == ids.derived_id(*right)) == (left == right)


def test_a_derived_id_is_the_sha_256_of_its_parts_behind_their_lengths() -> None:
    """Written out once more by hand, since stored ids must never change their meaning."""
    digest = hashlib.sha256(b"\0\0\0\0\0\0\0\x02\xc3\xa9" + b"\0\0\0\0\0\0\0\0").hexdigest()
    made = ids.derived_id("\u00e9", "")
    assert made[:8] + made[9:13] == digest[:12]
    body = int(digest, 16) >> (256 - 122) & ((1 << 74) - 1)
    assert int(made.replace("-", "")[13:16] + "0" * 16, 16) >> 64 == body >> 62
    assert int(made.replace("-", "")[16:], 16) & ((1 << 62) - 1) == body & ((1 << 62) - 1)


def test_an_entry_does_not_give_its_session_away() -> None:
    """Its id is a hash: it shares nothing with the session's but the code."""
    session = MAKER.event_id()
    entry = ids.entry_id(session)
    assert entry != session
    assert entry == ids.entry_id(session)
    assert entry[14:] != session[14:]


@settings(deadline=None)
@given(CODES, st.integers(0, ids.SEATS_MAX - 1))
def test_a_seat_id_gives_its_ordinal_back(code: ids.EventCode, ordinal: int) -> None:
    """In either case of letters."""
    made = ids.seat_id(code, ordinal)
    assert ids.seat_ordinal(code, made) == ids.seat_ordinal(code, made.upper()) == ordinal


def test_a_seat_of_another_event_and_an_id_that_is_no_seat_are_not_found() -> None:
    """What is no seat of this event is `seat_not_found`, and named; what is no UUID at all is `invalid_id`."""
    code, other = ids.EventCode("0123456789ab"), ids.EventCode("0123456789ac")
    for text in (
        ids.seat_id(other, 1),
        MAKER.within(code),
        ids.seat_id(code, ids.SEATS_MAX),
        ids.seat_id(code, 1 << 31),
    ):
        with pytest.raises(DomainError) as caught:
            ids.seat_ordinal(code, text)
        assert (caught.value.code, caught.value.extra) == ("seat_not_found", {"seat_ids": [text]})
    with pytest.raises(DomainError) as caught:
        ids.seat_ordinal(code, "A1")
    assert caught.value.code == "invalid_id"


NOT_IDS = [
    *("", "x", "..", "*", "{0123456789ab}", "0123456789abcdef0123456789abcdef", "'); redis.call('FLUSHALL')--"),
    *("{01234567-89ab-8000-8000-000000000000}", "urn:uuid:01234567-89ab-8000-8000-000000000000"),
    *("01234567-89ab-8000-8000-00000000000", "01234567-89ab-8000-8000-0000000000000", "0123456789abcdef"),
    *("01234567-89ab-8000-8000-000000000000\n", " 01234567-89ab-8000-8000-000000000000"),
    *("\u0661" * 8 + "-89ab-8000-8000-000000000000", "g1234567-89ab-8000-8000-000000000000"),
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_IDS)
def test_what_is_no_canonical_uuid_is_refused_naming_the_field(text: str) -> None:
    """Nothing else gets as far as a key of Redis."""
    with pytest.raises(DomainError) as caught:
        ids.canonical(text, "event_id")
    assert caught.value.code == "invalid_id"
    assert caught.value.extra["errors"][0]["field"] == "event_id"


@settings(deadline=None)
@given(st.uuids())
def test_any_canonical_uuid_is_well_formed(some: uuid.UUID) -> None:
    """Of whatever version: unknown is another word than malformed."""
    assert ids.canonical(str(some).upper(), "id") == str(some)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_a_name_is_made_of_plain_characters_only(text: str) -> None:
    """1 to 128 of them, not . or ..; so it cannot end a key, a record, a header or a path part."""
    plain = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~@|+=-")
    assert ids.is_name(text) == (0 < len(text) <= 128 and set(text) <= plain and text not in {".", ".."})


@pytest.mark.parametrize(("text", "is_one"), [("a" * 128, True), ("a" * 129, False), ("ada\n", False), ("...", True)])
def test_the_edges_of_a_name(text: str, is_one: bool) -> None:
    """128 characters, and no newline at the end that `$` would overlook."""
    assert ids.is_name(text) is is_one


@pytest.mark.parametrize("text", ["session-123", "session_" + str(uuid.uuid4()) + "_1", str(uuid.uuid4()), "A" * 36])
def test_what_we_did_not_make_is_an_alias(text: str) -> None:
    """A UUID of another version is one that a client chose."""
    assert not ids.is_ours(text)
