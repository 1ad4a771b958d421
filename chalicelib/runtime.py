"""What a warm process keeps between requests, and nothing else: settings, the store, the maker of ids."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from chalicelib import scripting
from chalicelib.caller import EVERYBODY, Caller
from chalicelib.ids import EventCode, IdMaker
from chalicelib.settings import Settings
from chalicelib.store import Meter, Store, connect

_installed: Runtime | None = None


@dataclass(frozen=True)
class Runtime:
    """The outside world as handlers and services see it, and who asks."""

    settings: Settings
    store: Store
    ids: IdMaker
    caller: Caller = EVERYBODY

    def call(self, command: str, code: EventCode, *args: str | int, counted: bool = True) -> scripting.Call:
        """Prepare a command on one event for the one who asks; ``counted`` takes it from their requests a minute."""
        return scripting.call(command, code, *args, caller=self.caller, counted=counted)


def runtime() -> Runtime:
    """Give the runtime of this process, made on its first request: importing app.py must not touch Redis."""
    if _installed is None:
        settings = Settings.from_environ()
        return install(Runtime(settings, connect(settings), IdMaker(secrets.randbits)))
    return _installed


def install(made: Runtime) -> Runtime:
    """Make this the runtime of the process."""
    global _installed  # noqa: PLW0603 - the one thing a warm process remembers
    _installed = made
    return made


def installed_meter() -> Meter | None:
    """Give the meter of this process's store, if a request has made one."""
    return _installed.store.meter if _installed else None
