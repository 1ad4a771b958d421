"""The keys of a run on a laptop are made once and kept."""

from __future__ import annotations

from pathlib import Path

from chalicelib.queue.admission_token import public_keys
from chalicelib.settings import Settings
from infra.keyring import provide


def provided(directory: Path, **environ: str) -> dict[str, str]:
    """Give an environment after the keys have been provided."""
    provide(environ, directory)
    return environ


def test_the_keys_of_a_run_are_those_of_the_one_before(tmp_path: Path) -> None:
    """A draw that was announced yesterday can be held today."""
    assert provided(tmp_path) == provided(tmp_path)
    another = tmp_path / "another"
    another.mkdir()
    assert provided(tmp_path) != provided(another)


def test_keys_that_an_earlier_version_made_are_kept(tmp_path: Path) -> None:
    """Those it did not know yet are added."""
    (tmp_path / "keys.json").write_text('{"DRAW_KEY": "the key of an earlier version"}')
    assert provided(tmp_path)["DRAW_KEY"] == "the key of an earlier version"
    assert provided(tmp_path) == provided(tmp_path)
    assert Settings.from_environ(provided(tmp_path)).auth_keys


def test_what_the_environment_says_wins(tmp_path: Path) -> None:
    """And is not written down."""
    said = {"DRAW_KEY": "a key of my own choice"}
    assert provided(tmp_path, **said)["DRAW_KEY"] == said["DRAW_KEY"]
    assert said["DRAW_KEY"] not in (tmp_path / "keys.json").read_text()


def test_they_are_keys_that_the_service_takes(tmp_path: Path) -> None:
    """One to draw with, others to sign with."""
    settings = Settings.from_environ(provided(tmp_path))
    assert len(public_keys(settings.admission_keys)["keys"]) == 1
    assert settings.draw_key
    assert settings.ticket_keys


def test_nobody_else_can_read_them(tmp_path: Path) -> None:
    """They stand beside the data, on a machine that others may use."""
    provided(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["keys.json"]
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
