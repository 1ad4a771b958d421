"""The code of a ticket: the same each time, short, and good for one ticket with one of our keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.tickets import ticket_code

TICKET, OTHER = "9f3a61b0-7c2e-8067-9d1c-3c21a9f0b7e4", "9f3a61b0-7c2e-8067-9d1c-3c21a9f0b7e5"
OLD, NEW = "a" * 32, "b" * 32


def made(*keys: str, ticket: str = TICKET) -> str:
    """Make the code of a ticket."""
    code = ticket_code.make(keys, ticket)
    assert code
    return code


def base64url(raw: bytes) -> str:
    """Write bytes without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_it_is_what_docs_door_md_says() -> None:
    """Worked out once more, as another program would: 48 characters, the same each time."""
    label = b"ticketing ticket code 1"
    raw = bytes.fromhex(TICKET.replace("-", ""))
    mac = hmac.new(OLD.encode(), len(label).to_bytes(8, "big") + label + raw, hashlib.sha256).digest()
    assert made(OLD) == f"T1.{base64url(raw)}.{base64url(mac[:16])}"
    assert made(OLD) == made(OLD)
    assert re.fullmatch(r"T1\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{22}", made(OLD))


def test_without_a_key_there_is_none_and_none_is_good() -> None:
    """Nothing is signed with an empty word."""
    assert ticket_code.make((), TICKET) is None
    assert not ticket_code.is_of((), TICKET, made(OLD))


def test_the_first_key_makes_codes_and_each_of_them_checks() -> None:
    """So that tickets outlive a change of keys; without the old one its codes are no good."""
    assert made(NEW, OLD) == made(NEW) != made(OLD)
    assert ticket_code.is_of((NEW, OLD), TICKET, made(OLD))
    assert ticket_code.is_of((NEW, OLD), TICKET, made(NEW))
    assert not ticket_code.is_of((NEW,), TICKET, made(OLD))


def test_a_code_is_good_for_its_own_ticket_alone() -> None:
    """Also when its proof is put behind the id of another."""
    assert not ticket_code.is_of((OLD,), OTHER, made(OLD))
    head, proof = made(OLD, ticket=OTHER).rsplit(".", 1)[0], made(OLD).rsplit(".", 1)[1]
    assert not ticket_code.is_of((OLD,), OTHER, f"{head}.{proof}")


@pytest.mark.parametrize("place", range(48))
def test_no_character_can_be_another(place: int) -> None:
    """Not even one whose bits mean nothing in base64."""
    code = made(OLD)
    for letter in set(string.ascii_letters + string.digits + "-_.") - {code[place]}:
        assert not ticket_code.is_of((OLD,), TICKET, code[:place] + letter + code[place + 1 :])


@given(st.text(max_size=60))
def test_no_other_text_is_a_code(text: str) -> None:
    """Whatever a camera reads, it is told apart and makes no error."""
    assert not ticket_code.is_of((OLD,), TICKET, text)


def test_a_key_that_signs_tokens_signs_no_tickets() -> None:
    """The same secret in two settings would be a mistake; what it signs for one is still no good for the other."""
    key, raw = secrets.token_urlsafe(32), bytes.fromhex(TICKET.replace("-", ""))
    for text in (raw, base64url(raw).encode(), TICKET.encode()):
        mac = hmac.new(key.encode(), text, hashlib.sha256).digest()
        assert not ticket_code.is_of((key,), TICKET, f"T1.{base64url(raw)}.{base64url(mac[:16])}")


def test_the_example_of_the_page_for_the_door_is_a_code_of_its_ticket() -> None:
    """The code that docs/door.md shows, and the address that it sends it to."""
    page = (Path(__file__).parents[2] / "docs" / "door.md").read_text()
    (code,) = set(re.findall(r"T1\.[\w-]{22}\.[\w-]{22}", page))
    (ticket,) = set(re.findall(r"/tickets/([0-9a-f-]{36})/check-in", page))
    assert code.split(".")[1] == made(OLD, ticket=ticket).split(".")[1]
