"""Words of another kind, or too few of them, for a script: an error, and nothing was written before it.

They come from our own Python and from nobody else; a mistake there must not leave half of a sale behind.
"""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from redis.exceptions import ResponseError

from chalicelib.errors import DomainError
from chalicelib.ids import code_of
from chalicelib.runtime import Runtime, runtime
from chalicelib.scripting import call, library
from tests.support.api import Api, path_part
from tests.support.sale import enter, hold, new_event, new_seated, read
from tests.support.snapshot import snapshot

BACKENDS = ("valkey", "redis7")
WRONG = ("", "x", "-1", "1.5", "nan", "99999999999999999999", "'); redis.call('FLUSHALL')--")
INJECTED = (
    *("'); redis.call('FLUSHDB')--", "]] redis.call('FLUSHDB') --[[", "\\r\\n*1\\r\\n$7\\r\\nFLUSHDB\\r\\n"),
    *("*1 $7 FLUSHDB", "${7*7}", "%s%n", "'||'1'='1"),
)
COMMANDS = (
    "join",
    "purchase",
    "settle",
    "refresh",
    "status",
    "process",
    "change_seats",
    "drain",
    "outbox",
    "published",
)
Words = list[str]


def _good(api: Api) -> dict[str, tuple[str, Words]]:
    """Give for each command that takes numbers an event and words that would be right."""
    event, seats = new_seated(api, max_active_sessions=2)
    ada = enter(api, event, "ada")
    ticket = hold(api, ada, seats[0])
    ids = [runtime().ids.within(code_of(event)) for _ in range(5)]
    waiting = new_event(api, admissions_per_minute=1)
    enter(api, waiting, "ada")
    enter(api, waiting, "bob")
    (fields,) = (fields for _, fields in read(event, "log", "XRANGE", "-", "+", "COUNT", 1))
    first = ",".join(text for pair in fields.items() for text in pair)
    return {
        "join": (event, [event, "cyd", ids[0], "", "5000", "7", "", "", ""]),
        "purchase": (event, [event, "ada", ada.session, "0", ids[1], "", "2", ids[2], ids[3], "3", "4"]),
        "settle": (event, ["", "confirm", "ticket", ticket, ""]),
        "refresh": (event, ["", ada.session, "5000", "7"]),
        "process": (waiting, [waiting, ids[4], "1"]),
        "change_seats": (event, [event, "block", "", "", "5", "6"]),
        "status": (waiting, ["", enter(api, waiting, "bob").session, "", "5000", "7"]),
        "drain": (event, [event, "50"]),
        "outbox": (event, [event, "50"]),
        "published": (event, [event, "1", first, "0"]),
    }


def test_no_text_is_ever_run(api: Api, house: Runtime) -> None:
    """Texts are arguments: the server knows one library, ours to the letter, before and after, and ran nothing else."""
    house.store.command("CONFIG RESETSTAT")  # of the tests before this one
    event = new_event(api, name=INJECTED[0], venue=INJECTED[0])
    for text in INJECTED:
        api.post("/queue/join", {"event_id": event, "user_id": text})
        api.post("/events", {"name": text, "venue": text, "description": text})
        api.get(f"/tickets/user/{path_part(text)}")
    known: list[list[Any]] = house.store.command("FUNCTION", "LIST", "WITHCODE")
    texts = [dict(zip(entry[::2], entry[1::2], strict=True))["library_code"] for entry in known]
    assert texts == [library().text]
    ran = house.store.command("INFO", "commandstats")
    assert not {"cmdstat_flushdb", "cmdstat_eval", "cmdstat_evalsha", "cmdstat_keys", "cmdstat_scan"} & set(ran)


@pytest.mark.parametrize("command", COMMANDS)
def test_an_error_leaves_nothing_behind(api: Api, house: Runtime, command: str) -> None:
    """Each number in turn is replaced by what is none or cannot be meant, or the words end in the place of one."""
    event, good = _good(api)[command]
    told: list[str] = []
    for place in range(len(good)):
        wrong = WRONG if good[place].isdigit() else ()
        for words in [good[:place], *([*good[:place], word, *good[place + 1 :]] for word in wrong)]:
            before = snapshot(house.store, but_polls=False)
            with contextlib.suppress(DomainError):
                try:
                    house.store.command(*call(command, code_of(event), *words).words())
                except ResponseError as error:
                    if before != snapshot(house.store, but_polls=False):
                        told.append(f"{words}: {error}")
    assert not told, "\n".join(told[:5])
