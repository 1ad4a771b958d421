"""What a warm process keeps between requests, and nothing else: settings, the store, the maker of ids."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from chalicelib.ids import IdMaker
from chalicelib.settings import Settings
from chalicelib.store import Meter, Store, connect

_installed: Runtime | None = None


@dataclass(frozen=True)
class Runtime:
    """The outside world as handlers and services see it."""

    settings: Settings
    store: Store
    ids: IdMaker


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
