"""The stage of the stateful tests: a real Valkey under a clock that only the tests move."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import scripting
from chalicelib.settings import Settings
from chalicelib.store import connect
from tests.stateful.conversation import Reword, Stage
from tests.support import servers
from tests.support.clock import Clock


@pytest.fixture(scope="session")
def stage(clock: Clock) -> Iterator[Stage]:
    """A server of its own; each run of the machine empties it."""
    with servers.valkey(clock=clock) as server:
        settings = Settings(redis_host="127.0.0.1", redis_port=server.port)
        store = connect(settings)
        yield Stage(settings, store, clock)
        store.close()
        clock.set_offset(ms=0)


@pytest.fixture
def reword(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reword]:
    """Change the text of a script, in a copy which the service takes for its own."""
    copy = Path(shutil.copytree(scripting.LUA, tmp_path / "lua"))
    monkeypatch.setattr(scripting, "LUA", copy)

    def replace(script: str, old: str, new: str) -> None:
        file = copy / f"{script}.lua"
        assert file.read_text().count(old) == 1, "this reads otherwise now"
        file.write_text(file.read_text().replace(old, new))
        scripting.library.cache_clear()

    yield replace
    scripting.library.cache_clear()
