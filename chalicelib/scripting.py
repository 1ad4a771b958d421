"""One command is one Lua script is one round trip.

``lua/<command>.lua`` says in its header what it promises, takes and refuses. All of them, behind the prelude, are one
library of Redis functions, named by the digest of its text: a server keeps it loaded, old and new versions side by
side. Only a server that does not have it yet gets the text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from redis.exceptions import ResponseError

from chalicelib import keys
from chalicelib.caller import EVERYBODY, Caller
from chalicelib.durability import Level
from chalicelib.errors import DomainError
from chalicelib.ids import EventCode
from chalicelib.store import Command, Store, is_unavailable

LUA = Path(__file__).parent / "lua"


@dataclass(frozen=True)
class Call:
    """One script with its keys and arguments, ready to be sent.

    Behind the arguments go two more words, which the prelude takes: who asks, and how many requests a minute they may
    make; then the last key is that of their budget. ``counted`` false spends none of it.
    """

    command: str
    keys: Sequence[str]
    args: Sequence[str | int]
    caller: Caller = EVERYBODY
    counted: bool = True

    def words(self) -> Command:
        """Give the words that run it."""
        per_minute = self.caller.requests_per_minute if self.counted else 0
        envelope = self.caller.user_id, per_minute
        return ["FCALL", f"{self.command}_{library().version}", len(self.keys), *self.keys, *self.args, *envelope]


@dataclass(frozen=True)
class Library:
    """The text of all commands, and the digest that names it."""

    text: str
    version: str


def call(command: str, code: EventCode, *args: str | int, caller: Caller = EVERYBODY, counted: bool = True) -> Call:
    """Prepare a command on one event; the services do it through the runtime, which knows who asks."""
    limited = counted and caller.requests_per_minute
    budget = [keys.event_budget(code, caller.user_id)] if limited else []
    return Call(command, [*keys.event_keys(code), *budget], args, caller, counted)


def forget_alias(alias: str, user_id: str, code: EventCode) -> Call:
    """Prepare to free a session id that this person chose, unless it means a session of another event by now."""
    return Call("forget_alias", [keys.alias(alias)], [user_id, code])


def allow(store: Store, caller: Caller) -> None:
    """Spend one of the caller's requests where no event's command does; raises ``too_many_requests``."""
    if caller.requests_per_minute:
        run(store, Call("allow", [keys.budget(caller.user_id)], [], caller))


def run(store: Store, what: Call, *, before: Command | None = None) -> list[Any]:
    """Run one command and give its answer without the "ok"; raises DomainError with the script's word.

    ``before`` is a plain command that must have run first. It shares the round trip where one server has all keys.
    """
    if before is None:
        return _unwrap(_run(store, what))
    if store.is_cluster:
        store.command(*before)
        return _unwrap(_run(store, what))
    first, answer = store.pipeline([before, what.words()])
    if isinstance(first, ResponseError):
        with _has_run(not isinstance(answer, ResponseError)):
            store.command(*before)  # alone it succeeds now, or says what the trouble is
    return _unwrap(_settled(store, what, answer))


def run_kept(store: Store, what: Call, level: Level) -> list[Any]:
    """Run one command, and give its answer when what it wrote is kept as the level says, in the same round trip.

    The command must write on every repeat. Raises ``not_durable``, its outcome unknown, when the level was not reached
    in time: a repeat gives the same answer, having waited again.
    """
    if not level.asks:
        return run(store, what)
    commands = [what.words(), *level.asks]
    reply, *said = store.pipeline(commands)
    answer = _unwrap(_settled(store, what, reply))
    with _has_run():
        if isinstance(reply, ResponseError):
            # It ran alone, perhaps on another connection, for which nobody has waited: its repeat is waited for.
            reply, *said = store.pipeline(commands)
        if isinstance(reply, ResponseError) or reply[0] != "ok" or not level.is_reached(said):
            raise DomainError("not_durable")
    return answer


def run_many(store: Store, calls: Sequence[Call]) -> list[list[Any] | DomainError]:
    """Run commands on many events in one round trip to each server, answers and refusals in the order of the calls."""
    answers: list[list[Any] | DomainError] = [[]] * len(calls)
    by_server: dict[str, list[int]] = {}
    for index, what in enumerate(calls):
        by_server.setdefault(store.server_of(what.keys[0]), []).append(index)
    for indexes in by_server.values():
        replies = store.pipeline([calls[index].words() for index in indexes])
        for index, reply in zip(indexes, replies, strict=True):
            try:
                answers[index] = _unwrap(_settled(store, calls[index], reply))
            except DomainError as refusal:
                answers[index] = refusal
    return answers


def found_only(answers: Sequence[list[Any] | DomainError], *passed_over: str) -> Iterator[list[Any]]:
    """Give the answers of events that are there: an index, written before its event, may name too many.

    Refusals with one of the words in ``passed_over`` are left out as well; any other is raised.
    """
    for answer in answers:
        if not isinstance(answer, DomainError):
            yield answer
        elif not is_refused(answer, "event_not_found", *passed_over):
            raise answer


def is_refused(answer: list[Any] | Exception, *codes: str) -> bool:
    """Tell whether one of many answers is a refusal with one of these words."""
    return isinstance(answer, DomainError) and answer.code in codes


@contextmanager
def _has_run(yes: bool = True) -> Iterator[None]:
    """Let no trouble in the block say that nothing was done, when the command before it has run."""
    try:
        yield
    except DomainError as trouble:
        if yes:
            trouble.extra["outcome"] = "unknown"
        raise


def _run(store: Store, what: Call) -> Any:
    for _ in range(2):
        try:
            return store.command(*what.words())
        except ResponseError as error:
            if not _is_unknown(error):
                raise
        # REPLACE, because another worker may have been quicker: the same name is the same text.
        store.command("FUNCTION", "LOAD", "REPLACE", library().text, near=what.keys[0])
    raise DomainError("redis_unavailable", "The server keeps forgetting its functions.", outcome="none")


def _is_unknown(error: ResponseError) -> bool:
    return "Function not found" in str(error)


def _settled(store: Store, what: Call, reply: Any) -> Any:
    # In a pipeline an error stands in the place of its answer. If the script has not run (it is not known yet, the slot
    # has moved), the command alone knows how to deal with that. An error out of the script is a bug, never tried again:
    # the repeat might take what it left half-done for its own first result.
    if isinstance(reply, ResponseError) and (is_unavailable(reply) or _is_unknown(reply)):
        return _run(store, what)
    return reply


def _unwrap(reply: Any) -> list[Any]:
    if isinstance(reply, Exception):
        raise reply
    word: str
    rest: list[Any]
    word, *rest = reply
    if word != "ok":
        raise DomainError(word, data=rest)
    return rest


@cache
def library() -> Library:
    """Read the commands and make them one library."""
    return make_library(prelude(), commands())


def commands() -> dict[str, str]:
    """Read the text of every command, by its name."""
    return {path.stem: path.read_text() for path in sorted(LUA.glob("*.lua"))}


def prelude() -> str:
    """Read what stands before every command, in the order of the files' names: each uses only what came before."""
    return "\n".join(path.read_text() for path in sorted((LUA / "prelude").glob("*.lua")))


def make_library(before: str, commands: dict[str, str]) -> Library:
    """Make one library of the prelude and these commands, whose first lines say their flags (``#!lua flags=...``)."""
    version = hashlib.sha256("\0".join([before, *commands, *commands.values()]).encode()).hexdigest()[:12]
    functions = []
    for name, text in commands.items():
        shebang, body = text.split("\n", 1)
        flags = ", ".join(f"'{flag}'" for flag in shebang.partition("flags=")[2].split(",") if flag)
        functions.append(
            f"redis.register_function{{function_name = '{name}_{version}', flags = {{{flags}}}, "
            f"callback = function(KEYS, ARGV)\nenter(KEYS, ARGV)\n{body}\nend}}"
        )
    return Library("\n".join([f"#!lua name=ticketing_{version}", before, *functions]), version)
