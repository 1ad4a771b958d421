"""How a script gets to Redis and back: as a function, with what must run before it, and errors in their places."""

from __future__ import annotations

from typing import Any, Self

import pytest
import redis

from chalicelib.caller import Caller
from chalicelib.durability import LEVELS
from chalicelib.errors import DomainError
from chalicelib.ids import EventCode
from chalicelib.keys import event_budget, event_keys
from chalicelib.scripting import LUA, Call, call, library, make_library, prelude, run, run_kept, run_many
from chalicelib.store import Store

CODE = EventCode("0123456789ab")
INDEX = ["SADD", "index:user:ada", CODE]
UNKNOWN = redis.ResponseError("Function not found")
OOM = redis.exceptions.OutOfMemoryError("OOM command not allowed")


class _Server:
    """A client that answers what a test lays down, in order; an exception in a pipeline stands in its place."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.heard = list(answers), list[tuple[Any, ...]]()

    def execute_command(self, *words: Any) -> Any:
        self.heard.append(words)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pipeline(self, *, transaction: bool) -> _Pipe:
        assert not transaction
        return _Pipe(self)


class _Pipe:
    def __init__(self, server: _Server) -> None:
        self.server, self.words = server, list[tuple[Any, ...]]()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute_command(self, *words: Any) -> None:
        self.words.append(words)

    def execute(self, *, raise_on_error: bool) -> list[Any]:
        assert not raise_on_error
        self.server.heard += self.words
        answers = [self.server.answers.pop(0) for _ in self.words]
        for answer in answers:
            if isinstance(answer, redis.ConnectionError):
                raise answer
        return answers


def store(*answers: Any) -> Store:
    return Store(_Server(*answers))  # type: ignore[arg-type]


def heard(where: Store) -> list[str]:
    return [words[0] for words in where.client.heard]  # type: ignore[union-attr]


def test_a_command_is_a_function_of_the_library_with_the_keys_of_its_event() -> None:
    """Its name carries the digest of all scripts, so that two versions can serve side by side."""
    words = call("length", CODE, "an-id").words()
    assert words == ["FCALL", f"length_{library().version}", 18, *event_keys(CODE), "an-id", "", 0]


def test_who_asks_goes_along_behind_the_arguments() -> None:
    """With the requests a minute they may make; only then is the key of their budget the last one."""
    ada = Caller("ada", requests_per_minute=60)
    words = call("length", CODE, "an-id", caller=ada).words()
    assert words[2:] == [19, *event_keys(CODE), event_budget(CODE, "ada"), "an-id", "ada", 60]
    words = call("length", CODE, "an-id", caller=ada, counted=False).words()
    assert words[2:] == [18, *event_keys(CODE), "an-id", "ada", 0]


def test_the_library_holds_every_script_under_its_flags() -> None:
    """Behind the prelude, each entered anew; what its first line says is what Redis is told."""
    text = library().text
    assert prelude() in text
    for path in LUA.glob("*.lua"):
        assert path.read_text().partition("\n")[2] in text
    made = make_library("local function enter() end", {"a": "#!lua\nreturn 1", "b": "#!lua flags=allow-oom\nreturn 2"})
    version, callback = made.version, "callback = function(KEYS, ARGV)\nenter(KEYS, ARGV)\nreturn"
    assert f"function_name = 'a_{version}', flags = {{}}, {callback} 1" in made.text
    assert f"function_name = 'b_{version}', flags = {{'allow-oom'}}, {callback} 2" in made.text
    assert made.text.startswith(f"#!lua name=ticketing_{version}\n")


def test_another_text_is_another_version() -> None:
    """Of the prelude or of any command."""
    texts = ("#!lua\nreturn 1", "#!lua\nreturn 2")
    assert len({make_library(before, {"a": text}).version for before in ("", "--") for text in texts}) == 4


def test_a_server_that_does_not_know_the_library_gets_it() -> None:
    """Once; and one that forgets it each time is not available, rather than a bug."""
    server = store(UNKNOWN, "ticketing", ["ok", 3], ["ok", 4])
    assert run(server, call("length", CODE, "")) == [3]
    assert run(server, call("length", CODE, "")) == [4]
    assert heard(server) == ["FCALL", "FUNCTION", "FCALL", "FCALL"]
    with pytest.raises(DomainError) as caught:
        run(store(UNKNOWN, "ticketing", UNKNOWN, "ticketing"), call("length", CODE, ""))
    assert (caught.value.code, caught.value.extra) == ("redis_unavailable", {"outcome": "none"})


def test_what_comes_before_shares_the_round_trip() -> None:
    """One trip on a single server."""
    server = store(1, ["ok"])
    assert run(server, call("leave", CODE), before=INDEX) == []
    assert (heard(server), server.meter.trips) == (["SADD", "FCALL"], 1)


def test_a_word_is_a_refusal_with_what_the_script_added() -> None:
    """Whoever runs it: alone, behind another command, or among many."""
    for answers, before in (([["seat_taken", "7"]], None), ([1, ["seat_taken", "7"]], INDEX)):
        with pytest.raises(DomainError) as caught:
            run(store(*answers), call("purchase", CODE), before=before)
        assert (caught.value.code, caught.value.data) == ("seat_taken", ["7"])
    many = run_many(
        store(["ok", 1], ["event_not_found"], redis.ResponseError("MOVED"), ["ok", 3]), [Call("length", ["k"], [])] * 3
    )
    assert (many[0], many[2]) == ([1], [3])
    assert isinstance(many[1], DomainError)


def test_an_error_out_of_a_script_is_not_tried_again() -> None:
    """Its repeat might take for a first result what it left half-done, and say ok: it is a bug, and looks like one."""
    wrong = redis.ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value")
    for runs in (
        lambda server: run(server, call("purchase", CODE), before=INDEX),
        lambda server: run_kept(server, call("settle", CODE), LEVELS["replica"]),
        lambda server: run_many(server, [call("status", CODE)] * 2),
    ):
        with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
            runs(store(wrong, wrong, ["ok"]))


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [([OOM, OOM, OOM], "none"), ([OOM, ["ok"], OOM], "unknown")],
    ids=["and nothing ran", "though the script ran"],
)
def test_an_index_that_cannot_be_written_is_trouble_of_the_server(answers: list[Any], outcome: str) -> None:
    """A full memory is a 503, not a bug, and the outcome is not a lie."""
    with pytest.raises(DomainError) as caught:
        run(store(*answers), call("purchase", CODE), before=INDEX)
    assert (caught.value.code, caught.value.extra["outcome"]) == ("redis_unavailable", outcome)


def test_an_index_that_can_be_written_after_all_is() -> None:
    """Then the answer of the script stands."""
    server = store(OOM, ["ok", 5], 1)
    assert run(server, call("purchase", CODE), before=INDEX) == [5]
    assert heard(server) == ["SADD", "FCALL", "SADD"]
